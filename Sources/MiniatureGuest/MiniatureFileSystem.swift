/// A kind of root file system that a miniature makes beside ext4 when its answers ask for it.
///
/// It needs a program of the host's, which is packed only when it is asked for.
package enum MiniatureFileSystem: String, Sendable, CaseIterable {
  case btrfs, xfs

  /// The program that makes the file system from a tree.
  var maker: String { "mkfs.\(rawValue)" }

  /// Debian's package with it.
  var package: String {
    switch self {
    case .btrfs: "btrfs-progs"
    case .xfs: "xfsprogs"
    }
  }
}
