/// How much of a guest's files is handed out: a guest could otherwise fill the host's disk, with holes.
package enum GuestLimits {
  /// Bytes of one file.
  package static let largestFile: Int64 = 64 << 20
  /// Bytes of all files together.
  package static let largestSum: Int64 = 256 << 20
  /// Paths that one pattern may match.
  package static let mostMatches = 100_000
  /// Folders that are entered below a path that is handed out.
  package static let deepestFolder = 32
}
