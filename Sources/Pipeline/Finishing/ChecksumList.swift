import DiskImages
import Foundation
import HostSystem
import Model
import SystemPackage

/// `SHA256SUMS` or `SHA512SUMS`: the digests of all finished files of a folder, one list for builds that run at the same time.
struct ChecksumList: Sendable {
  let file: FilePath
  /// Signs the list as well, as `FILE.asc`; nil: no signature is made.
  var signing: Signing?
  /// A folder of this build for what is on its way.
  let scratch: FilePath

  private var signature: FilePath { file.appendingExtension("asc") }

  /// Adds or replaces the lines of some files; every other line stays. Gives what people should know of the signature, if anything.
  ///
  /// Throws ``FactoryError`` and `DiskImageError`; the list is then as it was, and its signature as well or gone.
  func add(_ entries: [ChecksumFile.Entry]) async throws -> String? {
    let folder = file.removingLastComponent()
    let lock = try await offPool { try ChecksumList.lock(folder) }
    defer { close(lock) }
    let old = try exists(file) ? AtomicFile.read(file) : []
    guard let text = String(validating: old, as: UTF8.self) else {
      throw FactoryError(.processingFailed, "'\(file)' is not a list of checksums: it is no UTF-8")
    }
    var list = try ChecksumFile(parsing: text)
    let names = Set(entries.map(\.name))
    list.entries.removeAll { names.contains($0.name) }
    let others = list.entries.count
    list.entries += entries
    guard let signing else {
      try AtomicFile.write(list.text, to: file, mode: 0o644)
      guard exists(signature) else { return nil }
      try Folder.remove(signature)
      return "'\(signature)' is removed: the list has changed, and this image has no 'sign-key'"
    }
    let (signed, key) = try await sign(list.text, signing)
    if others > 0, try await !isSigned(old, by: key, signing) {
      try AtomicFile.write(list.text, to: file, mode: 0o644)
      try Folder.remove(signature)
      return "'\(file)' is not signed: \(others) of its lines were not signed by the 'sign-key' before; when they are "
        + "right: gpg --local-user \(signing.key) --armor --detach-sign \(ShellWords.quote(file.string))"
    }
    try replace(list.text, signed)
    return nil
  }

  /// The signature of a text, and the key that made it. In the build's own folder: nobody else can change what is signed.
  private func sign(_ text: String, _ signing: Signing) async throws -> (signature: [UInt8], key: String) {
    let copy = scratch.appending(name)
    let signed = copy.appendingExtension("asc")
    defer { for path in [copy, signed] { try? Folder.remove(path) } }
    try AtomicFile.write(text, to: copy, mode: 0o600)
    let signer = try await signing.sign(copy)
    return (try AtomicFile.read(signed), signer)
  }

  /// Whether the list that is there was signed by a key. A line of anybody else's would get our signature without this.
  private func isSigned(_ text: [UInt8], by key: String, _ signing: Signing) async throws -> Bool {
    guard exists(signature) else { return false }
    let copy = scratch.appending(name + ".before")
    let signed = copy.appendingExtension("asc")
    defer { for path in [copy, signed] { try? Folder.remove(path) } }
    try AtomicFile.write(text, to: copy, mode: 0o600)
    try AtomicFile.write(AtomicFile.read(signature, limit: 1 << 20), to: signed, mode: 0o600)
    return try await signing.signers(of: copy, signed).contains(key)
  }

  /// Both are complete beside the old ones before the first is renamed: only between two renames they do not fit.
  private func replace(_ text: String, _ signed: [UInt8]) throws {
    func beside(_ path: FilePath) -> FilePath { path.removingLastComponent().appending(".\(name(of: path)).new") }
    let (newSignature, newFile) = (beside(signature), beside(file))
    do {
      try AtomicFile.write(signed, to: newSignature, mode: 0o644)
      try AtomicFile.write(text, to: newFile, mode: 0o644)
      try AtomicFile.rename(newSignature, to: signature)
    } catch {
      for new in [newSignature, newFile] { try? Folder.remove(new) }
      throw error
    }
    do {
      try AtomicFile.rename(newFile, to: file)
    } catch {
      // Rather none than one that is not of this list.
      for path in [newFile, signature] { try? Folder.remove(path) }
      throw error
    }
  }

  private var name: String { name(of: file) }

  private func name(of path: FilePath) -> String { path.lastComponent?.string ?? "" }

  private func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }

  /// The folder itself is locked, so that no lock file is left in it; where that cannot be done (NFS) two builds that end in the same
  /// millisecond may lose a line. Blocks; closing the descriptor gives the lock back.
  private static func lock(_ folder: FilePath) throws -> Int32 {
    let descriptor = open(folder.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FactoryError(.processingFailed, "cannot open '\(folder)': \(String(cString: strerror(errno)))")
    }
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    return descriptor
  }
}
