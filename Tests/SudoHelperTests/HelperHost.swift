import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// What the tests with real sudo share: the installed helper, sudo's rule, an ordinary user who may use it and one who may not.
final class HelperHost: Sendable {
  @TaskLocal static var current: HelperHost?

  let scratch: Scratch
  let helper: FilePath
  let user: OrdinaryUser
  /// Has the line in sudoers and is not in the group.
  let outsider: OrdinaryUser
  private let rule: SudoRule

  /// Puts the program beside its helper; gives its path.
  func installFactory() throws -> FilePath {
    try Built.install([Built.factory], below: "prefix", in: scratch).appending("image-factory")
  }

  init() async throws {
    scratch = try Scratch("sudo-helper")
    // As 'make install' lays it out: the program finds its helper beside itself, and the shipped configuration.
    helper = try Built.install([Built.sudoHelper], below: "prefix", in: scratch).appending("image-factory-sudo-helper")
    user = try await OrdinaryUser("shu", in: scratch)
    outsider = try await OrdinaryUser("sho", in: scratch)
    rule = try await SudoRule(for: helper, members: [user], others: [outsider], in: scratch)
  }

  func close() async {
    await rule.remove()
    await user.remove()
    await outsider.remove()
    scratch.remove()
  }

  /// Runs the helper by real sudo.
  func sudo(_ words: [String], as caller: OrdinaryUser? = nil, before: [String] = []) async throws -> Child.Result {
    let caller = caller ?? user
    let command = caller.command(["sudo", "-n"] + before + [helper.string] + words)
    return try await Child(command, environment: caller.environment, folder: caller.home).wait()
  }
}

extension HostState {
  init(_ host: HelperHost) { self.init(host.scratch) }

  static func loops(_ host: HelperHost) -> [String] { loops(host.scratch) }

  static func mounts(_ host: HelperHost) -> [String] { mounts(host.scratch) }
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
