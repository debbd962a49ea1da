import Foundation
import HostSystem
import Model
import SystemPackage

/// The builds that use a libvirt daemon right now, and the daemons that builds have started: the last build ends them, whichever
/// build started them.
///
/// Each build holds a lock on a file of its own; a lock goes with its process, however that ends. The list of daemons outlives a
/// build that is killed, so that a later one ends what it left.
struct LibvirtUsers: Sendable {
  /// The daemons of one boot.
  private struct Record: Codable {
    var bootID: String
    var daemons: [ProcessMark] = []
  }

  private let folder: FilePath
  private let bootID: String
  private let own: FilePath
  private let lock: FileLock

  private static let prefix = "user-"
  private var recordFile: FilePath { folder.appending("daemons.json") }

  /// Counts this build in, before it looks for a daemon; throws ``FactoryError``.
  static func join(_ folder: FilePath, bootID: String) throws -> LibvirtUsers {
    try Folder.create(folder, mode: 0o700)
    let own = folder.appending("\(prefix)\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
    guard let lock = try FileLock.tryAcquire(own) else {
      throw FactoryError(.unexpected, "cannot lock '\(own)'")
    }
    return LibvirtUsers(folder: folder, bootID: bootID, own: own, lock: lock)
  }

  /// Does `work` while no other build starts or ends a daemon; throws ``FactoryError``.
  func alone<Value>(to purpose: String, _ work: () async throws -> Value) async throws -> Value {
    let lock = try await FileLock.acquire(folder.appending("lock"), timeout: .seconds(60), for: purpose)
    defer { lock.release() }
    return try await work()
  }

  /// Notes daemons that this build has started, each the leader of its group; call it within ``alone(to:_:)``. Throws ``FactoryError``.
  func note(_ started: [ProcessMark]) throws {
    try store(record().daemons + started)
  }

  /// Counts this build out and ends the daemons that builds have started, the last one first, unless another build is left or
  /// somebody else needs them; throws ``FactoryError``.
  func leave(unless isNeeded: () async -> Bool) async throws {
    do {
      try await alone(to: "end libvirt's daemons") {
        guard !countOut() else { return }
        let daemons = record().daemons
        guard !daemons.isEmpty, !(await isNeeded()) else { return }
        for daemon in daemons.reversed() { await daemon.endGroup() }
        try store([])
      }
    } catch {
      _ = countOut()
      throw error
    }
  }

  /// Removes this build's file and says whether others are left; files of builds that were killed go.
  private func countOut() -> Bool {
    lock.release()
    try? Folder.remove(own)
    var others = false
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
    where name.hasPrefix(LibvirtUsers.prefix) {
      let file = folder.appending(name)
      if let free = try? FileLock.tryAcquire(file) {
        free.release()
        try? Folder.remove(file)
      } else {
        others = true
      }
    }
    return others
  }

  /// What was noted since this boot and still runs.
  private func record() -> Record {
    let bytes = (try? AtomicFile.read(recordFile, limit: 1 << 16)) ?? []
    guard var record = try? JSONDecoder().decode(Record.self, from: Data(bytes)), record.bootID == bootID else {
      return Record(bootID: bootID)
    }
    record.daemons.removeAll { !$0.isRunning }
    return record
  }

  private func store(_ daemons: [ProcessMark]) throws {
    guard !daemons.isEmpty else { return try Folder.remove(recordFile) }
    let record = Record(bootID: bootID, daemons: daemons)
    try AtomicFile.write(Array(try JSONEncoder().encode(record)), to: recordFile, mode: 0o600)
  }
}
