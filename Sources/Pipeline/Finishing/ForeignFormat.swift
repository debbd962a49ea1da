import DiskImages
import Foundation
import HostSystem
import Model
import SystemPackage

/// An image that is not raw, told by its first bytes; looked at as a raw copy.
struct ForeignFormat: Sendable, Equatable {
  /// As qemu-img calls it.
  let name: String

  private static let magics: [(name: String, bytes: [UInt8], offset: Int)] = [
    ("qcow2", [0x51, 0x46, 0x49, 0xFB], 0), ("vmdk", Array("KDMV".utf8), 0), ("vhdx", Array("vhdxfile".utf8), 0),
    ("vdi", [0x7F, 0x10, 0xDA, 0xBE], 64),
  ]
  private static let packed: [(bytes: [UInt8], command: String)] = [
    ([0x28, 0xB5, 0x2F, 0xFD], "zstd -d"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz -dk"),
    ([0x1F, 0x8B], "gzip -dk"),
  ]

  /// nil: raw. A disk with a partition table of its own is raw whatever its first bytes say. Throws `DiskImageError` for a packed file.
  static func of(_ file: FilePath) throws -> ForeignFormat? {
    // Refuses what is no regular file: opening a named pipe would wait for ever.
    _ = try SparseFile.sizes(of: file)
    guard let handle = FileHandle(forReadingAtPath: file.string) else {
      throw DiskImageError(.notFound, "it cannot be opened")
    }
    defer { try? handle.close() }
    let start = [UInt8]((try? handle.read(upToCount: 1024)) ?? Data())
    if let (_, command) = packed.first(where: { start.starts(with: $0.bytes) }) {
      throw DiskImageError(
        .unsupported, "it is compressed", hint: "unpack it first: \(command) \(ShellWords.quote(file.string))")
    }
    // Boot code is the guest's: it can begin as any format. None of these formats has the mark of a partition table.
    if start.count > 511, start[510] == 0x55, start[511] == 0xAA { return nil }
    return magics.first { start.dropFirst($0.offset).starts(with: $0.bytes) }.map { ForeignFormat(name: $0.name) }
  }

  /// Makes a raw copy; throws ``FactoryError`` for an image that refers to other files: it could name any file of the host.
  func convert(_ file: FilePath, to raw: FilePath, runner: any HostSystem.CommandRunner) async throws {
    let path = file.isAbsolute ? file.string : "./" + file.string
    let info = Command(
      "qemu-img", ["info", "--output=json", "-f", name, path], timeLimit: .seconds(60), purpose: "look at '\(file)'")
    let text = try await runner.succeed(info, failing: .processingFailed).standardOutput
    for word in ["\"backing-filename\"", "\"full-backing-filename\"", "\"data-file\"", "\"extents\""]
    where text.contains(word) && !isHarmless(word, text, file) {
      throw FactoryError(
        .processingFailed, "'\(file)' refers to other files, which are not looked at",
        hint: "make it stand alone first, if you trust it: qemu-img convert -f \(name) -O raw IN OUT")
    }
    let convert = Command(
      "qemu-img", ["convert", "-f", name, "-O", "raw", path, raw.string], purpose: "make a raw copy of '\(file)'")
    _ = try await runner.succeed(convert, failing: .processingFailed)
  }

  /// A vmdk always lists its extents: one, the file itself.
  private func isHarmless(_ word: String, _ text: String, _ file: FilePath) -> Bool {
    guard word == "\"extents\"", name == "vmdk", let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
      let specific = (object as? [String: Any])?["format-specific"] as? [String: Any],
      let data = specific["data"] as? [String: Any], let extents = data["extents"] as? [[String: Any]]
    else { return false }
    return extents.allSatisfy { ($0["filename"] as? String).map { FilePath($0).lastComponent } == file.lastComponent }
  }
}
