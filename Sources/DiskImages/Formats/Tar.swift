package import Model
package import SystemPackage

/// The root file system as a pax archive, for containers and chroots; no other partition is in it.
///
/// Owners, modes, times, hard links, devices, extended attributes and SELinux labels are kept; no mount and no root is needed.
package struct Tar: DiskFormat {
  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name = "tar"
  package let fileExtension = "tar"
  package let requiredTools = ["tar"]
  package let compressions = [DiskFormatOptions.Compression.none]

  /// There is nothing to choose.
  package init() {}

  /// See `DiskFormat`.
  package func convert(
    _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions
  ) throws -> [ConversionStep] {
    _ = try compression(options)
    return [.archive(raw: raw, to: target)]
  }

  /// An archive is written in order.
  package func stream(_ raw: FilePath, to target: FilePath) -> FilePath? { target }

  /// GNU tar reads every header to the end; nothing of the long list is printed.
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] {
    [
      Command(
        "tar", ["--list", "--exclude=*", "--file", QemuImage.argument(target)], purpose: "read the archive again")
    ]
  }

  /// The file system is packed once more, into nothing, and each byte compared with the archive.
  package func compare(_ target: FilePath, with raw: FilePath) throws {
    try TarArchive.compare(rootOf: raw, with: target)
  }
}
