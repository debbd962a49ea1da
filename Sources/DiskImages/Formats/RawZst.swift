package import Model
package import SystemPackage

/// The raw disk compressed by zstd; its own checksum is inside.
package struct RawZst: DiskFormat {
  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name = "raw.zst"
  package let fileExtension = "raw.zst"
  package let requiredTools = ["zstd", "qemu-img"]
  package let compressions = [DiskFormatOptions.Compression.zstd]

  /// There is nothing to choose.
  package init() {}

  /// See `DiskFormat`.
  package func convert(
    _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions
  ) throws -> [ConversionStep] {
    _ = try compression(options)
    // With -T the bytes do not depend on the number of threads, only on there being any (zstd's manual).
    return [
      .run(
        Command(
          "zstd", ["-q", "-T0", "-3", "--check", QemuImage.argument(raw), "-o", QemuImage.argument(target)],
          purpose: "compress the image with zstd"))
    ]
  }

  /// zstd can write to a pipe, so it never goes back.
  package func stream(_ raw: FilePath, to target: FilePath) -> FilePath? { target }

  /// See `DiskFormat`.
  package func unpacked(_ target: FilePath) -> FilePath? { FilePath(target.string + ".unpacked") }

  /// Unpacking checks zstd's own checksum; the rest is a comparison of two raw disks.
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] {
    guard let unpacked = unpacked(target) else { return [] }
    return [
      Command(
        "zstd",
        ["-q", "-d", "--sparse", "-f", QemuImage.argument(target), "-o", QemuImage.argument(unpacked)],
        purpose: "unpack the compressed image to check it"),
      QemuImage.compare(raw, unpacked, format: "raw"),
    ]
  }
}
