package import Model
package import SystemPackage

/// The raw disk compressed by zstd; its own checksum is inside.
package struct RawZst: DiskFormat {
  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name = "raw.zst"
  package let fileExtension = "raw.zst"
  package let requiredTools = ["zstd"]
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
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] {
    [Command("zstd", ["-q", "-t", QemuImage.argument(target)], purpose: "check the compressed image")]
  }
}
