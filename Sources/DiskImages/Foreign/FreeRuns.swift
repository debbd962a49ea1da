package import Model
package import SystemPackage

/// Free runs of a file system in an image, made holes.
package enum FreeRuns {
  /// Punches the runs, which count from the start of `extent`; gives how many bytes of them were no holes yet.
  ///
  /// Throws `.corrupt` for a run outside of it before anything is changed, `.system`. Blocks.
  package static func punch(_ runs: [ImageExtent], of image: FilePath, in extent: ImageExtent) throws -> ByteSize {
    let runs = try place(runs, of: image, in: extent)
    let before = try data(in: runs, of: image)
    guard before > 0 else { return ByteSize(bytes: 0) }
    var puncher = try HolePuncher(image)
    for run in runs { try puncher.punch(run) }
    _ = try puncher.close()
    return ByteSize(bytes: before)
  }

  /// How many bytes of the runs are no holes; throws as ``punch(_:of:in:)``. Blocks.
  package static func allocated(_ runs: [ImageExtent], of image: FilePath, in extent: ImageExtent) throws -> ByteSize {
    ByteSize(bytes: try data(in: place(runs, of: image, in: extent), of: image))
  }

  private static func place(
    _ runs: [ImageExtent], of image: FilePath, in extent: ImageExtent
  ) throws -> [ImageExtent] {
    try runs.map { run in
      guard run.offset >= 0, run.length >= 0, run.length <= extent.length, run.offset <= extent.length - run.length
      else {
        throw DiskImageError(.corrupt, "a free run lies outside of the file system in '\(image)'")
      }
      return ImageExtent(offset: extent.offset + run.offset, length: run.length)
    }
  }

  private static func data(in runs: [ImageExtent], of image: FilePath) throws -> Int64 {
    let file = try HostFile(image)
    var sum: Int64 = 0
    for run in runs {
      try SparseFile.forEachDataExtent(of: file, from: run.offset, size: run.end) { sum += $0.length }
    }
    return sum
  }
}
