/// The partitions the installer makes.
public struct DiskLayout: Sendable, Hashable, Codable {
  public enum Label: String, Sendable, Hashable, Codable, CaseIterable {
    case msdos
    case gpt
  }

  public enum Firmware: String, Sendable, Hashable, Codable, CaseIterable {
    case bios
    case uefi
  }

  public var label = Label.msdos
  public var firmware = Firmware.bios
  /// In order on the disk; at most one of them takes the rest.
  public var partitions = [PartitionRequest.root]

  public init() {}
}

/// The file systems a partition can be asked to hold.
public enum FileSystemKind: String, Sendable, Hashable, Codable, CaseIterable {
  case ext4
  case xfs
  case btrfs
  case vfat
  case swap
}

/// One partition or logical volume as the config asks for it.
public struct PartitionRequest: Sendable, Hashable, Codable {
  /// The section's name: `[partition:NAME]`.
  public var name: String
  /// nil: the rest of the disk.
  public var size: ByteSize?
  public var fileSystem: FileSystemKind
  /// Absolute; nil for swap.
  public var mountPoint: String?
  public var fileSystemLabel: String?
  public var mkfsOptions: [String]
  /// The volume group this is a logical volume of; nil: a plain partition.
  public var volumeGroup: String?

  public init(
    name: String, size: ByteSize?, fileSystem: FileSystemKind, mountPoint: String?, fileSystemLabel: String? = nil,
    mkfsOptions: [String] = [], volumeGroup: String? = nil
  ) {
    self.name = name
    self.size = size
    self.fileSystem = fileSystem
    self.mountPoint = mountPoint
    self.fileSystemLabel = fileSystemLabel
    self.mkfsOptions = mkfsOptions
    self.volumeGroup = volumeGroup
  }

  /// One ext4 root over the whole disk: the layout of a golden image unless somebody asks for more.
  public static let root = PartitionRequest(name: "root", size: nil, fileSystem: .ext4, mountPoint: "/")
}
