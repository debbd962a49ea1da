import CPrivileged
import Glibc
import PrivilegedOperations

/// The two operations on a volume: mount, let a child without power do the work, give back what is free, unmount.
enum VolumeWork {
  static func inspect(_ volume: GuestVolume, _ work: InspectionWork, _ caller: Caller, dryRun: Bool) throws {
    let records = RecordWriter(try CallersFile.output(work.output, caller))
    guard let mount = try VolumeMount(volume, caller, readOnly: true, dryRun: dryRun) else {
      return Helper.say("would look into the \(volume.kind) file system of '\(volume.file)'")
    }
    try inChild(mount.top) { top in
      guard let tree = try GuestTree(top: top, kind: volume.kind, isPart: work.isPart) else { return }
      try records.write(HelperRecord(.root, name: tree.rootName))
      let handing = GuestHanding(tree: tree, records: records)
      for pattern in work.read { for path in try tree.expand(pattern) { try handing.hand(out: path) } }
    }
    mount.close(volume.kind)
    try records.finish()
  }

  static func clean(_ volume: GuestVolume, _ work: CleaningWork, _ caller: Caller, dryRun: Bool) throws {
    let records = RecordWriter(try CallersFile.output(work.output, caller))
    guard let mount = try VolumeMount(volume, caller, readOnly: false, dryRun: dryRun) else {
      return Helper.say("would clean the \(volume.kind) file system of '\(volume.file)'")
    }
    try inChild(mount.top) { top in
      guard let tree = try GuestTree(top: top, kind: volume.kind, isPart: work.isPart) else {
        // Whose log is to be replayed need not be a system.
        if work.isEmpty { return }
        throw Failure("there is no system in this file system: no folders 'etc' and 'usr'")
      }
      try records.write(HelperRecord(.root, name: tree.rootName))
      try GuestCleaner(tree: tree, records: records).clean(work)
    }
    if work.hostKeys { try GuestLabels.complete(mount.top, volume.kind) }
    var trimmed = try giveBack(mount.top)
    mount.close(volume.kind)
    // xfs and btrfs free the blocks of removed files in the background: the end of a mount waits for that, so all is free in the next.
    guard let again = try VolumeMount(volume, caller, readOnly: false, dryRun: false) else { return }
    trimmed = max(trimmed, try giveBack(again.top))
    again.close(volume.kind)
    try records.write(.trimmed, text: String(trimmed))
    try records.finish()
  }

  /// Everything written, then free space as holes; the first error of writing to the image shows here.
  private static func giveBack(_ top: borrowing Descriptor) throws -> UInt64 {
    let folder = try Descriptor(privileged_beneath(top.number, ".", PRIVILEGED_LIST, 0), to: "open the file system")
    guard privileged_sync(folder.number) == 0 else { throw Failure.system("write the file system") }
    var bytes: UInt64 = 0
    if privileged_trim(folder.number, &bytes) != 0 {
      guard errno == EOPNOTSUPP else { throw Failure.system("give free space back") }
      Helper.say("the host's file system cannot punch holes: the image stays as large as it is")
    }
    guard privileged_sync(folder.number) == 0 else { throw Failure.system("write the file system") }
    return bytes
  }

  /// Work on the guest's files is done by a child whose whole world is the mounted file system, and which can read and write files there
  /// and nothing else: a mistake in it, or a name that the guest chose, has no host to reach.
  private static func inChild(
    _ top: borrowing Descriptor, _ work: (borrowing Descriptor) throws -> Void
  ) throws {
    let child = privileged_fork()
    guard child >= 0 else { throw Failure.system("start a child") }
    if child == 0 {
      do {
        let folder = try Descriptor(privileged_beneath(top.number, ".", PRIVILEGED_LIST, 0), to: "open the file system")
        guard privileged_confine(folder.number) == 0 else { throw Failure.system("give up root's rights") }
        try work(folder)
        _exit(0)
      } catch {
        let line = Array("image-factory-sudo-helper: \(Refusal.printable("\(error)"))\n".utf8)
        _ = write(2, line, line.count)
        _exit(1)
      }
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { throw Failure.system("wait for the child") }
    }
    guard status == 0 else { throw Failure("the work on the guest's files failed") }
  }
}
