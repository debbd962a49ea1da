import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// What the tests with real sudo share: the installed helper, sudo's rule, an ordinary user who may use it and one who may not.
final class HelperHost: Sendable {
  @TaskLocal static var current: HelperHost?

  let scratch: Scratch
  let helper: FilePath
  let user: HelperUser
  /// Has the line in sudoers and is not in the group.
  let outsider: HelperUser
  private let sudoers: String
  private let madeGroup: Bool

  static let group = "image-factory"

  /// The root of this checkout.
  static let checkout = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

  /// Beside the test bundle, or the one that `IMAGE_FACTORY_SUDO_HELPER` names.
  static var binary: FilePath {
    if let named = ProcessInfo.processInfo.environment["IMAGE_FACTORY_SUDO_HELPER"] { return FilePath(named) }
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return FilePath(own ?? CommandLine.arguments[0]).removingLastComponent().appending("image-factory-sudo-helper")
  }

  /// The whole program, when it was built as well.
  static var factory: FilePath? {
    let named = ProcessInfo.processInfo.environment["IMAGE_FACTORY_BINARY"].map { FilePath($0) }
    let path = named ?? binary.removingLastComponent().appending("image-factory")
    return FileManager.default.isExecutableFile(atPath: path.string) ? path : nil
  }

  /// Puts the program beside its helper; gives its path.
  func installFactory() throws -> FilePath {
    let program = helper.removingLastComponent().appending("image-factory")
    guard !FileManager.default.fileExists(atPath: program.string), let built = HelperHost.factory else {
      return program
    }
    try FileManager.default.copyItem(atPath: built.string, toPath: program.string)
    let share = try scratch.makeFolder("prefix/share/image-factory")
    try FileManager.default.copyItem(
      atPath: HelperHost.checkout.appending("configs").string, toPath: share.appending("configs").string)
    return program
  }

  init() async throws {
    scratch = try Scratch("sudo-helper")
    // As 'make install' lays it out: the program finds its helper beside itself, and the shipped configuration.
    helper = try scratch.makeFolder("prefix/bin").appending("image-factory-sudo-helper")
    try FileManager.default.copyItem(atPath: HelperHost.binary.string, toPath: helper.string)
    madeGroup = try await Child.run("groupadd", "--system", HelperHost.group).status == 0
    user = try await HelperUser("shu", in: scratch, groups: [HelperHost.group])
    outsider = try await HelperUser("sho", in: scratch, groups: [])
    sudoers = "/etc/sudoers.d/image-factory-test-\(user.name)"
    try await writeSudoers()
  }

  /// The shipped example with the test's users and place, checked before sudo sees it.
  private func writeSudoers() async throws {
    let example = try String(
      contentsOfFile: HelperHost.checkout.appending("sudo-helper/sudoers.example").string, encoding: .utf8)
    let text = [user.name, outsider.name].map { name in
      example.replacing("jenkins ALL", with: "\(name) ALL")
        .replacing("/usr/bin/image-factory-sudo-helper", with: helper.string)
    }.joined()
    let draft = try scratch.write(text, to: "sudoers", mode: 0o440)
    let checked = try await Child.run("visudo", "-cf", draft.string)
    try #require(checked.status == 0, "\(checked.output)\(checked.errors)")
    try FileManager.default.copyItem(atPath: draft.string, toPath: sudoers)
  }

  func close() async {
    unlink(sudoers)
    await user.remove()
    await outsider.remove()
    if madeGroup { _ = try? await Child.run("groupdel", HelperHost.group) }
    scratch.remove()
  }

  /// Runs the helper by real sudo.
  func sudo(_ words: [String], as caller: HelperUser? = nil, before: [String] = []) async throws -> Child.Result {
    let caller = caller ?? user
    let command = caller.command(["sudo", "-n"] + before + [helper.string] + words)
    return try await Child(command, environment: caller.environment, folder: caller.home).wait()
  }
}

/// An ordinary user made for the tests.
struct HelperUser: Sendable {
  let name: String
  let number: UInt32
  let home: FilePath

  init(_ prefix: String, in scratch: Scratch, groups: [String]) async throws {
    name = "\(prefix)-\(UUID().uuidString.prefix(8).lowercased())"
    home = scratch.path.appending(name)
    let made = try await Child.run(
      "useradd", "--create-home", "--home-dir", home.string, "--shell", "/bin/sh", "--password", "*", "--user-group",
      "--no-log-init", "--groups", groups.joined(separator: ","), name)
    try #require(made.status == 0, "useradd: \(made.errors)")
    let id = try await Child.run("id", "-u", name)
    number = try #require(UInt32(id.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    chmod(home.string, 0o755)
  }

  func remove() async { _ = try? await Child.run("userdel", "--remove", name) }

  /// The words that run a command as this user.
  func command(_ words: [String]) -> [String] {
    ["setpriv", "--reuid=\(number)", "--regid=\(number)", "--clear-groups", "--"] + words
  }

  var environment: [String: String] {
    ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home.string, "USER": name, "LOGNAME": name]
  }

  /// A file of this user's.
  @discardableResult
  func file(_ name: String, _ content: String = "", mode: mode_t = 0o600) throws -> String {
    let path = home.appending(name).string
    try content.write(toFile: path, atomically: true, encoding: .utf8)
    try take(path, mode: mode)
    return path
  }

  /// A folder of this user's.
  @discardableResult
  func folder(_ path: String, mode: mode_t = 0o700) throws -> String {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try take(path, mode: mode)
    return path
  }

  /// Makes something this user's.
  func take(_ path: String, mode: mode_t) throws {
    try #require(lchown(path, number, number) == 0 && chmod(path, mode) == 0, "\(path)")
  }
}

/// Sets the host up before the first test of a suite and takes everything away after the last.
struct HelperHostTrait: SuiteTrait, TestScoping {
  var isRecursive: Bool { false }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let host = try await HelperHost()
    do {
      try await HelperHost.$current.withValue(host) { try await function() }
      await host.close()
    } catch {
      await host.close()
      throw error
    }
  }
}

extension Trait where Self == HelperHostTrait {
  static var helperHost: Self { HelperHostTrait() }
}

/// Everything with real sudo, one test after the other.
@Suite(
  "The sudo helper by real sudo", .serialized,
  .needs(
    "sudo", "visudo", "setpriv", "useradd", "userdel", "groupadd", "losetup", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs"),
  .enabled(if: geteuid() == 0, "needs root, to make users and a rule for sudo"),
  .enabled(if: FileManager.default.fileExists(atPath: "/dev/loop-control"), "this kernel has no loop devices"),
  .helperHost)
enum RealSudo {}
