import DiskImages
import Foundation
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// Folders and files of an xfs or btrfs inside a disk image, read in user space by GRUB's own drivers: nothing is mounted or written.
///
/// A path is one argument of a program, no shell sees it; GRUB gives no character of it a meaning but the slash. Links that it
/// follows lead to the same file system.
struct GrubReader: Sendable {
  static let tool = "grub-fstest"

  let image: FilePath
  /// The file system as GRUB names it: `(loop0)`, `(loop0,msdos1)`.
  let device: String
  let runner: any HostSystem.CommandRunner
  /// For folders that GRUB's driver cannot read to the end.
  let folders: XfsFolders?
  /// A logical volume in a file of its own.
  private let copy: ScratchCopy?

  /// A reader of the file system at a place; nil when the tool is not installed.
  ///
  /// `scratch`: a folder for copies of the file system, which are gone with the reader. What is in no partition itself, a logical volume,
  /// is copied out at once: GRUB would take its place in the image from LVM's metadata, which the guest wrote.
  static func of(
    _ volume: GuestVolume, in image: FilePath, scratch: FilePath, host: Host
  ) async throws -> GrubReader? {
    guard host.runner.locate(tool) != nil else { return nil }
    let extent = ImageExtent(offset: volume.offset, length: volume.size)
    let device = try await offPool { () -> String? in
      guard let table = try? PartitionTable.read(image),
        let partition = table.partitions.first(where: { $0.extent == extent })
      else { return nil }
      return table.label == .none ? "(loop0)" : "(loop0,\(table.label.rawValue)\(partition.number))"
    }
    let unique = UUID().uuidString.prefix(8)
    let (list, whole) = ("file-system-to-list-\(unique)", "file-system-to-read-\(unique)")
    let folders =
      volume.kind == .xfs
      ? XfsFolders(extent, of: image, copy: scratch.appending(list), runner: host.runner) : nil
    if let device {
      return GrubReader(image: image, device: device, runner: host.runner, folders: folders, copy: nil)
    }
    guard let copy = try await ScratchCopy.make(of: extent, in: image, scratch.appending(whole)) else { return nil }
    return GrubReader(image: copy.path, device: "(loop0)", runner: host.runner, folders: folders, copy: copy)
  }

  /// What is in a folder; nil when it cannot be read.
  func list(_ folder: ImagePath) async throws -> GrubListing? {
    let path = GrubReader.text(folder) + (folder == .root ? "" : "/")
    async let names = output(["ls", "--", "-a", device + path])
    async let lines = output(["ls", "--", "-la", device + path])
    guard let plain = try await names, let long = try await lines else { return nil }
    if let listing = GrubListing(plain: plain, long: long) { return listing }
    // What GRUB does not know has no names at all; what it stopped in has.
    guard let folders, !plain.isEmpty else { return nil }
    return try await folders.list(folder)
  }

  /// At most `limit` bytes of a file, bytes that are no UTF-8 replaced; nil when it cannot be read.
  func read(_ file: ImagePath, limit: Int) async throws -> [UInt8]? {
    try await output(["--length=\(limit)", "cat", device + GrubReader.text(file)]).map { Array($0.utf8) }
  }

  private static func text(_ path: ImagePath) -> String {
    "/" + path.components.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
  }

  private func output(_ words: [String]) async throws -> String? {
    let command = Command(
      GrubReader.tool, [image.string] + words, timeLimit: .seconds(60), purpose: "look into '\(image)'")
    let result = try await runner.run(command)
    return result.succeeded && !result.standardOutputTruncated ? result.standardOutput : nil
  }
}

/// A file that is removed with the value.
final class ScratchCopy: Sendable {
  let path: FilePath

  init(_ path: FilePath) { self.path = path }

  /// A run of an image in a file of its own, without its holes; nil when there is no room for it. Throws `DiskImageError`.
  static func make(of extent: ImageExtent, in image: FilePath, _ path: FilePath) async throws -> ScratchCopy? {
    let copy = ScratchCopy(path)
    return try await offPool {
      let data = try SparseFile.dataExtents(of: image).reduce(Int64(0)) { sum, run in
        sum + max(0, min(run.end, extent.end) - max(run.offset, extent.offset))
      }
      guard try FreeSpace.at(path.removingLastComponent()).bytes > data + data / 8 + 1 << 26 else { return nil }
      try SparseFile.extract(extent, of: image, to: path)
      return copy
    }
  }

  deinit { try? Folder.remove(path) }
}
