import CExt2fs
package import SystemPackage

/// Makes a file system that was not unmounted consistent, without root.
///
/// libext2fs does not replay journals; `e2fsck -fp NAME?offset=N` does, but then cannot open the file again at its offset and leaves
/// with an error before it clears the flag (e2fsprogs 1.47: "Bad magic number in super-block while trying to re-open"). So: let it replay;
/// make sure that the log is empty now; clear the flag; let it check and repair the rest.
package enum JournalReplay {
  /// What had to be done.
  package enum Outcome: String, Sendable {
    /// The file system was clean.
    case notNeeded
    case replayed
    /// No journal to replay, but `e2fsck` had to put something right (not unmounted, orphans).
    case repaired
  }

  /// Replays and repairs; afterwards the file system can be opened for writing.
  ///
  /// Throws `.corrupt` when `e2fsck` would need a decision, `.needsRecovery` when the journal cannot be read or is still not empty,
  /// `.toolFailed`, and what `run` throws. The calls of libext2fs in it block for milliseconds.
  package static func run(_ image: FilePath, in extent: ImageExtent, run: CommandRunner) async throws -> Outcome {
    let before = try Ext4FileSystem.superblock(of: image, in: extent)
    guard before.uncleanReason != nil else { return .notNeeded }
    if before.needsRecovery { try requireJournal(image, extent) }
    let preen = try FileSystemCheck.command(image, in: extent, mode: .preen)
    let status = try await run(preen)
    guard before.needsRecovery else {
      try FileSystemCheck.judge(status, image, mode: .preen)
      try requireClean(image, extent)
      return .repaired
    }
    // The status of the first run says nothing (see above): the journal does.
    if try Ext4FileSystem.superblock(of: image, in: extent).needsRecovery {
      try clearRecoveryFlag(image, extent)
      try FileSystemCheck.judge(await run(preen), image, mode: .preen)
    } else {
      try FileSystemCheck.judge(status, image, mode: .preen)
    }
    try requireClean(image, extent)
    return .replayed
  }

  /// `e2fsck -fp` replaces a journal that it cannot read by an empty one, and what the guest wrote last is lost with no more than a
  /// status that says "corrected". (e2fsprogs 1.47)
  private static func requireJournal(_ image: FilePath, _ extent: ImageExtent) throws {
    let reason: String
    do {
      let opened = try Ext4FileSystem.open(image: image, extent: extent, mode: .readOnly)
      if try opened.journal() != nil { return }
      reason = "it is not in the file system"
    } catch let error as DiskImageError {
      reason = error.message
    }
    throw DiskImageError(
      .needsRecovery, "the journal of the file system in '\(image)' has to be replayed and cannot be: \(reason)",
      hint: "the installation left a damaged file system, or the host's disk is faulty")
  }

  private static func requireClean(_ image: FilePath, _ extent: ImageExtent) throws {
    if let reason = try Ext4FileSystem.superblock(of: image, in: extent).uncleanReason {
      throw DiskImageError(.needsRecovery, "the file system in '\(image)' could not be made clean: \(reason)")
    }
  }

  private static func clearRecoveryFlag(_ image: FilePath, _ extent: ImageExtent) throws {
    let opened = try Ext4FileSystem(unclean: image, extent)
    guard let (_, header) = try opened.journal(), header.start == 0 else {
      throw DiskImageError(
        .needsRecovery, "the journal of the file system in '\(image)' could not be replayed",
        hint: "run e2fsck on a copy of the partition to see why")
    }
    // EXT3_FEATURE_INCOMPAT_RECOVER; the backups never have it.
    opened.fs.pointee.super.pointee.s_feature_incompat &= ~0x4
    opened.fs.pointee.flags |= EXT2_FLAG_MASTER_SB_ONLY
    ext2fs_mark_super_dirty(opened.fs)
    try opened.close()
  }
}
