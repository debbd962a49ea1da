import Foundation
import HostSystem
import Model
import SystemPackage

/// So many bytes that a build writes below one folder, and what for.
struct SpaceNeed: Sendable, Hashable {
  var size: ByteSize
  var folder: FilePath
  /// Reads on after "to".
  var purpose: String

  init(_ size: ByteSize, _ folder: FilePath, _ purpose: String) {
    self.size = size
    self.folder = folder
    self.purpose = purpose
  }

  /// The need that a requirement is; nil for those of another kind.
  init?(_ requirement: Requirement) {
    guard case .space(let size, let folder, let purpose) = requirement else { return nil }
    self.init(size, folder, purpose)
  }
}

/// Looks whether each file system has room for all that is written to it.
enum SpaceCheck {
  private static let hint = "free some space, or set 'work-dir', 'output-dir' or 'cache-dir' to another file system"

  /// One finding for each file system that has too little.
  static func findings(of needs: [SpaceNeed]) -> [Finding] {
    var order: [UInt64] = []
    var groups: [UInt64: [SpaceNeed]] = [:]
    for need in needs {
      guard let device = device(of: need.folder) else { continue }
      if groups[device] == nil { order.append(device) }
      groups[device, default: []].append(need)
    }
    return order.compactMap { finding(groups[$0] ?? []) }
  }

  /// The number of the file system that a folder is or will be on.
  static func device(of folder: FilePath) -> UInt64? {
    var status = stat()
    return stat(NearestFolder.of(folder).string, &status) == 0 ? UInt64(status.st_dev) : nil
  }

  private static func finding(_ needs: [SpaceNeed]) -> Finding? {
    let total = ByteSize(bytes: needs.reduce(0) { $0.addingClamped($1.size.bytes) })
    guard let folder = needs.first?.folder, let free = try? FreeSpace.at(folder), free < total else { return nil }
    var folders: [String] = []
    for need in needs where !folders.contains("'\(need.folder)'") { folders.append("'\(need.folder)'") }
    let place =
      folders.count == 1
      ? "\(folders[0]) has"
      : "\(folders.dropLast().joined(separator: ", ")) and \(folders[folders.count - 1]) share a file system with"
    let parts = needs.map { "\($0.size) to \($0.purpose)" }
    let wanted =
      needs.count == 1
      ? "\(total) are needed to \(needs[0].purpose)" : "\(total) are needed: \(parts.joined(separator: ", "))"
    return .host("\(place) \(free) free, \(wanted)", hint: hint)
  }
}

/// The folder that is there already, of one that may have to be made.
enum NearestFolder {
  static func of(_ folder: FilePath) -> FilePath {
    var path = folder
    while path.components.count > 0, access(path.string, F_OK) != 0 { path.removeLastComponent() }
    return path
  }
}

extension Int64 {
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
