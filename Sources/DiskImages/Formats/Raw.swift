package import Model
package import SystemPackage

/// The disk as it is, holes kept.
package struct Raw: DiskFormat {
  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name = "raw"
  package let fileExtension = "raw"
  package let requiredTools: [String] = []
  package let compressions = [DiskFormatOptions.Compression.none]

  /// There is nothing to choose.
  package init() {}

  /// See `DiskFormat`.
  package func convert(
    _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions
  ) throws -> [ConversionStep] {
    _ = try compression(options)
    // Who keeps the raw disk under its own name has nothing to do.
    return raw == target ? [] : [.copy(from: raw, to: target)]
  }

  /// See `DiskFormat`.
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] { [] }
}
