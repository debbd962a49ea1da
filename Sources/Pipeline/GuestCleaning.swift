import DiskImages
import Foundation
import HostSystem
import Model
import SystemPackage

/// The clean-up inside the guest's ext file systems: blocking, in one session, by libext2fs.
struct GuestCleaning: Sendable {
  let plan: BuildPlan
  let events: StageEvents

  /// A single log is kept up to this size, and all of them up to that: a guest could otherwise fill the host's disk, with holes.
  private static let largestLog = 64 << 20
  private static let largestSum = 256 << 20

  /// Cleans the file systems of a system; throws `DiskImageError` and ``FactoryError``.
  func clean(_ system: GuestSystem) throws -> Tally {
    let files = try GuestFiles(system)
    var total = Tally()
    var left = GuestCleaning.largestSum
    let kept = try KeptPaths(plan.cleaning.keep, in: files) { LinkedFolder.warn(events, of: $0, in: $1) }
    for pattern in plan.cleaning.logs {
      for path in try expand(pattern, in: files) {
        try save(path, in: files, left: &left)
        total.add(try kept.remove(path, in: files))
      }
    }
    for pattern in plan.cleaning.remove + plan.cleaning.add {
      for path in try expand(pattern, in: files) { total.add(try kept.remove(path, in: files)) }
    }
    for pattern in plan.cleaning.empty {
      for path in try expand(pattern, in: files) where !kept.covers(path) { try empty(path, in: files) }
    }
    if plan.cleaning.regenerateHostKeys { total.add(try HostKeys.regenerate(in: files, keeping: kept)) }
    try removeProxy(in: files)
    try files.close()
    return total
  }

  /// What a pattern of the lists matches; one that passes a link of the guest's is left out with a warning.
  private func expand(_ pattern: String, in files: GuestFiles) throws -> [ImagePath] {
    let found = try files.matches(of: pattern)
    for link in found.links { LinkedFolder.warn(events, of: pattern, in: link) }
    return found.paths
  }

  private func save(_ path: ImagePath, in files: GuestFiles, left: inout Int) throws {
    guard let status = try files.status(path) else { return }
    switch status.kind {
    case .directory:
      for entry in try files.list(path, limit: 10_000) {
        try save(path.appending(entry.name), in: files, left: &left)
      }
    case .file:
      guard status.size <= min(GuestCleaning.largestLog, left) else {
        return events.warning("'\(path)' has \(ByteSize(bytes: status.size)) and is removed without being saved")
      }
      // An empty file takes room on the host as well.
      left -= Int(max(status.size, 4096))
      try keep(path, in: files)
    default:
      return
    }
  }

  /// Through a scratch file, piece by piece: a traced installation's log has tens of megabytes.
  private func keep(_ path: ImagePath, in files: GuestFiles) throws {
    let copy = plan.workFolder.appending("guest-log")
    defer { try? Folder.remove(copy) }
    let descriptor = try FileDescriptor.open(
      copy, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow], permissions: .ownerReadWrite)
    _ = try descriptor.closeAfter {
      try files.copyFile(path, to: descriptor, limit: Int64(GuestCleaning.largestLog))
    }
    if plan.log.printInstallerLogs { events.line("---- \(path)") }
    // One flat folder on the host, each name made of plain characters only: the guest chose the path.
    try InstallerLogs.keep(
      copy, as: GuestCleaning.flatName(path), plan: plan,
      line: plan.log.printInstallerLogs ? { events.line($0) } : nil)
  }

  static func flatName(_ path: ImagePath) -> String {
    let name = path.description.dropFirst().map { character in
      character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character)) ? character : "_"
    }
    return String(String(name).suffix(200))
  }

  private func empty(_ path: ImagePath, in files: GuestFiles) throws {
    guard let status = try files.status(path), status.kind == .file else { return }
    try files.truncate(path)
  }

  /// The build's proxy in apt's configuration: the installer writes it there for the target.
  private func removeProxy(in files: GuestFiles) throws {
    guard plan.depot != nil, let address = try? DepotAddress.read(plan).proxy else { return }
    let host = address.replacing("http://", with: "").split(separator: "/").first.map(String.init) ?? address
    for pattern in ["/etc/apt/apt.conf", "/etc/apt/apt.conf.d/*"] {
      for path in try files.expand(pattern) where try files.status(path)?.kind == .file {
        guard let bytes = try? files.readFile(path, limit: 1 << 20) else {
          events.warning("'\(path)' is too large to be looked at for the build's proxy")
          continue
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains(host) else { continue }
        let kept = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains(host) }
        if kept.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) {
          _ = try files.remove(path)
        } else {
          try files.writeFile(path, Array(kept.joined(separator: "\n").utf8))
        }
      }
    }
  }
}

/// What was removed, for the report.
struct Tally: Sendable {
  var names = 0
  var bytes: Int64 = 0

  mutating func add(_ other: Ext4Removal) { add(Tally(names: other.names, bytes: other.bytes)) }

  mutating func add(_ other: Tally) {
    names += other.names
    bytes += other.bytes
  }
}
