import DiskImages
import Foundation
import HostSystem
import Model
import SystemPackage

/// How much a build writes, and where: the installer into the cache, copies and disks into the work folder, images beside it.
struct SpaceDemand: Sendable {
  let host: Host

  func needs(of plan: BuildPlan) async -> [SpaceNeed] {
    let work = plan.workFolder.removingLastComponent()
    var needs = [SpaceNeed(disks(of: plan), work, "build '\(plan.image)'")]
    if plan.disk.given == nil { needs += await installer(of: plan, work: work) }
    // Where work and output are one file system a finished image is renamed.
    if SpaceCheck.device(of: work) != SpaceCheck.device(of: plan.outputFolder) {
      let images = ByteSize(bytes: filled(plan) * Int64(plan.disk.artifacts.count))
      needs.append(SpaceNeed(images, plan.outputFolder, "keep the images of '\(plan.image)'"))
    }
    return needs
  }

  /// An installed system fills about half of a disk of a sensible size.
  private func filled(_ plan: BuildPlan) -> Int64 {
    if let given = plan.disk.given, let size = try? SparseFile.sizes(of: given).allocated { return size.bytes }
    return min(plan.disk.size.bytes, ByteSize.gibibytes(2).bytes) / 2
  }

  /// The raw disk and the converted images stand side by side, with some room for logs, kernel and initrd.
  private func disks(of plan: BuildPlan) -> ByteSize {
    // Shrinking works on a copy of the partition and makes a new disk; a compressed image is unpacked once to be compared.
    let unpacked = plan.disk.artifacts.contains { $0.unpacked != nil }
    let images = Int64(
      max(plan.disk.artifacts.count, 1) + (plan.disk.shrinkMargin == nil ? 0 : 2) + (unpacked ? 1 : 0)
        + foreignCopies(of: plan))
    return ByteSize(bytes: filled(plan) * (1 + images) + (256 << 20))
  }

  /// Tools for xfs and btrfs take no offset: one copy is checked, and one of a logical volume is read meanwhile.
  private func foreignCopies(of plan: BuildPlan) -> Int {
    if let disk = plan.disk.given {
      guard let table = try? PartitionTable.read(disk) else { return 0 }
      let isForeign = table.places.contains { $0.content == .xfs || $0.content == .btrfs }
      return isForeign ? 2 : 0
    }
    let isForeign = plan.answers.answers.disk.partitions.contains { $0.fileSystem == .xfs || $0.fileSystem == .btrfs }
    return isForeign ? 2 : 0
  }

  /// What is not in the cache yet has to go there, and the guest gets a copy of what it boots from.
  private func installer(of plan: BuildPlan, work: FilePath) async -> [SpaceNeed] {
    var needs: [SpaceNeed] = []
    for (role, file) in InstallerFiles.all(plan.installer) {
      let size = await size(of: file, role, plan)
      if let fetched = size.toFetch {
        needs.append(SpaceNeed(fetched, plan.cacheFolder, "fetch the \(role.rawValue) of '\(plan.image)'"))
      }
      // Kernel and initrd are within the room above.
      if role == .image || role == .stage2 && plan.installer.stage2Disc != nil {
        needs.append(SpaceNeed(size.whole, work, "copy the \(role.rawValue) of '\(plan.image)'"))
      }
    }
    return needs
  }

  /// The length of a file, and how much of it is still to be fetched or unpacked into the cache; nil: nothing.
  private func size(
    of file: FetchPlan, _ role: InstallerFiles.Role, _ plan: BuildPlan
  ) async -> (whole: ByteSize, toFetch: ByteSize?) {
    if let kept = CacheEstimate.size(of: file, in: plan.cacheFolder) { return (kept, nil) }
    for text in file.sources {
      // A file of this host stays where it is.
      if case .file(let path) = SourceURL(text), let size = try? SparseFile.sizes(of: path).apparent {
        return (size, nil)
      }
    }
    var size = file.size
    // Nobody was asked before for what the config names itself; small files need no question.
    if size == nil, usual(role) >= .gibibytes(1) {
      let asked = await host.downloader(plan.cacheFolder).probe(file.sources, concurrency: 4, deadline: .seconds(5))
      for case .ok(let length?) in file.sources.compactMap({ asked[$0] }) where size == nil {
        size = ByteSize(bytes: length)
      }
    }
    let whole = size ?? usual(role)
    return (whole, whole + package(of: file, role, plan))
  }

  /// As long as the largest of the known distributions, rounded up.
  private func usual(_ role: InstallerFiles.Role) -> ByteSize {
    switch role {
    case .image: .gibibytes(3)
    case .stage2: .gibibytes(1)
    case .kernel: .mebibytes(16)
    case .initrd: .mebibytes(192)
    }
  }

  /// The Debian package of netboot images, which has both kernel and initrd: counted with one of them.
  private func package(of file: FetchPlan, _ role: InstallerFiles.Role, _ plan: BuildPlan) -> ByteSize {
    guard role == .initrd, let digest = file.packageSHA256,
      CacheEstimate.size(sha256: digest, in: plan.cacheFolder) == nil
    else { return ByteSize(bytes: 0) }
    return .mebibytes(160)
  }
}

extension ArtifactPlan {
  fileprivate var unpacked: FilePath? { DiskFormats.named(format)?.unpacked(working) }
}

extension ByteSize {
  fileprivate static func + (left: ByteSize, right: ByteSize) -> ByteSize {
    ByteSize(bytes: left.bytes + right.bytes)
  }
}
