package import Model
package import SystemPackage

/// The programs of the host that go into a miniature.
///
/// The installer's own RAM disk cannot make an ext4 file system (it loads that from its mirror), so the host's tools do,
/// inside the guest and without a driver for it.
package struct MiniatureTools: Sendable, Equatable {
  /// e2fsprogs' mke2fs, 1.43 or newer: it fills the file system from a folder.
  package var mke2fs: FilePath
  /// e2fsprogs' debugfs: it sets extended attributes and deletes a file in the finished file system.
  package var debugfs: FilePath
  /// A static BusyBox to use in place of the installer's own; nil: the installer's.
  package var busybox: FilePath?

  package init(mke2fs: FilePath, debugfs: FilePath, busybox: FilePath? = nil) {
    self.mke2fs = mke2fs
    self.debugfs = debugfs
    self.busybox = busybox
  }

  /// The tools as this host has them; throws `FactoryError` that names the missing one and its package.
  package static func find(
    in folders: [FilePath] = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"]
  ) throws(FactoryError) -> MiniatureTools {
    var found: [FilePath] = []
    for tool in ["mke2fs", "debugfs"] {
      guard let path = folders.map({ $0.appending(tool) }).first(where: isReadable) else {
        throw FactoryError(
          .hostNotReady, "cannot find '\(tool)', required to make the miniature guest's file system",
          hint: "install the package 'e2fsprogs'")
      }
      found.append(path)
    }
    return MiniatureTools(mke2fs: found[0], debugfs: found[1])
  }

  private static func isReadable(_ path: FilePath) -> Bool {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return false }
    try? file.close()
    return true
  }
}
