package import Model
package import SystemPackage

/// VMware's format, one growing file (`monolithicSparse`).
package struct Vmdk: DiskFormat {
  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name = "vmdk"
  package let fileExtension = "vmdk"
  package let requiredTools = ["qemu-img"]
  package let compressions = [DiskFormatOptions.Compression.none]

  /// There is nothing to choose.
  package init() {}

  /// See `DiskFormat`.
  package func convert(
    _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions
  ) throws -> [ConversionStep] {
    _ = try compression(options)
    return [QemuImage.convert(raw, to: target, format: "vmdk", options: ["subformat=monolithicSparse"])]
  }

  /// See `DiskFormat`.
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] {
    [QemuImage.check(target, format: "vmdk"), QemuImage.compare(raw, target, format: "vmdk")]
  }
}
