import CPrivileged
import Glibc
import PrivilegedOperations

/// The three commands of the Python tool's helper, for wrappers that call them: the same words, checked by descriptor.
enum OldForms {
  /// Mounts a loop device of the caller's file on his own folder, so that files of the guest's root belong to him there.
  static func mount(_ device: LoopDevice, _ scratch: ScratchMount, _ caller: Caller, dryRun: Bool) throws {
    let temporary = try temporaryFolder()
    let number = privileged_beneath(temporary.number, scratch.name, PRIVILEGED_FOLDER, 0)
    if number < 0, errno == EXDEV { throw Refusal("something is mounted on '\(scratch.path)' already") }
    if number < 0 { throw Refusal("'\(scratch.path)' is no folder: \(systemReason())") }
    let folder = try Descriptor(number, to: "open '\(scratch.path)'")
    let status = try folder.status()
    guard status.st_uid == caller.user, status.st_mode & 0o022 == 0 else {
      throw Refusal("'\(scratch.path)' must belong to '\(caller.name)', who alone may write to it")
    }
    let loop = try LoopCheck.open(device)
    try LoopCheck.requireOwn(loop, device, caller)
    guard let kind = try Superblock.kind(of: loop, at: 0) else {
      throw Refusal("'\(device.path)' holds no file system that is mounted here: btrfs, ext4 or xfs")
    }
    try Superblock.check(loop, at: 0, kind)
    if dryRun { return Helper.say("would mount '\(device.path)' on '\(scratch.path)'") }
    let mounted = try VolumeMount.mount(kind, device.path, readOnly: false)
    guard privileged_give_mount(mounted.number, caller.user, caller.group) == 0 else {
      throw Failure.system("give the mount to '\(caller.name)'")
    }
    guard privileged_attach_mount(mounted.number, folder.number) == 0 else {
      throw Failure.system("mount on '\(scratch.path)'")
    }
  }

  static func unmount(_ scratch: ScratchMount, _ caller: Caller, dryRun: Bool) throws {
    try requireOwnMount(scratch, caller)
    if dryRun { return Helper.say("would unmount '\(scratch.path)'") }
    // The folder is a mount point directly below /tmp: nobody can put something else in its place.
    let temporary = try temporaryFolder()
    guard privileged_unmount(temporary.number, scratch.name) == 0 else {
      throw Failure.system("unmount '\(scratch.path)'")
    }
  }

  /// The Python tool opens the guest's folders to everybody in order to look into them. A mount of this helper gives the caller those
  /// rights already, so nothing is changed, and nobody else gets any.
  static func changeMode(_ change: ModeChange, _ caller: Caller) throws {
    try requireOwnMount(change.mount, caller)
    let temporary = try temporaryFolder()
    let top = try Descriptor(
      privileged_enter(temporary.number, change.mount.name), to: "open '\(change.mount.path)'")
    let inner = change.inner.isEmpty ? "." : change.inner
    let number = privileged_beneath(top.number, inner, PRIVILEGED_LOOK, 0)
    guard number >= 0 else {
      let isLink = errno == ELOOP || errno == EXDEV
      throw Refusal(
        "'/\(change.inner)' in the image \(isLink ? "leads out of it or passes a symlink" : "is not there")")
    }
    let target = try Descriptor(number, to: "open it")
    guard try !target.status().isA(S_IFLNK) else { throw Refusal("'/\(change.inner)' in the image is a symlink") }
    Helper.say("nothing was changed: the mount gives '\(caller.name)' the rights of the guest's root already")
  }

  private static func temporaryFolder() throws -> Descriptor {
    let folder = try Descriptor(privileged_enter(AT_FDCWD, "tmp"), to: "open '/tmp'")
    let status = try folder.status()
    guard status.st_uid == 0, status.st_mode & S_ISVTX != 0 || status.st_mode & 0o022 == 0 else {
      throw Refusal("'/tmp' is no folder of root's with the sticky bit")
    }
    return folder
  }

  /// A mount that this helper made, of a loop device that still is the caller's.
  private static func requireOwnMount(_ scratch: ScratchMount, _ caller: Caller) throws {
    guard let mount = try MountTable.last(at: scratch.path) else {
      throw Refusal("nothing is mounted on '\(scratch.path)'")
    }
    guard ["nosuid", "nodev", "noexec", "nosymfollow", "idmapped"].allSatisfy(mount.options.contains),
      let device = try? LoopDevice(mount.source)
    else { throw Refusal("the mount on '\(scratch.path)' was not made by this helper") }
    try LoopCheck.requireOwn(try LoopCheck.open(device), device, caller)
  }
}
