import DiskImages
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

  /// A reader of the file system at a place; nil when it is no partition (a logical volume), or the tool is not installed.
  ///
  /// `scratch`: a folder for a copy of the file system.
  static func of(
    _ volume: GuestVolume, in image: FilePath, scratch: FilePath, host: Host
  ) async throws -> GrubReader? {
    guard host.runner.locate(tool) != nil else { return nil }
    let device = try await offPool { () -> String? in
      guard let table = try? PartitionTable.read(image),
        let partition = table.partitions.first(where: {
          $0.extent == ImageExtent(offset: volume.offset, length: volume.size)
        })
      else { return nil }
      return table.label == .none ? "(loop0)" : "(loop0,\(table.label.rawValue)\(partition.number))"
    }
    let extent = ImageExtent(offset: volume.offset, length: volume.size)
    let copy = scratch.appending("file-system-to-list")
    return device.map { device in
      GrubReader(
        image: image, device: device, runner: host.runner,
        folders: volume.kind == .xfs ? XfsFolders(extent, of: image, copy: copy, runner: host.runner) : nil)
    }
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
