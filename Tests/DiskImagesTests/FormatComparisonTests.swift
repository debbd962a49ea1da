import Glibc
import Model
import SystemPackage
import Testing

@testable import DiskImages

/// Kinds that no tool compares with the raw disk.
@Suite("finished files, compared with the raw disk")
struct FormatComparisonTests {
  private let scratch = try? Scratch()

  private func convert(_ raw: FilePath, _ name: String, to target: String) async throws -> FilePath {
    let target = try #require(scratch).path(target)
    let format = try #require(DiskFormats.named(name))
    try await Conversion.perform(format, raw, to: target, run: Tool.runner)
    return target
  }

  private func differs(_ name: String, _ target: FilePath, _ raw: FilePath) async throws -> Bool {
    let format = try #require(DiskFormats.named(name))
    defer { if let unpacked = format.unpacked(target) { unlink(unpacked.string) } }
    for command in format.check(target, against: raw) where try await Tool.runner(command) != 0 { return true }
    do {
      try format.compare(target, with: raw)
      return false
    } catch let error as DiskImageError {
      return error.kind == .digestMismatch
    }
  }

  @Test(
    "one byte of the raw disk that is not in the file is found: in data, in a hole or at the end; nothing unpacked is left",
    .enabled(if: Tool.has("zstd", "xz", "qemu-img")), arguments: ["raw.zst", "raw.xz"])
  func compressed(_ name: String) async throws {
    let scratch = try #require(scratch)
    let raw = try scratch.sparse("disk.raw", mebibytes: 20)
    try scratch.patch(raw, at: 4096, (0..<90_001).map { UInt8(truncatingIfNeeded: $0 / 7) })
    let target = try await convert(raw, name, to: "disk.\(name)")
    let unpacked = try #require(DiskFormats.named(name)?.unpacked(target))
    #expect(access(unpacked.string, F_OK) != 0)
    for offset in [4096, 10 << 20, (20 << 20) - 1] as [Int64] {
      let byte = try HostFile(raw).bytes(at: offset, count: 1)
      try scratch.patch(raw, at: offset, [byte[0] ^ 1])
      #expect(try await differs(name, target, raw), "\(offset)")
      try scratch.patch(raw, at: offset, byte)
    }
    #expect(try await !differs(name, target, raw))
    let whole = try scratch.read(target)
    try scratch.write("disk.\(name)", Array(whole.dropLast(9)))
    #expect(try await differs(name, target, raw))
  }

  @Test(
    "a compressed file that turns out to hold something else fails the conversion and is not left",
    .enabled(if: Tool.has("zstd", "xz", "qemu-img")), arguments: ["raw.zst", "raw.xz"])
  func conversion(_ name: String) async throws {
    let scratch = try #require(scratch)
    let raw = try scratch.sparse("disk.raw", mebibytes: 20)
    let target = scratch.path("disk.\(name)")
    let format = try #require(DiskFormats.named(name))
    await #expect(throws: DiskImageError.self) {
      try await Conversion.perform(format, raw, to: target) { command in
        let status = try await Tool.runner(command)
        // As soon as it is unpacked the raw disk has another byte.
        if command.argv.contains("-d") { try scratch.patch(raw, at: 5 << 20, [1]) }
        return status
      }
    }
    for path in [target, try #require(format.unpacked(target))] { #expect(access(path.string, F_OK) != 0) }
  }

  @Test(
    "an archive is read again by GNU tar and compared byte by byte with the file system",
    .enabled(if: Tool.has("mke2fs", "debugfs", "tar")))
  func archive() async throws {
    let scratch = try #require(scratch)
    let raw = try scratch.sparse("disk.raw", mebibytes: 24)
    try scratch.write("tree/etc/os-release", "PRETTY_NAME=Test\n")
    try scratch.write("tree/usr/bin/tool", [UInt8](repeating: 9, count: 3 << 20))
    try Tool.need("mke2fs", ["-q", "-F", "-t", "ext4", "-d", scratch.path("tree").string, raw.string])
    let target = try await convert(raw, "tar", to: "root.tar")
    let whole = try scratch.read(target)
    // In a header, in contents, in the padding at the end.
    for offset in [600, 2 << 20, whole.count - 1] {
      try scratch.patch(target, at: Int64(offset), [whole[offset] ^ 1])
      #expect(try await differs("tar", target, raw), "\(offset)")
      try scratch.patch(target, at: Int64(offset), [whole[offset]])
    }
    try scratch.patch(target, at: Int64(whole.count), [0])
    #expect(try await differs("tar", target, raw))
    try scratch.write("root.tar", Array(whole.dropLast(10_240)))
    #expect(try await differs("tar", target, raw))
    try scratch.write("root.tar", whole)
    let check = try #require(Tar().check(target, against: raw).first)
    #expect(try Tool.run(check.tool, Array(check.argv.dropFirst())).output == "")
    // A header that is none.
    try scratch.write("root.tar", Array(whole.prefix(512)) + [UInt8](repeating: 0x55, count: 4096))
    #expect(try await Tool.runner(check) != 0)
    try scratch.write("root.tar", whole)
    try Tool.need("debugfs", ["-w", "-R", "sif /etc/os-release mtime 1", raw.string])
    #expect(try await differs("tar", target, raw))
  }
}
