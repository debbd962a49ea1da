import DiskImages
import Glibc
import Model
import SystemPackage
import Testing

/// What every registered format has to keep.
@Suite("disk formats")
struct DiskFormatTests {
  private let scratch = try? Scratch()

  /// A raw disk of 24 MiB with a little data; for an archive one with a file system, there is nothing to pack otherwise.
  private func raw(_ name: String = "disk.raw", for format: String = "raw") throws -> FilePath {
    let scratch = try #require(scratch)
    let raw = try scratch.sparse(name, mebibytes: 24)
    if format == "tar" {
      try scratch.write("tree/etc/os-release", "PRETTY_NAME=Test\n")
      try Tool.need("mke2fs", ["-q", "-F", "-t", "ext4", "-d", scratch.path("tree").string, raw.string])
      return raw
    }
    try scratch.patch(raw, at: 0, Array("boot".utf8))
    try scratch.patch(raw, at: 9 << 20, (0..<70_000).map { UInt8(truncatingIfNeeded: $0 / 3) })
    return raw
  }

  @Test("names and extensions are words of their own, tools are names", arguments: DiskFormats.names)
  func names(_ name: String) throws {
    let format = try #require(DiskFormats.named(name))
    #expect(DiskFormats.names.filter { $0 == name }.count == 1)
    #expect(DiskFormats.all.filter { $0.fileExtension == format.fileExtension }.count == 1)
    #expect(!format.compressions.isEmpty && format.requiredTools.allSatisfy { !$0.contains("/") })
  }

  @Test("every command names its input's format and takes odd paths as files", arguments: DiskFormats.names)
  func commands(_ name: String) throws {
    let format = try #require(DiskFormats.named(name))
    for path in ["-rf.raw", "nbd:x,y", "json:{}", "/tmp/a,b:c.raw"] {
      let raw = FilePath(path)
      let target = FilePath(path + ".out")
      var commands = format.check(target, against: raw)
      for case .run(let command) in try format.convert(raw, to: target, DiskFormatOptions()) {
        commands.append(command)
      }
      for command in commands {
        #expect(format.requiredTools.contains(command.tool))
        for argument in command.argv.dropFirst() where argument.contains(path) {
          #expect(argument.hasPrefix("/") || argument.hasPrefix("./"), "\(command.shown)")
        }
        if command.tool == "qemu-img" {
          #expect(command.argv.contains("-f") && !command.argv.contains("-W"))
          if command.argv[1] != "check" { #expect(command.shown.contains("-f raw")) }
        }
      }
    }
  }

  @Test("an image is made, sound, and the same twice", arguments: DiskFormats.names)
  func conversion(_ name: String) async throws {
    let format = try #require(DiskFormats.named(name))
    guard format.requiredTools.allSatisfy({ Tool.has($0) }) else { return }
    let raw = try raw(for: name)
    let scratch = try #require(scratch)
    for compression in format.compressions {
      var digests: Set<String> = []
      for round in 1...2 {
        let target = scratch.path("out-\(compression.rawValue)-\(round).\(format.fileExtension)")
        try await Conversion.perform(
          format, raw, to: target, DiskFormatOptions(compression: compression), run: Tool.runner)
        digests.insert(try FileDigest.sha256(target))
      }
      // These three carry a fresh identifier of their own.
      if !["vmdk", "vhdx", "vdi"].contains(name) { #expect(digests.count == 1) }
    }
    let names = try scratch.names()
    #expect(
      names.subtracting(["tree"]).count == 1 + 2 * format.compressions.count
        && names.allSatisfy { !$0.contains("converting") })
  }

  @Test("a raw disk whose first sector looks like qcow2 stays a raw disk", .enabled(if: Tool.has("qemu-img")))
  func qcow2Header() async throws {
    let scratch = try #require(scratch)
    let raw = try raw()
    // A real header whose backing file would be a file of the host.
    let secret = try scratch.write("secret", [UInt8](repeating: 0x53, count: 1 << 16))
    let trap = scratch.path("trap.qcow2")
    try Tool.need("qemu-img", ["create", "-q", "-f", "qcow2", "-b", secret.string, "-F", "raw", trap.string, "64k"])
    try scratch.patch(raw, at: 0, Array(try scratch.read(trap).prefix(65536)))
    let target = scratch.path("out.qcow2")
    try await Conversion.perform(Qcow2(), raw, to: target, run: Tool.runner)
    #expect(try Tool.run("qemu-img", ["compare", "-f", "raw", "-F", "qcow2", raw.string, target.string]).status == 0)
    #expect(try Tool.need("qemu-img", ["info", "-f", "qcow2", target.string]).contains("backing file") == false)
  }

  @Test(
    "a file is hashed while it is written or checked, and the digests are those of the file",
    arguments: DiskFormats.names)
  func streamed(_ name: String) async throws {
    let format = try #require(DiskFormats.named(name))
    guard format.requiredTools.allSatisfy({ Tool.has($0) }) else { return }
    let scratch = try #require(scratch)
    let target = scratch.path("streamed.\(format.fileExtension)")
    let note = try await Conversion.perform(
      format, raw(for: name), to: target, hashing: [.sha256, .sha512], run: Tool.runner)
    #expect((format.stream("/raw", to: target) != nil) == ["raw.zst", "raw.xz", "tar"].contains(name))
    let made = try #require(note)
    let expected = try FileDigest.compute(target, algorithms: [.sha256, .sha512])
    try made.leave(beside: target)
    #expect(DigestNote.take(for: target, [.sha256, .sha512]) == expected)
    // Taken once.
    #expect(DigestNote.take(for: target, [.sha256]) == nil)
    // A file that was changed, or replaced by one of the same length, is read again.
    try made.leave(beside: target)
    let bytes = try scratch.read(target)
    try scratch.patch(target, at: 5, [bytes[5] ^ 1])
    #expect(DigestNote.take(for: target, [.sha256]) == nil)
  }

  @Test("a stream that ends in another file is read again, one that is given up gives no digests")
  func notFollowed() async throws {
    let scratch = try #require(scratch)
    let target = scratch.path("target.raw.zst")
    let note = try await Conversion.perform(RawZst(), raw(), to: target, hashing: [.sha256]) { command in
      if command.argv.contains("-d") || command.tool == "qemu-img" { return 0 }
      // As a tool would that writes beside its target and renames.
      try scratch.write("target.raw.zst", "half")
      usleep(50_000)
      try scratch.write("other", "whole")
      rename(scratch.path("other").string, target.string)
      return 0
    }
    try #require(note).leave(beside: target)
    #expect(DigestNote.take(for: target, [.sha256]) == (try FileDigest.compute(target, algorithms: [.sha256])))
    await #expect(throws: DiskImageError.self) {
      try await Conversion.perform(RawZst(), raw("2.raw"), to: scratch.path("2.zst"), hashing: [.sha256]) { _ in 1 }
    }
  }

