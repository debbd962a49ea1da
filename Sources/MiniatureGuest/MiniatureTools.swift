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
  /// The programs for other root file systems; a guest whose answers ask for one that is not here fails as it partitions.
  package var makers: [MiniatureFileSystem: FilePath] = [:]

  package init(mke2fs: FilePath, debugfs: FilePath, busybox: FilePath? = nil) {
    self.mke2fs = mke2fs
    self.debugfs = debugfs
    self.busybox = busybox
  }

  /// The tools as this host has them, with those for other root file systems that are asked for.
  ///
  /// Throws `FactoryError` that names the missing one and its package.
  package static func find(
    for fileSystems: Set<MiniatureFileSystem> = [],
    in folders: [FilePath] = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"]
  ) throws(FactoryError) -> MiniatureTools {
    func find(_ tool: String, from package: String) throws(FactoryError) -> FilePath {
      if let path = folders.map({ $0.appending(tool) }).first(where: isReadable) { return path }
      throw FactoryError(
        .hostNotReady, "cannot find '\(tool)', required to make the miniature guest's file system",
        hint: "install the package '\(package)'")
    }
    var tools = MiniatureTools(
      mke2fs: try find("mke2fs", from: "e2fsprogs"), debugfs: try find("debugfs", from: "e2fsprogs"))
    for kind in fileSystems { tools.makers[kind] = try find(kind.maker, from: kind.package) }
    return tools
  }

  /// All of them, by the names they have in the guest.
  var programs: [String: FilePath] {
    var programs = ["mke2fs": mke2fs, "debugfs": debugfs]
    for (kind, path) in makers { programs[kind.maker] = path }
    return programs
  }

  private static func isReadable(_ path: FilePath) -> Bool {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return false }
    try? file.close()
    return true
  }
}
