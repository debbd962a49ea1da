import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// Looks into a raw disk by the usual tools, which know nothing of the factory; nothing is mounted.
struct ImageInspection: Sendable {
  private let disk: FilePath
  /// Of the root file system, in bytes.
  private let offset: Int64
  private let size: Int64

  /// Finds the one partition of a raw disk.
  init(raw disk: FilePath) async throws {
    self.disk = disk
    let table = try await Child.run("sfdisk", "--dump", disk.string)
    let line = try #require(table.output.split(separator: "\n").first { $0.contains("start=") }, "\(table)")
    func number(_ key: String) throws -> Int64 {
      let after = try #require(line.range(of: key + "=")).upperBound
      return try #require(Int64(line[after...].drop { $0 == " " }.prefix { $0.isNumber }))
    }
    offset = try number("start") * 512
    size = try number("size") * 512
  }

  /// Makes a raw copy of an image in another format below `scratch` and looks into that.
  init(_ image: String, copiedTo copy: FilePath) async throws {
    let made = try await Child.run("qemu-img", "convert", "-O", "raw", image, copy.string)
    try #require(made.status == 0, "\(made.errors)")
    try await self.init(raw: copy)
  }

  /// Where e2fsprogs find the file system.
  private var place: String { "\(disk)?offset=\(offset)" }

  /// The content of a file inside; nil when there is none.
  func read(_ path: String) async throws -> String? {
    guard try await exists(path) else { return nil }
    return try await Child.run("debugfs", "-R", "cat \"\(path)\"", place).output
  }

  func exists(_ path: String) async throws -> Bool {
    let found = try await Child.run("debugfs", "-R", "stat \"\(path)\"", place)
    return found.output.contains("Inode:")
  }

  /// The names in a folder inside.
  func names(in path: String) async throws -> [String] {
    let listed = try await Child.run("debugfs", "-R", "ls -p \"\(path)\"", place)
    // `/inode/mode/user/group/name/size/`
    return listed.output.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "/", omittingEmptySubsequences: false)
      return fields.count > 5 && ![".", "..", ""].contains(fields[5]) ? String(fields[5]) : nil
    }
  }

  /// What `e2fsck -fn` says.
  func check() async throws -> Child.Result { try await Child.run("e2fsck", "-fn", place) }

  /// How many free blocks do not read as zero, as zerofree counts them.
  func freeBlocksInUse(scratch: FilePath) async throws -> Int {
    let copy = scratch.appending("partition-\(UUID().uuidString)")
    defer { unlink(copy.string) }
    try await Child.run(
      "dd", "if=\(disk)", "of=\(copy)", "bs=1M", "conv=sparse", "iflag=skip_bytes,count_bytes", "skip=\(offset)",
      "count=\(size)", "status=none")
    let counted = try await Child.run("zerofree", "-n", "-v", copy.string)
    // `modified/free/total`, after a progress in per cent.
    let last = try #require(counted.output.split(whereSeparator: { $0.isNewline || $0 == "\r" }).last, "\(counted)")
    return try #require(Int(last.split(separator: "/").first ?? ""), "\(counted)")
  }
}
