import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// The built program with the tiny netinstaller in real virt-install, libvirt and QEMU, one guest at a time.
///
/// Its suites share one ``Workshop``, and most tests look at one of its few builds: a guest takes the better part of a minute
/// where there is no KVM.
@Suite(
  "End to end", .serialized,
  .needs(
    "virt-install", "libvirtd", "virtlogd", "qemu-system-x86_64", "qemu-img", "debugfs", "e2fsck", "sfdisk", "zerofree",
    "rsync",
    "ssh", "sshd", "setpriv", "useradd", "userdel", "time"),
  .enabled(if: geteuid() == 0, "needs root, to make a user and to use qemu:///system"),
  .enabled(
    if: Workshop.installerFolder != nil || Tools.areRequired,
    "IMAGE_FACTORY_TEST_INSTALLER names no folder with linux, initrd.gz and virtio_blk.ko.xz (see Tests/run-tests)"),
  .workshop)
enum EndToEnd {}

/// Opens the workshop before the first test of the suites and closes it after the last.
struct WorkshopTrait: SuiteTrait, TestScoping {
  var isRecursive: Bool { false }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let workshop = try await Workshop()
    do {
      try await Workshop.$current.withValue(workshop) { try await function() }
      await workshop.close()
    } catch {
      await workshop.close()
      throw error
    }
  }
}

extension Trait where Self == WorkshopTrait {
  static var workshop: Self { WorkshopTrait() }
}

/// A value that is made once, when it is first asked for; an error is kept as well.
actor Once<Value: Sendable> {
  private var task: Task<Value, any Error>?

  func value(_ make: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let running = task ?? Task { try await make() }
    task = running
    return try await running.value
  }
}
