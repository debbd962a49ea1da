/// Everything that the sudo helper does as root: the closed list.
///
/// What belongs here: what cannot be done without root and is harmless in the hands of the helper's users, whatever its arguments are.
/// To add one: a case, its words in `PrivilegedOperation+Words.swift`, its work in `sudo-helper/Main`; the compiler asks for all three.
package enum PrivilegedOperation: Sendable, Hashable {
  /// Says that the helper may be used, and does nothing.
  case check
  /// Looks into a file system of the caller's image, mounted read-only: finds the root of the system and hands out files.
  case inspect(GuestVolume, InspectionWork)
  /// Hands out, removes and empties files in a file system of the caller's image, then gives free space back.
  case clean(GuestVolume, CleaningWork)
  /// The Python helper's `mount /dev/loopN DIR`.
  case mount(LoopDevice, ScratchMount)
  /// The Python helper's `umount DIR`.
  case unmount(ScratchMount)
  /// The Python helper's `chmod [-R] o[+-]rwx PATH`.
  case changeMode(ModeChange)
}

/// A file system inside an image file.
package struct GuestVolume: Sendable, Hashable {
  /// The kinds of file system that are mounted; no other driver of the kernel is reached.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case btrfs
    case ext4
    case xfs
  }

  /// Absolute, without symlinks on the way: ``ArgumentRule/path``.
  package var file: String
  /// Where it starts in the file and how long it is, in bytes: multiples of 512.
  package var offset: Int64
  package var size: Int64
  package var kind: Kind

  /// A volume; its values are checked when it is decoded, not here.
  package init(file: String, offset: Int64, size: Int64, kind: Kind) {
    self.file = file
    self.offset = offset
    self.size = size
    self.kind = kind
  }
}

/// What is asked of a file system that is only looked at.
package struct InspectionWork: Sendable, Hashable {
  /// An empty file of the caller's that gets the records (``HelperRecord``).
  package var output: String
  /// The file system holds no system but a part of one (`/home`): patterns count from its top.
  package var isPart: Bool
  /// Patterns of files whose contents are handed out: ``ArgumentRule/pattern``.
  package var read: [String]

  /// A work order; its values are checked when it is decoded.
  package init(output: String, isPart: Bool = false, read: [String] = []) {
    self.output = output
    self.isPart = isPart
    self.read = read
  }
}

/// What is asked of a file system that is cleaned, in the order in which it is done.
package struct CleaningWork: Sendable, Hashable {
  /// An empty file of the caller's that gets the records (``HelperRecord``).
  package var output: String
  /// The file system holds no system but a part of one (`/home`): patterns count from its top.
  package var isPart: Bool
  /// Patterns of files and folders that are handed out and removed.
  package var save: [String]
  /// Patterns of files and folders that are removed.
  package var remove: [String]
  /// Patterns of files and folders that stay as they are, whatever else is asked.
  package var keep: [String]
  /// Patterns of files that are emptied.
  package var empty: [String]
  /// SSH host keys are removed, and made anew at the first boot.
  package var hostKeys: Bool
  /// Lines of apt's configuration that name this host and port are taken out.
  package var proxy: String?

  /// A work order; its values are checked when it is decoded.
  package init(
    output: String, isPart: Bool = false, keep: [String] = [], save: [String] = [], remove: [String] = [],
    empty: [String] = [], hostKeys: Bool = false, proxy: String? = nil
  ) {
    self.output = output
    self.isPart = isPart
    self.keep = keep
    self.save = save
    self.remove = remove
    self.empty = empty
    self.hostKeys = hostKeys
    self.proxy = proxy
  }

  /// Nothing is to be done but to mount the file system for writing, by which the kernel replays its log, and to give free space back.
  package var isEmpty: Bool {
    keep.isEmpty && save.isEmpty && remove.isEmpty && empty.isEmpty && !hostKeys && proxy == nil
  }
}

/// A loop device by its number.
package struct LoopDevice: Sendable, Hashable {
  package var number: Int

  /// `/dev/loopN`.
  package var path: String { "/dev/loop\(number)" }

  /// The device with a number from 0 to 4095.
  package init(number: Int) { self.number = number }
}

/// A folder directly below `/tmp` whose name begins with `image-factory.`.
package struct ScratchMount: Sendable, Hashable {
  /// The part of its name behind `image-factory.`: letters, digits and `_`.
  package var suffix: String

  /// Its name in `/tmp`.
  package var name: String { "image-factory.\(suffix)" }
  package var path: String { "/tmp/\(name)" }

  /// The folder with this suffix; it is checked when it is decoded.
  package init(suffix: String) { self.suffix = suffix }
}

/// A change of the rights of others, as the Python tool asks for it.
package struct ModeChange: Sendable, Hashable {
  package var recursive: Bool
  /// `+` rather than `-`.
  package var grants: Bool
  /// Some of `rwx`, each once.
  package var rights: String
  package var mount: ScratchMount
  /// The path below the mount point, without a leading slash; empty for the mount point itself.
  package var inner: String

  /// A change; its values are checked when it is decoded.
  package init(recursive: Bool, grants: Bool, rights: String, mount: ScratchMount, inner: String) {
    self.recursive = recursive
    self.grants = grants
    self.rights = rights
    self.mount = mount
    self.inner = inner
  }
}
