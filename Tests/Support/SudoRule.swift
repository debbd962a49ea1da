import Foundation
package import SystemPackage
import Testing

/// The way to root that `sudo-helper/sudoers.example` describes, opened for users of the tests: its line for sudo and its group.
package final class SudoRule: Sendable {
  package static let group = "image-factory"

  private let file: String
  private let members: [String]
  private let madeGroup: Bool
  /// Where sudo writes down each call, when it was asked to.
  private let log: FilePath

  /// Lets the users call the helper; only the members are put into its group.
  ///
  /// The shipped example is taken with the users' names and the helper's place, and checked before sudo sees it.
  package init(
    for helper: FilePath, members: [OrdinaryUser], others: [OrdinaryUser] = [], isLogged: Bool = false,
    in scratch: Scratch
  ) async throws {
    let names = (members + others).map(\.name)
    self.members = members.map(\.name)
    file = "/etc/sudoers.d/image-factory-test-\(names.joined(separator: "-"))"
    let log = scratch.path.appending("sudo.log")
    self.log = log
    let example = try String(
      contentsOfFile: Built.checkout.appending("sudo-helper/sudoers.example").string, encoding: .utf8)
    let logging = isLogged ? names.map { "Defaults:\($0) logfile=\(log), loglinelen=0\n" } : []
    let rules = names.map { name in
      example.replacing("jenkins ALL", with: "\(name) ALL")
        .replacing("/usr/bin/image-factory-sudo-helper", with: helper.string)
    }
    let draft = try scratch.write((logging + rules).joined(), to: "sudoers", mode: 0o440)
    let checked = try await Child.run("visudo", "-cf", draft.string)
    try #require(checked.status == 0, "\(checked.output)\(checked.errors)")
    madeGroup = try await Child.run("groupadd", "--system", SudoRule.group).status == 0
    for name in self.members {
      let joined = try await Child.run("usermod", "-aG", SudoRule.group, name)
      try #require(joined.status == 0, "\(joined.errors)")
    }
    try FileManager.default.copyItem(atPath: draft.string, toPath: file)
  }

  /// Does something while the way is open.
  package func use<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
    do {
      let value = try await body()
      await remove()
      return value
    } catch {
      await remove()
      throw error
    }
  }

  /// Takes everything away again.
  package func remove() async {
    unlink(file)
    for name in members { _ = try? await Child.run("gpasswd", "-d", name, SudoRule.group) }
    // Another run of the tests may have users in it.
    let entry = try? await Child.run("getent", "group", SudoRule.group)
    if madeGroup, entry?.output.hasSuffix(":\n") == true { _ = try? await Child.run("groupdel", SudoRule.group) }
  }

  /// The commands that sudo has run as root, in its own words.
  package func calls() -> [String] {
    let text = (try? String(contentsOfFile: log.string, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { $0.contains("USER=root") }.compactMap { entry in
      entry.range(of: "COMMAND=").map { String(entry[$0.upperBound...]) }
    }
  }
}
