/// A run of bytes in an image file.
package struct ImageExtent: Sendable, Hashable {
  /// Bytes from the start of the image file.
  package var offset: Int64
  /// Bytes; never negative.
  package var length: Int64

  /// A run from `offset` on.
  package init(offset: Int64, length: Int64) {
    self.offset = offset
    self.length = length
  }

  /// The first byte after the run.
  package var end: Int64 { offset + length }

  /// Whether both have a byte in common.
  func overlaps(_ other: ImageExtent) -> Bool { offset < other.end && other.offset < end }
}

extension ImageExtent {
  /// What is left of `runs`, which are in order and apart, without `others`, which may overlap and be in any order.
  static func subtract(_ others: [ImageExtent], from runs: [ImageExtent]) -> [ImageExtent] {
    let others = merge(others)
    var left: [ImageExtent] = []
    var first = 0
    for run in runs {
      while first < others.count, others[first].end <= run.offset { first += 1 }
      var position = run.offset
      for other in others[first...] {
        if other.offset >= run.end { break }
        if other.offset > position { left.append(ImageExtent(offset: position, length: other.offset - position)) }
        position = max(position, other.end)
      }
      if position < run.end { left.append(ImageExtent(offset: position, length: run.end - position)) }
    }
    return left
  }

  /// The same bytes as runs that are in order and apart.
  private static func merge(_ runs: [ImageExtent]) -> [ImageExtent] {
    var merged: [ImageExtent] = []
    for run in runs.sorted(by: { $0.offset < $1.offset }) where run.length > 0 {
      if let last = merged.last, last.end >= run.offset {
        merged[merged.count - 1].length = max(last.end, run.end) - last.offset
      } else {
        merged.append(run)
      }
    }
    return merged
  }
}
