package import Model
package import SystemPackage

/// The raw disk compressed by xz; its own checksum is inside.
package struct RawXz: DiskFormat {
  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name = "raw.xz"
  package let fileExtension = "raw.xz"
  package let requiredTools = ["xz", "ln", "qemu-img"]
  package let compressions = [DiskFormatOptions.Compression.xz]

  /// There is nothing to choose.
  package init() {}

  /// xz writes beside its input only: `RAW.SUFFIX`, then renamed, so `raw` and `target` have to be on one file system.
  package func convert(
    _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions
  ) throws -> [ConversionStep] {
    _ = try compression(options)
    // A block size of its own keeps the bytes the same whatever the number of threads.
    return [
      .run(
        Command(
          "xz",
          [
            "-q", "-T0", "--block-size=64MiB", "--check=sha256", "--keep", "--force", "--suffix=\(RawXz.suffix)",
            QemuImage.argument(raw),
          ],
          purpose: "compress the image with xz")),
      .rename(from: RawXz.working(raw), to: target),
    ]
  }

  private static let suffix = ".converting-xz"
  private static func working(_ raw: FilePath) -> FilePath { FilePath(raw.string + suffix) }

  /// xz can write to a pipe, so it never goes back.
  package func stream(_ raw: FilePath, to target: FilePath) -> FilePath? { RawXz.working(raw) }

  /// See `DiskFormat`.
  package func unpacked(_ target: FilePath) -> FilePath? { FilePath(target.string + ".unpacked") }

  /// Unpacking checks xz's own checksum; the rest is a comparison of two raw disks.
  ///
  /// xz names the file that it unpacks to itself, by taking `.xz` away whatever `--suffix` says: of the target's own name that would be
  /// the raw disk's. So it gets a second name, which goes with the unpacking.
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] {
    guard let unpacked = unpacked(target) else { return [] }
    let second = QemuImage.argument(FilePath(unpacked.string + ".xz"))
    return [
      Command(
        "ln", ["--force", QemuImage.argument(target), second], purpose: "give the compressed image a second name"),
      Command(
        "xz", ["-q", "-d", "--force", "--format=xz", second], purpose: "unpack the compressed image to check it"),
      QemuImage.compare(raw, unpacked, format: "raw"),
    ]
  }
}
