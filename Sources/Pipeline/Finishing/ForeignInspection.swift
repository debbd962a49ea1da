import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// What is known of xfs and btrfs file systems only by their own tools.
extension DiskInspection {
  /// Fills in labels, and what is used and reclaimable where a copy of the file system has room in `scratch`; what cannot be told stays open.
  mutating func measure(_ image: FilePath, scratch: FilePath, host: Host) async throws {
    for index in volumes.indices {
      guard let kind = GuestVolume.Kind(rawValue: volumes[index].fileSystem ?? ""), kind != .ext4,
        let offset = volumes[index].offset
      else { continue }
      let extent = ImageExtent(offset: offset, length: volumes[index].size.bytes)
      let label = try await offPool {
        ForeignSuperblock(of: image, in: extent, kind == .xfs ? .xfs : .btrfs)?.label.printable
      }
      volumes[index].label = label?.isEmpty == false ? label : nil
      guard host.runner.locate(ForeignRoot.checker(kind)) != nil else { continue }
      let root = ForeignRoot(
        volume: GuestVolume(file: image.string, offset: offset, size: extent.length, kind: kind))
      do {
        let measured = try await root.measure(image, scratch, host)
        volumes[index].problem = measured == nil ? "it was not unmounted" : nil
        guard let measured else { continue }
        volumes[index].used = ByteSize(bytes: max(0, extent.length - measured.free.bytes))
        volumes[index].reclaimable = measured.reclaimable
        reclaimable = ByteSize(bytes: reclaimable.bytes + measured.reclaimable.bytes)
      } catch let error as FactoryError {
        volumes[index].problem = error.message
      } catch let error as DiskImageError {
        if error.kind != .tooLarge { volumes[index].problem = error.message }
      }
    }
  }
}

extension ForeignRoot {
  /// Free and reclaimable space; nil when the file system was not unmounted. Throws `.tooLarge` when a copy has no room in `scratch`.
  func measure(
    _ image: FilePath, _ scratch: FilePath, _ host: Host
  ) async throws -> (free: ByteSize, reclaimable: ByteSize)? {
    let made = try await ScratchCopy.make(of: extent, in: image, scratch.appending("file-system-to-measure"))
    guard let copy = made else { throw DiskImageError(.tooLarge, "there is no room for a copy") }
    let title = "the \(kindName) file system of '\(image)'"
    guard try await isUnmounted(copy.path, host.runner, purpose: "check \(title)") else { return nil }
    return try await ForeignFreeSpace(image: image, root: self, runner: host.runner, title: title).measure(
      copy: copy.path)
  }
}
