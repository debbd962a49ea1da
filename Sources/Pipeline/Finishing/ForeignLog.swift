import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// The log of an xfs or btrfs whose guest did not unmount it: replayed in a copy first, so that a damaged one leaves the disk as it was.
enum ForeignLog {
  /// `log_root` of the first superblock (on-disk format of btrfs, "Superblock": at 64 KiB, byte 0x60).
  static func isInBtrfs(_ file: FilePath) throws -> Bool {
    let opened = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec])
    return try opened.closeAfter {
      var bytes = [UInt8](repeating: 0, count: 8)
      _ = try bytes.withUnsafeMutableBytes { try opened.read(fromAbsoluteOffset: 0x1_0060, into: $0) }
      return bytes.contains { $0 != 0 }
    }
  }
}

extension ForeignRoot {
  /// The kernel replays the log of what it mounts: the sudo helper is asked to mount a copy for writing, and nothing else.
  func replay(_ copy: FilePath, _ plan: BuildPlan, in context: StageContext) async throws {
    try await HelperRun(plan: plan, context: context).clean(
      inCopy(copy), CleaningWork(output: "/"), purpose: "replay the log of \(title(plan))"
    ) { _ in }
  }

  /// A system may be in the log only: what is looked at first is the file system without it, as nothing may be written for a look.
  func lookAfterReplay(_ plan: BuildPlan, _ context: StageContext) async throws -> ForeignRoot? {
    try await withCopy(plan) { copy in
      // What is damaged is no root; who wants one will say that there is none.
      guard let isUnmounted = try? await check(copy, plan, in: context), !isUnmounted else { return nil }
      try await replay(copy, plan, in: context)
      var root = try await ForeignRoot.look(into: inCopy(copy), of: copy, plan, context)
      root?.volume = volume
      return root
    }
  }

  private func inCopy(_ copy: FilePath) -> GuestVolume {
    GuestVolume(file: copy.string, offset: 0, size: volume.size, kind: volume.kind)
  }
}
