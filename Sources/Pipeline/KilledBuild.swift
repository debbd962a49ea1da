import Foundation
import HostSystem
import Hypervisor
import Model
import SystemPackage

/// What a build that was killed (SIGKILL, power cut) left behind, noted in its work folder while it ran.
struct KilledBuild: Codable {
  /// The build's name is locked by a file of this name for as long as it lives.
  var lock: String
  var domainName: String
  var libvirtURI: String

  private static let fileName = "build.json"

  /// Notes what a running build owns; throws ``FactoryError``.
  static func note(_ plan: BuildPlan) throws {
    let note = KilledBuild(
      lock: plan.outputFolder.appending(".\(plan.baseName).reserved").string, domainName: plan.machine.domainName,
      libvirtURI: plan.machine.libvirtURI)
    try AtomicFile.write(
      Array(try JSONEncoder().encode(note)), to: plan.workFolder.appending(fileName), mode: 0o600)
  }

  /// Removes the domains and work folders of builds of this image that are dead; gives a sentence for each.
  ///
  /// A work folder whose lock nobody holds is a dead build's: the kernel gives a lock back when its process is gone.
  static func sweep(_ plan: BuildPlan) async -> [String] {
    let scratch = plan.workFolder.removingLastComponent()
    var told: [String] = []
    for name in (try? FileManager.default.contentsOfDirectory(atPath: scratch.string)) ?? [] {
      guard name.hasPrefix(".\(plan.image)-"), name.hasSuffix(".build") else { continue }
      let folder = scratch.appending(name)
      guard folder != plan.workFolder, isOurs(folder),
        let bytes = try? AtomicFile.read(folder.appending(fileName), limit: 1 << 16),
        let note = try? JSONDecoder().decode(KilledBuild.self, from: Data(bytes)),
        let lock = try? FileLock.tryAcquire(FilePath(note.lock))
      else { continue }
      defer { lock.release() }
      // Without a daemon there is no domain left either: a system daemon that was ended leaves QEMU, which a new one finds again.
      // A disk that was only finished had no machine.
      if !note.domainName.isEmpty {
        try? await DomainGuard(uri: note.libvirtURI, domainName: note.domainName).release(patience: .seconds(10))
      }
      guard (try? Folder.remove(folder)) != nil else { continue }
      try? Folder.remove(FilePath(note.lock))
      told.append("removed what a killed build left in '\(folder)'")
    }
    return told
  }

  /// Only a folder of this user is believed: in a shared one anybody can make a note that names somebody else's files.
  private static func isOurs(_ folder: FilePath) -> Bool {
    var status = stat()
    return lstat(folder.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
  }
}
