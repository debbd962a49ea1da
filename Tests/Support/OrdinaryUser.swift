import Foundation
package import SystemPackage
import Testing

/// An ordinary user made for the tests, with a home folder in a scratch folder; no login, no runtime folder.
package final class OrdinaryUser: Sendable {
  package let name: String
  package let number: UInt32
  package let home: FilePath

  /// Makes the user; `folder` is the name of the home folder, without it the user's.
  package init(_ prefix: String, in scratch: Scratch, folder: String? = nil) async throws {
    name = "\(prefix)-\(UUID().uuidString.prefix(8).lowercased())"
    home = scratch.path.appending(folder ?? name)
    let made = try await Child.run(
      "useradd", "--create-home", "--home-dir", home.string, "--shell", "/bin/sh", "--password", "*", "--user-group",
      "--no-log-init", name)
    try #require(made.status == 0, "useradd: \(made.errors)")
    let id = try await Child.run("id", "-u", name)
    number = try #require(UInt32(id.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    chmod(home.string, 0o755)
  }

  /// Ends what still runs of this user and removes the user.
  package func remove() async {
    for process in ProcessTable.all() where process.user == number { kill(process.pid, SIGKILL) }
    unlink("/tmp/image-factory-\(number)")
    try? FileManager.default.removeItem(atPath: "/tmp/image-factory-\(number)")
    let removed = try? await Child.run("userdel", "--remove", name)
    // 12: the home folder could not be removed; it goes with the scratch folder.
    if let removed, removed.status != 0, removed.status != 12 { Issue.record("userdel: \(removed.errors)") }
  }

  /// The words that run a command as this user; the process number stays that of the command.
  package func command(_ words: [String]) -> [String] {
    ["setpriv", "--reuid=\(number)", "--regid=\(number)", "--clear-groups", "--"] + words
  }

  /// As a cron job or a Jenkins agent has it: no `XDG_RUNTIME_DIR`.
  package var environment: [String: String] {
    ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home.string, "USER": name, "LOGNAME": name]
  }

  /// Makes a folder in the scratch folder that belongs to the user.
  package func makeFolder(_ name: String, in scratch: Scratch, mode: Int = 0o755) throws -> FilePath {
    try scratch.makeFolder(name, owner: number, mode: mode)
  }

  /// Writes a file of this user's in the home folder; gives its path.
  @discardableResult
  package func file(_ name: String, _ content: String = "", mode: UInt32 = 0o600) throws -> String {
    let path = home.appending(name).string
    try content.write(toFile: path, atomically: true, encoding: .utf8)
    try take(path, mode: mode)
    return path
  }

  /// Makes a folder of this user's anywhere; gives its path.
  @discardableResult
  package func folder(_ path: String, mode: UInt32 = 0o700) throws -> String {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try take(path, mode: mode)
    return path
  }

  /// Makes something this user's.
  package func take(_ path: String, mode: UInt32) throws {
    try #require(lchown(path, number, number) == 0 && chmod(path, mode) == 0, "\(path)")
  }
}
