import Foundation
import Model
import PrivilegedOperations
import SystemPackage

/// What the sudo helper handed out, read record by record; contents of files come from the guest.
final class HelperOutput {
  private let file: FileHandle

  /// Opens an output that the helper has written; throws ``FactoryError``.
  init(_ path: FilePath) throws {
    guard let file = FileHandle(forReadingAtPath: path.string) else {
      throw FactoryError(.processingFailed, "cannot read what the sudo helper wrote to '\(path)'")
    }
    self.file = file
  }

  /// Calls `body` for each record with its name; `data` gives its data piece by piece, nil at the end.
  ///
  /// Throws ``FactoryError`` when the output is cut or is none.
  func forEach(_ body: (HelperRecord, _ data: () throws -> [UInt8]?) throws -> Void) throws {
    while true {
      guard let parsed = HelperRecord.parse(try bytes(HelperRecord.headerSize)) else { throw HelperOutput.incomplete }
      var record = parsed.record
      guard record.dataSize <= GuestLimits.largestFile else { throw HelperOutput.incomplete }
      record.name = try bytes(parsed.nameSize)
      if record.kind == .end { return }
      var left = Int(record.dataSize)
      func next() throws -> [UInt8]? {
        guard left > 0 else { return nil }
        let piece = try bytes(min(left, 1 << 18))
        left -= piece.count
        return piece
      }
      try body(record, next)
      while try next() != nil {}
    }
  }

  /// Exactly so many bytes.
  private func bytes(_ count: Int) throws -> [UInt8] {
    guard count > 0 else { return [] }
    guard let data = try file.read(upToCount: count), data.count == count else { throw HelperOutput.incomplete }
    return [UInt8](data)
  }

  private static var incomplete: FactoryError {
    FactoryError(.processingFailed, "the sudo helper's output is not complete")
  }
}
