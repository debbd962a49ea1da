/// "Did you mean": the nearest known word by the number of edits (a letter added, left out, changed, or two swapped).
enum Spelling {
  /// The nearest candidate within two edits; within one of a candidate of four letters or fewer, where two edits reach anything.
  static func closest(to word: String, among candidates: some Sequence<String>) -> String? {
    let letters = Array(word.utf8)
    guard letters.count <= 64 else { return nil }
    var best: (name: String, edits: Int)?
    for candidate in candidates {
      let limit = min(candidate.utf8.count <= 4 ? 1 : 2, (best?.edits ?? 3) - 1, candidate.utf8.count - 1)
      guard limit > 0, abs(candidate.utf8.count - letters.count) <= limit else { continue }
      let edits = edits(from: letters, to: Array(candidate.utf8))
      if edits > 0, edits <= limit { best = (candidate, edits) }
    }
    return best?.name
  }

  /// The optimal string alignment distance of two words.
  static func edits(from left: [UInt8], to right: [UInt8]) -> Int {
    var before = [Int](repeating: 0, count: right.count + 1)
    var above = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for column in 0..<right.count {
        var cost = min(above[column] + (left[row] == right[column] ? 0 : 1), above[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, before[column - 1] + 1)
        }
        current.append(cost)
      }
      (before, above) = (above, current)
    }
    return above[right.count]
  }
}
