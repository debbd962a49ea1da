package import Model
package import SystemPackage

/// VirtualBox's format, growing.
package struct Vdi: DiskFormat {
  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name = "vdi"
  package let fileExtension = "vdi"
  package let requiredTools = ["qemu-img"]
  package let compressions = [DiskFormatOptions.Compression.none]

  /// There is nothing to choose.
  package init() {}

  /// See `DiskFormat`.
  package func convert(
    _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions
  ) throws -> [ConversionStep] {
    _ = try compression(options)
    return [QemuImage.convert(raw, to: target, format: "vdi")]
  }

  /// See `DiskFormat`.
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] {
    [QemuImage.check(target, format: "vdi"), QemuImage.compare(raw, target, format: "vdi")]
  }
}
