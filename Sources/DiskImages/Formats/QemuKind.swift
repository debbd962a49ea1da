package import Model
package import SystemPackage

/// The kinds that `qemu-img` makes in one step and without choices: other hypervisors' growing images.
package struct QemuKind: DiskFormat {
  /// VMware's, one growing file.
  package static let vmdk = QemuKind("vmdk", ["subformat=monolithicSparse"])
  /// Hyper-V's.
  package static let vhdx = QemuKind("vhdx", ["subformat=dynamic"])
  /// VirtualBox's.
  package static let vdi = QemuKind("vdi", [])

  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name: String
  package let requiredTools = ["qemu-img"]
  package let compressions = [DiskFormatOptions.Compression.none]
  private let details: [String]

  private init(_ name: String, _ details: [String]) {
    self.name = name
    self.details = details
  }

  /// See `DiskFormat`.
  package var fileExtension: String { name }

  /// See `DiskFormat`.
  package func convert(
    _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions
  ) throws -> [ConversionStep] {
    _ = try compression(options)
    return [QemuImage.convert(raw, to: target, format: name, options: details)]
  }

  /// See `DiskFormat`.
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] {
    [QemuImage.check(target, format: name), QemuImage.compare(raw, target, format: name)]
  }
}
