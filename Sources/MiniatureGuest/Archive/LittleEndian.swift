/// Numbers and texts at places of a byte array; nil outside of it, and for numbers no honest file holds.
struct LittleEndian {
  private let bytes: [UInt8]
  /// Far more than any file that is read, and far from overflow in sums.
  private static let most: UInt64 = 1 << 40

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func short(_ place: Int) -> Int? { number(place, 2) }
  func word(_ place: Int) -> Int? { number(place, 4) }
  func long(_ place: Int) -> Int? { number(place, 8) }

  private func number(_ place: Int, _ count: Int) -> Int? {
    guard place >= 0, place <= bytes.count - count else { return nil }
    let value = bytes[place..<place + count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return value < Self.most ? Int(value) : nil
  }

  /// The text up to its NUL; nil when there is none within the limit.
  func text(at place: Int, limit: Int) -> String? {
    guard place >= 0, place < bytes.count, limit > 0 else { return nil }
    let part = bytes[place..<min(bytes.count, place + min(limit, 4096))]
    guard let end = part.firstIndex(of: 0) else { return nil }
    return String(decoding: part[..<end], as: UTF8.self)
  }
}
