import FactoryTestSupport
import Foundation
import MiniatureGuest
import Model
import SystemPackage
import Testing

/// What all end-to-end tests share: the program, a miniature guest, an ordinary user, an ssh server, and the builds that several
/// tests look at.
final class Workshop: Sendable {
  @TaskLocal static var current: Workshop?

  let scratch: Scratch
  let user: OrdinaryUser
  let server: SSHServer
  let kernel: FilePath
  let initrd: FilePath
  /// A program that writes down what it is called with, and its environment.
  let recorder: FilePath
  /// Whether somebody's libvirtd was there before us: then the factory neither starts nor ends one.
  let foundDaemon: Bool
  /// The same of its log daemon.
  let foundLogDaemon: Bool
  let rootBuild = Once<FinishedBuild>()
  let secondBuild = Once<FinishedBuild>()
  let userBuild = Once<FinishedBuild>()
  let sudoBuilds: [MiniatureFileSystem: Once<SudoBuilt>] = [.btrfs: Once(), .xfs: Once()]

  /// The password hashes in the tests' configuration; the miniature writes them into the image, and nowhere else may they be.
  static let marker = "EndToEndMarker"
  static let rootHash = "$6$salt$\(marker)Root." + String(repeating: "x", count: 60)
  static let userHash = "$6$salt$\(marker)User." + String(repeating: "y", count: 60)

  /// The program under test.
  static var binary: FilePath { Built.factory }

  /// A folder with Debian's netboot `linux` and `initrd.gz` and their `virtio_blk.ko.xz`.
  static var installerFolder: FilePath? {
    guard let folder = ProcessInfo.processInfo.environment["IMAGE_FACTORY_TEST_INSTALLER"] else { return nil }
    let isComplete = ["linux", "initrd.gz", "virtio_blk.ko.xz"].allSatisfy {
      FileManager.default.isReadableFile(atPath: "\(folder)/\($0)")
    }
    return isComplete ? FilePath(folder) : nil
  }

  /// A cache of `image-factory fetch`, so that no test downloads the installer again.
  static var cache: FilePath? {
    ProcessInfo.processInfo.environment["IMAGE_FACTORY_TEST_CACHE"].map { FilePath($0) }
  }

  init() async throws {
    let installer = try #require(
      Workshop.installerFolder, "IMAGE_FACTORY_TEST_INSTALLER names no folder with linux, initrd.gz, virtio_blk.ko.xz")
    try #require(
      FileManager.default.isExecutableFile(atPath: Workshop.binary.string), "\(Workshop.binary) is not built")
    foundDaemon = UnixSockets.answers("/run/libvirt/libvirt-sock") || UnixSockets.answers("/run/libvirt/virtqemud-sock")
    foundLogDaemon = UnixSockets.answers("/run/libvirt/virtlogd-sock")
    let scratch = try Scratch("e2e")
    self.scratch = scratch
    kernel = scratch.path.appending("linux")
    initrd = scratch.path.appending("initrd.gz")
    try FileManager.default.copyItem(atPath: installer.appending("linux").string, toPath: kernel.string)
    try await Workshop.makeMiniature(from: installer, to: initrd, scratch: scratch)
    recorder = try scratch.write(Workshop.recorderScript, to: "record", mode: 0o755)
    user = try await OrdinaryUser("e2e", in: scratch, folder: "home")
    server = try await SSHServer(for: user, in: scratch)
  }

  func close() async {
    server.stop()
    await user.remove()
    scratch.remove()
  }

  private static func makeMiniature(from installer: FilePath, to path: FilePath, scratch: Scratch) async throws {
    let others = MiniatureFileSystem.allCases.filter { Tools.path("mkfs.\($0.rawValue)") != nil }
    let made = try await MiniatureInitrd.make(
      from: installer.appending("initrd.gz"), tools: .find(for: Set(others)),
      modules: [installer.appending("virtio_blk.ko.xz")],
      scratch: scratch.makeFolder("miniature"), to: path,
      run: { command in
        let result = try await Child(command.argv).wait()
        guard result.status == 0 else {
          throw FactoryError(.unexpected, "cannot \(command.purpose)", details: [result.errors])
        }
      })
    #expect(made.diskDrivers.contains("virtio_blk"))
  }

  private static let recorderScript = """
    #!/bin/sh
    record=$1
    shift
    for word in "$@"; do printf '%s\\n' "$word"; done > "$record.args"
    env > "$record.env"
    pwd > "$record.pwd"

    """

  /// Puts the program and its configs below a prefix, as `make install` does; gives the program.
  ///
  /// The sudo helper is beside it only when it is asked for, below a prefix of its own.
  func installBelowPrefix(withHelper: Bool = false) throws -> FilePath {
    let programs = [Workshop.binary] + (withHelper ? [Built.sudoHelper] : [])
    return try Built.install(programs, below: withHelper ? "prefix-sudo" : "prefix", in: scratch)
      .appending(Workshop.binary.lastComponent?.string ?? "")
  }
}

/// Asks whether somebody listens at a Unix socket.
enum UnixSockets {
  static func answers(_ path: String) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
