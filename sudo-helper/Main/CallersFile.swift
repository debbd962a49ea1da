import CPrivileged
import Glibc
import PrivilegedOperations

/// Files of the caller's: opened with the caller's rights, then looked at by descriptor.
enum CallersFile {
  /// Opens an image; throws ``Refusal`` unless it is a regular file of the caller's with one name, on a file system of the host's.
  static func image(_ path: String, writable: Bool, _ caller: Caller) throws -> Descriptor {
    try open(path, writable: writable, caller)
  }

  /// Opens the file that gets the records; throws ``Refusal`` unless it is empty as well.
  static func output(_ path: String, _ caller: Caller) throws -> Descriptor {
    let file = try open(path, writable: true, caller)
    guard try file.status().st_size == 0 else { throw Refusal("'\(path)' is not empty") }
    return file
  }

  private static func open(_ path: String, writable: Bool, _ caller: Caller) throws -> Descriptor {
    let number = try caller.actingAs { privileged_open_own(path, writable ? 1 : 0) }
    guard number >= 0 else {
      if errno == ELOOP { throw Refusal("'\(path)' is or passes a symlink") }
      throw Refusal("'\(caller.name)' cannot open '\(path)': \(systemReason())")
    }
    let file = try Descriptor(number, to: "open '\(path)'")
    let status = try file.status()
    guard status.isA(S_IFREG) else { throw Refusal("'\(path)' is no regular file") }
    guard status.st_uid == caller.user || caller.isRoot else {
      throw Refusal("'\(path)' does not belong to '\(caller.name)'")
    }
    guard status.st_nlink == 1 else { throw Refusal("'\(path)' has more than one name") }
    // Who writes to such a file loses the bits, but root does not.
    guard status.st_mode & (S_ISUID | S_ISGID) == 0 else {
      throw Refusal("'\(path)' has a set-user-id or set-group-id bit")
    }
    // A FUSE process of the caller's could stop the kernel in the middle of a mount, or answer differently each time.
    guard fileSystems.contains(privileged_file_system(file.number)) else {
      throw Refusal("'\(path)' is on a kind of file system that the helper does not use")
    }
    return file
  }

  /// As statfs(2) names them: ext, xfs, btrfs, tmpfs, overlay, f2fs, bcachefs, zfs, NFS.
  private static let fileSystems: Set<UInt32> = [
    0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630, 0xF2F5_2010, 0xCA45_1A4E, 0x2FC1_2FC1, 0x6969,
  ]
}
