import Foundation
import MiniatureGuest
import Model
import SystemPackage
import Testing

/// What the tests of this room use of the machine they run on.
enum TestHost {
  /// The first folder of the usual ones that has the tool.
  static func tool(_ name: String) -> String? {
    ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"].map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// A folder with Debian's netboot `linux` and `initrd.gz`, and perhaps `virtio_blk.ko.xz` of the same kernel.
  static var installer: FilePath? {
    guard let folder = ProcessInfo.processInfo.environment["IMAGE_FACTORY_TEST_INSTALLER"] else { return nil }
    let complete = ["linux", "initrd.gz"].allSatisfy { FileManager.default.isReadableFile(atPath: "\(folder)/\($0)") }
    return complete ? FilePath(folder) : nil
  }

  /// Where runs of many seconds are wanted.
  static var slowTests: Bool { ProcessInfo.processInfo.environment["IMAGE_FACTORY_SLOW_TESTS"] == "1" }

  static var hasGuest: Bool {
    installer != nil && ["qemu-system-x86_64", "mke2fs", "debugfs", "e2fsck", "sfdisk"].allSatisfy { tool($0) != nil }
  }

  static let guestReason: Comment =
    "needs qemu-system-x86_64, e2fsprogs, fdisk, and IMAGE_FACTORY_TEST_INSTALLER: a folder with linux and initrd.gz"

  /// What a child printed and how it ended.
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs a tool to its end, its output taken into files so that nothing blocks.
  @discardableResult
  static func run(_ words: [String], in folder: FilePath? = nil, input: [UInt8]? = nil) throws -> Result {
    try withFolder { scratch in
      let process = Process()
      guard let path = words[0].hasPrefix("/") ? words[0] : tool(words[0]) else { throw Errno.noSuchFileOrDirectory }
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = Array(words.dropFirst())
      if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder.string) }
      let files = ["in", "out", "err"].map { scratch.appending($0).string }
      for file in files {
        _ = FileManager.default.createFile(atPath: file, contents: file.hasSuffix("/in") ? Data(input ?? []) : nil)
      }
      process.standardInput = FileHandle(forReadingAtPath: files[0])
      process.standardOutput = FileHandle(forWritingAtPath: files[1])
      process.standardError = FileHandle(forWritingAtPath: files[2])
      try process.run()
      process.waitUntilExit()
      return Result(status: process.terminationStatus, output: text(files[1]), errors: text(files[2]))
    }
  }

  /// The port of the room, for real.
  static let port: CommandPort = { command in
    let result = try run(command.argv)
    guard result.status == 0 else {
      throw FactoryError(
        .unexpected, "cannot \(command.purpose): exit status \(result.status)", details: [result.errors])
    }
  }

  static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  /// A folder of its own, removed at the end.
  static func withFolder<T>(_ body: (FilePath) throws -> T) throws -> T {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder.string) }
    return try body(folder)
  }

  static func withFolder<T>(_ body: (FilePath) async throws -> T) async throws -> T {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder.string) }
    return try await body(folder)
  }

  private static func makeFolder() throws -> FilePath {
    let path = NSTemporaryDirectory() + "/miniature-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return FilePath(path)
  }
}
