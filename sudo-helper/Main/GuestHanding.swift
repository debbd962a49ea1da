import CPrivileged
import Glibc
import PrivilegedOperations

/// Hands out files of the guest's: regular ones, within limits, links and devices passed over.
final class GuestHanding {
  private let tree: GuestTree
  private let records: RecordWriter
  private var left = GuestLimits.largestSum

  init(tree: GuestTree, records: RecordWriter) {
    self.tree = tree
    self.records = records
  }

  func hand(out path: GuestPath, depth: Int = 0) throws {
    guard let status = try tree.status(path) else { return }
    if status.isA(S_IFDIR) {
      guard depth < GuestLimits.deepestFolder else { return try skip(path, "too deep") }
      for name in try tree.names(in: path, limit: 10_000) { try hand(out: path.appending(name), depth: depth + 1) }
    } else if status.isA(S_IFREG) {
      let size = Int64(status.st_size)
      guard size <= min(GuestLimits.largestFile, left) else { return try skip(path, "too large: \(size) bytes") }
      guard path.absolute.count <= HelperRecord.longestName else { return try skip(path, "its name is too long") }
      // An empty file takes room on the host as well.
      left -= max(size, 4096)
      try records.write(file: tree.open(path, PRIVILEGED_READ), size: size, name: path.absolute)
    }
  }

  private func skip(_ path: GuestPath, _ reason: String) throws {
    try records.write(.skipped, name: Array(path.absolute.prefix(HelperRecord.longestName)), text: reason)
  }
}
