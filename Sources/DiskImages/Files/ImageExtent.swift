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
}
