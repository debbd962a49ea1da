import Foundation
import HostSystem
import Hypervisor
import Model
import SystemPackage

/// The logs of an installation, kept beside the image: the serial ports' and those found inside the image.
enum InstallerLogs {
  /// Keeps the logs of both serial ports, secrets masked line by line; what cannot be kept is not worth failing for.
  static func keepSerial(_ plan: BuildPlan) {
    for (source, name) in [(plan.machine.consoleLog, "console.log"), (plan.machine.installerLog, "syslog")] {
      guard let bytes = try? AtomicFile.read(source, limit: 256 << 20), !bytes.isEmpty else { continue }
      try? keep(bytes, as: name, plan: plan)
    }
  }

  /// Keeps one log under `name`, a single path component.
  static func keep(_ bytes: [UInt8], as name: String, plan: BuildPlan) throws {
    try Folder.create(plan.log.installerLogs, mode: 0o750)
    var redactor = LogRedactor(secrets: plan.answers.answers.secrets)
    var text = ""
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      text += redactor.redact(String(decoding: line, as: UTF8.self).printable) + "\n"
    }
    try AtomicFile.write(Array(text.utf8), to: plan.log.installerLogs.appending(name), mode: 0o640)
  }
}

extension InstallAnswers {
  /// Every secret that the guest is told, to be masked wherever it says something.
  var secrets: [Secret] {
    var secrets = users.compactMap(\.passwordHash)
    if case .passwordHash(let hash) = root { secrets.append(hash) }
    return secrets
  }
}
