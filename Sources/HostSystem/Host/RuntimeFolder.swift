import Glibc
import Model
package import SystemPackage

extension HostFacts {
  /// A folder for sockets and locks of this user, which nobody else can enter: `XDG_RUNTIME_DIR`, `/run/user/UID`, or one made
  /// in the temporary folder (a Jenkins agent or `su` has neither of the first).
  ///
  /// Throws ``Model/FactoryError`` when what is there is not ours alone.
  package func runtimeFolder() throws -> FilePath {
    if let named = environment["XDG_RUNTIME_DIR"], named.hasPrefix("/"), isOursAlone(FilePath(named)) {
      return FilePath(named)
    }
    let usual = FilePath("/run/user/\(userNumber)")
    if isOursAlone(usual) { return usual }
    let temporary = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    let made = FilePath(temporary).appending("image-factory-\(userNumber)")
    try Folder.create(FilePath(temporary))
    if mkdir(made.string, 0o700) != 0, errno != EEXIST {
      throw SystemFailure.error("make the folder '\(made.string.printable)'")
    }
    // Its name can be guessed: somebody else may have made it first.
    guard isOursAlone(made) else {
      throw FactoryError(
        .hostNotReady, "the folder '\(made.string.printable)' is not a folder of this user alone (mode 0700)",
        hint: "remove it, or set XDG_RUNTIME_DIR to a folder of your own with mode 0700")
    }
    return made
  }

  private func isOursAlone(_ path: FilePath) -> Bool {
    var information = stat()
    return lstat(path.string, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
      && information.st_uid == userNumber && information.st_mode & 0o777 == 0o700
  }
}
