import Glibc
import PrivilegedOperations

/// Writes records into the caller's output file.
final class RecordWriter {
  private let file: Descriptor

  init(_ file: consuming Descriptor) { self.file = file }

  func write(_ record: HelperRecord) throws { try write(bytes: record.bytes[...]) }

  func write(_ kind: HelperRecord.Kind, name: [UInt8] = [], text: String) throws {
    try write(HelperRecord(kind, name: name, dataSize: Int64(text.utf8.count)))
    try write(bytes: Array(text.utf8)[...])
  }

  /// A record with the content of a file of the guest's.
  func write(file source: borrowing Descriptor, size: Int64, name: [UInt8]) throws {
    try write(HelperRecord(.file, name: name, dataSize: size))
    var left = size
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while left > 0 {
      let count = read(source.number, &buffer, Int(min(left, Int64(buffer.count))))
      guard count > 0 else {
        throw count == 0
          ? Failure("a file of the guest's became shorter") : Failure.system("read a file of the guest's")
      }
      try write(bytes: buffer[..<count])
      left -= Int64(count)
    }
  }

  /// Without this last record the output is not complete.
  func finish() throws { try write(HelperRecord(.end)) }

  private func write(bytes: ArraySlice<UInt8>) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure.system("write the output") }
      rest = rest.dropFirst(count)
    }
  }
}
