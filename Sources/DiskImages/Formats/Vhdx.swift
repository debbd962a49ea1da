package import Model
package import SystemPackage

/// Hyper-V's format, growing.
package struct Vhdx: DiskFormat {
  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name = "vhdx"
  package let fileExtension = "vhdx"
  package let requiredTools = ["qemu-img"]
  package let compressions = [DiskFormatOptions.Compression.none]

  /// There is nothing to choose.
  package init() {}

  /// See `DiskFormat`.
  package func convert(
    _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions
  ) throws -> [ConversionStep] {
    _ = try compression(options)
    return [QemuImage.convert(raw, to: target, format: "vhdx", options: ["subformat=dynamic"])]
  }

  /// See `DiskFormat`.
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] {
    [QemuImage.check(target, format: "vhdx"), QemuImage.compare(raw, target, format: "vhdx")]
  }
}
