/// What can be asked of a disk format; nil everywhere is the format's own default.
public struct DiskFormatOptions: Sendable, Hashable, Codable {
  /// How the image is packed; each kind of image has a few of them.
  public enum Compression: String, Sendable, Hashable, Codable, CaseIterable {
    case none
    case zlib
    case zstd
    case xz
  }

  /// Which versions of QEMU can use a qcow2.
  public enum Compat: String, Sendable, Hashable, Codable, CaseIterable {
    /// QEMU before 1.1.
    case old = "0.10"
    /// QEMU 1.1 and newer.
    case current = "1.1"
  }

  public var compression: Compression?
  /// Bytes per cluster of a qcow2; nil: QEMU's default of 64 KiB.
  public var clusterSize: ByteSize?
  public var compat: Compat?

  /// What is nil is the kind's default.
  public init(compression: Compression? = nil, clusterSize: ByteSize? = nil, compat: Compat? = nil) {
    self.compression = compression
    self.clusterSize = clusterSize
    self.compat = compat
  }
}
