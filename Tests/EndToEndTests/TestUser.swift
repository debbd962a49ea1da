import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// An ordinary user made for the tests, with a home folder in the scratch folder; no login, no groups, no runtime folder.
final class TestUser: Sendable {
  let name: String
  let number: UInt32
  let home: FilePath

  init(in scratch: Scratch) async throws {
    name = "e2e-\(UUID().uuidString.prefix(8).lowercased())"
    home = scratch.path.appending("home")
    let made = try await Child.run(
      "useradd", "--create-home", "--home-dir", home.string, "--shell", "/bin/sh", "--password", "*", "--user-group",
      "--no-log-init", name)
    try #require(made.status == 0, "useradd: \(made.errors)")
    let id = try await Child.run("id", "-u", name)
    number = try #require(UInt32(id.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    chmod(home.string, 0o755)
  }

  /// Ends what still runs of this user and removes the user.
  func remove() async {
    for process in ProcessTable.all() where process.user == number { kill(process.pid, SIGKILL) }
    unlink("/tmp/image-factory-\(number)")
    try? FileManager.default.removeItem(atPath: "/tmp/image-factory-\(number)")
    let removed = try? await Child.run("userdel", "--remove", name)
    // 12: the home folder could not be removed; it goes with the scratch folder.
    if let removed, removed.status != 0, removed.status != 12 { Issue.record("userdel: \(removed.errors)") }
  }

  /// The words that run a command as this user; the process number stays that of the command.
  func command(_ words: [String]) -> [String] {
    ["setpriv", "--reuid=\(number)", "--regid=\(number)", "--clear-groups", "--"] + words
  }

  /// As a cron job or a Jenkins agent has it: no `XDG_RUNTIME_DIR`.
  var environment: [String: String] {
    ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home.string, "USER": name, "LOGNAME": name]
  }

  /// Makes a folder that belongs to the user.
  func makeFolder(_ name: String, in scratch: Scratch, mode: Int = 0o755) throws -> FilePath {
    try scratch.makeFolder(name, owner: number, mode: mode)
  }
}
