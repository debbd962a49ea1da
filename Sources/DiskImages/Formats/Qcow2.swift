package import Model
package import SystemPackage

/// QEMU's own format, compat 1.1 (QEMU 1.1 and newer) unless the older one is asked for.
package struct Qcow2: DiskFormat {
  /// Name, extension, tools and compressions: see `DiskFormat`.
  package let name = "qcow2"
  package let fileExtension = "qcow2"
  package let requiredTools = ["qemu-img"]
  /// zstd needs QEMU 5.1 or newer where the image is used.
  package let compressions: [DiskFormatOptions.Compression] = [.none, .zlib, .zstd]

  /// There is nothing to choose.
  package init() {}

  /// See `DiskFormat`.
  package func convert(
    _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions
  ) throws -> [ConversionStep] {
    let compression = try compression(options)
    let compat = options.compat ?? .current
    if compat == .old, compression == .zstd {
      throw DiskImageError(
        .unsupported, "a qcow2 of compat 0.10 cannot be compressed with zstd", hint: "use zlib, or compat 1.1")
    }
    var details = ["compat=\(compat.rawValue)"]
    if let size = options.clusterSize {
      // QEMU's docs/interop/qcow2.txt: cluster_bits 9 to 21.
      guard (512...(2 << 20)).contains(size.bytes), size.bytes & (size.bytes - 1) == 0 else {
        throw DiskImageError(
          .unsupported, "the cluster size '\(size)' is not possible", hint: "a power of two from 512 B to 2 MiB")
      }
      details.append("cluster_size=\(size.bytes)")
    }
    // The older version knows zlib only and has no name for it.
    if compression != .none, compat == .current { details.append("compression_type=\(compression.rawValue)") }
    return [
      QemuImage.convert(raw, to: target, format: "qcow2", options: details, compressed: compression != .none)
    ]
  }

  /// See `DiskFormat`.
  package func check(_ target: FilePath, against raw: FilePath) -> [Command] {
    [QemuImage.check(target, format: "qcow2"), QemuImage.compare(raw, target, format: "qcow2")]
  }
}
