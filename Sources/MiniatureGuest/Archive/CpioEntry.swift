/// One member of a newc archive: what the kernel makes of it when it unpacks an initial RAM disk.
package struct CpioEntry: Sendable, Equatable {
  /// What the member is; the content of a folder or a device is empty.
  package enum Kind: Sendable, Equatable {
    case file([UInt8])
    case folder
    case symbolicLink(target: String)
    /// One more name of a file member of the same archive.
    case hardLink(to: String)
    case characterDevice(major: UInt32, minor: UInt32)

    /// The file type bits of `st_mode`.
    var typeBits: UInt32 {
      switch self {
      case .file, .hardLink: 0o100000
      case .folder: 0o040000
      case .symbolicLink: 0o120000
      case .characterDevice: 0o020000
      }
    }
  }

  /// Relative to the archive's root, without a leading slash.
  package var path: String
  package var kind: Kind
  /// The permission bits, set-id and sticky bits included.
  package var permissions: UInt32
  package var owner: UInt32
  package var group: UInt32

  package init(_ path: String, _ kind: Kind, permissions: UInt32, owner: UInt32 = 0, group: UInt32 = 0) {
    self.path = path
    self.kind = kind
    self.permissions = permissions & 0o7777
    self.owner = owner
    self.group = group
  }

  /// A file that holds a text.
  package static func text(
    _ path: String, _ text: String, _ permissions: UInt32 = 0o644, owner: UInt32 = 0, group: UInt32 = 0
  ) -> CpioEntry {
    CpioEntry(path, .file(Array(text.utf8)), permissions: permissions, owner: owner, group: group)
  }

  /// A folder, by default as `mkdir` leaves it.
  package static func folder(
    _ path: String, _ permissions: UInt32 = 0o755, owner: UInt32 = 0, group: UInt32 = 0
  ) -> CpioEntry {
    CpioEntry(path, .folder, permissions: permissions, owner: owner, group: group)
  }

  /// A symbolic link.
  package static func link(_ path: String, to target: String) -> CpioEntry {
    CpioEntry(path, .symbolicLink(target: target), permissions: 0o777)
  }
}
