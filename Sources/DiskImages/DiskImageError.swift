import Model

/// Why something could not be done with a disk image; the stage that knows what the user wanted turns it into a `FactoryError`.
///
/// Texts from libext2fs (com_err), libparted and the names inside an image are already free of control characters.
package struct DiskImageError: Error, Hashable, CustomStringConvertible {
  /// What a caller may want to tell apart.
  package enum Kind: String, Sendable, Hashable {
    case notFound
    case exists
    /// A path that leaves the image, passes a symlink, or cannot be written down.
    case unsafePath
    /// A directory where a file is needed, or the other way round.
    case wrongType
    case noPartitionTable
    case invalidPartitionTable
    case noRootFileSystem
    /// Not the number of partitions that the policy allows.
    case partitionCount
    /// The file system was not unmounted cleanly: its journal has to be replayed first.
    case needsRecovery
    case corrupt
    case unsupported
    case readOnly
    case noSpace
    case tooLarge
    /// A system call failed; the message ends with its reason.
    case system
    case toolFailed
    case digestMismatch
  }

  package var kind: Kind
  /// Lower case, no full stop, quotes around names.
  package var message: String
  /// What to do next; nil when the message says it all.
  package var hint: String?

  /// Control characters in `message` are replaced, as it may quote names from inside an image.
  package init(_ kind: Kind, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.message = message.printable
    self.hint = hint
  }

  package var description: String { message }
}

extension Command {
  /// The error for a command of this room that ended with a status it must not have.
  func failure(_ status: Int32) -> DiskImageError {
    DiskImageError(.toolFailed, "cannot \(purpose): '\(tool)' ended with exit status \(status)")
  }
}