  @Test("odd file names work with the real tools", arguments: DiskFormats.names)
  func oddNames(_ name: String) async throws {
    let format = try #require(DiskFormats.named(name))
    guard format.requiredTools.allSatisfy({ Tool.has($0) }) else { return }
    let raw = try raw("-nbd:x,y?z=1 w.raw", for: name)
    try await Conversion.perform(
      format, raw, to: #require(scratch).path("-o json:{},a=b.\(format.fileExtension)"), run: Tool.runner)
  }

  @Test(
    "after a failing step or check there is no target, and an existing one is never overwritten",
    arguments: DiskFormats.names)
  func failure(_ name: String) async throws {
    let format = try #require(DiskFormats.named(name))
    let scratch = try #require(scratch)
    let target = scratch.path("target")
    if !["raw", "tar"].contains(name) {
      await #expect(throws: DiskImageError.self) {
        try await Conversion.perform(format, raw(), to: target) { _ in
          try scratch.write("target", "half")
          return 1
        }
      }
      #expect(try !scratch.names().contains("target"))
    }
    try scratch.write("target", "precious")
    await #expect { try await Conversion.perform(format, raw(), to: target, run: Tool.runner) } throws: {
      ($0 as? DiskImageError)?.kind == .exists
    }
    #expect(try scratch.read(target) == Array("precious".utf8))
  }

  @Test("options that a kind does not have are refused while planning")
  func options() throws {
    #expect(throws: DiskImageError.self) { try QemuKind.vmdk.validate(DiskFormatOptions(compression: .zstd)) }
    #expect(throws: DiskImageError.self) { try Qcow2().validate(DiskFormatOptions(compression: .xz)) }
    #expect(throws: DiskImageError.self) {
      try Qcow2().validate(DiskFormatOptions(clusterSize: ByteSize(bytes: 65_000)))
    }
    try Qcow2().validate(DiskFormatOptions(compression: .zstd, clusterSize: .kibibytes(128)))
    try Qcow2().validate(DiskFormatOptions(compression: .zlib, compat: .old))
    #expect(throws: DiskImageError.self) { try Qcow2().validate(DiskFormatOptions(compression: .zstd, compat: .old)) }
    #expect(DiskFormats.named("floppy") == nil)
  }

  @Test(
    "a qcow2 is of the version, cluster size and compression that were asked for", .enabled(if: Tool.has("qemu-img")),
    arguments: [DiskFormatOptions.Compat.old, .current], [DiskFormatOptions.Compression.none, .zlib, .zstd])
  func qcow2Settings(_ compat: DiskFormatOptions.Compat, _ compression: DiskFormatOptions.Compression) async throws {
    guard !(compat == .old && compression == .zstd) else { return }
    let target = try #require(scratch).path("\(compat.rawValue)-\(compression.rawValue).qcow2")
    try await Conversion.perform(
      Qcow2(), raw("\(compat.rawValue)-\(compression.rawValue).raw"), to: target,
      DiskFormatOptions(compression: compression, clusterSize: .kibibytes(32), compat: compat), run: Tool.runner)
    let info = try Tool.need("qemu-img", ["info", "-f", "qcow2", target.string])
    #expect(info.contains("compat: \(compat.rawValue)") && info.contains("cluster_size: 32768"))
    if compression == .zstd { #expect(info.contains("compression type: zstd")) }
  }

  @Test("the qcow2 command line, word for word")
  func argv() throws {
    let steps = try Qcow2().convert(
      "/i/a.raw", to: "/i/a.qcow2", DiskFormatOptions(compression: .zstd, clusterSize: .kibibytes(128)))
    guard case .run(let command) = try #require(steps.first) else { return }
    #expect(
      command.shown
        == "qemu-img convert -f raw -O qcow2 -c -o compat=1.1,cluster_size=131072,compression_type=zstd /i/a.raw /i/a.qcow2"
    )
  }
}
