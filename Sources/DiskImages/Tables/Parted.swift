import CParted
import Glibc
import Model
import Synchronization
import SystemPackage

/// The one place that calls libparted.
///
/// libparted keeps a device list, an exception handler and a current exception in global variables: one lock around everything. Its
/// exception handler is ours, collects what is said, and never agrees to repair anything.
enum Parted {
  static func read(_ image: FilePath) throws -> PartitionTable {
    try lock.withLock { _ in try readAlone(image) }
  }

  private static func readAlone(_ image: FilePath) throws -> PartitionTable {
    messages.withLock { $0 = [] }
    ped_exception_set_handler { exception in Parted.answer(exception) }
    // An absolute path: libparted keeps devices by name.
    guard let resolved = realpath(image.string, nil) else {
      throw HostFile.failure("cannot open", image, Errno(rawValue: errno))
    }
    defer { free(resolved) }
    guard let device = ped_device_get(resolved) else { throw failure(image, .system) }
    // Without this a second call for the same path would get the size the file had the first time.
    defer { ped_device_destroy(device) }
    device.pointee.read_only = 1
    guard let type = ped_disk_probe(device) else { throw failure(image, .noPartitionTable) }
    guard let label = PartitionTable.Label(rawValue: text(type.pointee.name) ?? "") else {
      throw DiskImageError(
        .unsupported, "'\(image)' has a partition table of the kind '\(text(type.pointee.name) ?? "?")'",
        hint: "msdos and gpt are handled")
    }
    guard let disk = ped_disk_new(device) else { throw failure(image, .invalidPartitionTable) }
    defer { ped_disk_destroy(disk) }
    return collect(disk, label)
  }

  private static func collect(_ disk: UnsafeMutablePointer<PedDisk>, _ label: PartitionTable.Label) -> PartitionTable {
    let device = disk.pointee.dev.pointee
    let sector = Int64(device.sector_size)
    var table = PartitionTable(
      label: label, sectorSize: Int(sector), imageSize: ByteSize(bytes: Int64(device.length) * sector))
    let named = ped_disk_type_check_feature(disk.pointee.type, PED_DISK_TYPE_PARTITION_NAME) != 0
    var next = ped_disk_next_partition(disk, nil)
    while let partition = next {
      let geometry = partition.pointee.geom
      let extent = ImageExtent(offset: Int64(geometry.start) * sector, length: Int64(geometry.length) * sector)
      let type = partition.pointee.type.rawValue
      if type == PED_PARTITION_EXTENDED.rawValue {
        table.extended = extent
      } else if type == PED_PARTITION_NORMAL.rawValue || type == PED_PARTITION_LOGICAL.rawValue {
        table.partitions.append(
          PartitionTable.Partition(
            number: Int(partition.pointee.num), extent: extent,
            content: partition.pointee.fs_type.flatMap { text($0.pointee.name) }.map { .other($0) },
            name: named ? text(ped_partition_get_name(partition))?.printable : nil, flags: flags(of: partition),
            isLogical: type == PED_PARTITION_LOGICAL.rawValue))
      }
      next = ped_disk_next_partition(disk, partition)
    }
    table.warnings = messages.withLock { $0 }
    return table
  }

  private static func flags(of partition: UnsafeMutablePointer<PedPartition>) -> Set<String> {
    var names: Set<String> = []
    var flag = ped_partition_flag_next(PedPartitionFlag(rawValue: 0))
    while flag.rawValue != 0 {
      if ped_partition_is_flag_available(partition, flag) != 0, ped_partition_get_flag(partition, flag) != 0,
        let name = text(ped_partition_flag_get_name(flag))
      {
        names.insert(name)
      }
      flag = ped_partition_flag_next(flag)
    }
    return names
  }

  /// Ignore for warnings where that is offered, else Cancel: never Fix, Yes or OK.
  private static func answer(_ exception: UnsafeMutablePointer<PedException>?) -> PedExceptionOption {
    guard let exception = exception?.pointee else { return PED_EXCEPTION_CANCEL }
    let message = (text(exception.message) ?? "unknown problem").printable
    messages.withLock { $0.append(message) }
    let isWarning = exception.type.rawValue <= PED_EXCEPTION_WARNING.rawValue
    let offersIgnore = exception.options.rawValue & PED_EXCEPTION_IGNORE.rawValue != 0
    return isWarning && offersIgnore ? PED_EXCEPTION_IGNORE : PED_EXCEPTION_CANCEL
  }

  private static func failure(_ image: FilePath, _ kind: DiskImageError.Kind) -> DiskImageError {
    let reason = messages.withLock { $0.last } ?? "libparted gives no reason"
    return DiskImageError(
      kind, "cannot read the partition table of '\(image)': \(reason)",
      hint: kind == .system ? nil : "the installation has probably failed, or the disk is damaged")
  }

  private static func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }

  /// One caller in libparted at a time.
  private static let lock = Mutex(())
  /// What libparted said since the last call began; a lock of its own, as the handler runs inside the other one.
  private static let messages = Mutex<[String]>([])
}
