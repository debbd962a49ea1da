import Foundation
import HostSystem
import Hypervisor
import Model
import SystemPackage

/// The logs of an installation, kept beside the image: the serial ports' and those found inside the image.
enum InstallerLogs {
  /// A serial port's log is kept up to this size; the guest decides how much it writes.
  private static let largest: UInt64 = 256 << 20

  /// Keeps the logs of both serial ports, secrets masked line by line; throws ``FactoryError``.
  static func keepSerial(_ plan: BuildPlan) throws {
    for (source, name) in [(plan.machine.consoleLog, "console.log"), (plan.machine.installerLog, "syslog")] {
      try keep(source, as: name, plan: plan)
    }
  }

  /// Keeps a file of the host as a log under `name`, a single path component; what is not there is not kept.
  ///
  /// A log of that name is not written over: the new one gets a number, `NAME-2`. Several paths of a guest may flatten to one name.
  /// `line` gets each line as it is kept. Throws ``FactoryError``.
  static func keep(
    _ source: FilePath, as name: String, plan: BuildPlan, line: ((String) -> Void)? = nil
  ) throws {
    guard let input = FileHandle(forReadingAtPath: source.string) else { return }
    defer { try? input.close() }
    var left = largest
    try write(name, plan: plan, line: line) {
      guard left > 0, let data = try input.read(upToCount: 1 << 18), !data.isEmpty else { return nil }
      left -= min(left, UInt64(data.count))
      return [UInt8](data)
    }
  }

  /// Opens a file that was not there before.
  private static func openNew(_ name: String, in folder: FilePath) throws -> Int32 {
    for number in 1...100_000 {
      let path = folder.appending(number == 1 ? name : "\(name)-\(number)")
      let descriptor = open(path.string, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o640)
      if descriptor >= 0 { return descriptor }
      guard errno == EEXIST else {
        throw FactoryError(.processingFailed, "cannot write '\(path)': \(String(cString: strerror(errno)))")
      }
    }
    throw FactoryError(.processingFailed, "'\(folder)' has too many logs called '\(name)'")
  }

  /// What `printable` leaves as it is, told without looking at characters.
  private static func isPlain(_ byte: UInt8) -> Bool { (0x20..<0x7F).contains(byte) }

  /// Writes piece by piece, so that a large log takes no memory; a line's end may come with a later piece.
  private static func write(
    _ name: String, plan: BuildPlan, line told: ((String) -> Void)?, next: () throws -> [UInt8]?
  ) throws {
    try Folder.create(plan.log.installerLogs, mode: 0o750)
    let descriptor = try openNew(name, in: plan.log.installerLogs)
    let output = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { try? output.close() }
    var redactor = LogRedactor(secrets: plan.answers.answers.secrets)
    var open: [UInt8] = []
    while let piece = try next() {
      var text = ""
      var lines = piece.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
      while lines.count > 1, let line = lines.popFirst() {
        let whole = String(decoding: open.isEmpty ? line : (open + line)[...], as: UTF8.self)
        let kept = redactor.redact(line.allSatisfy(isPlain) && open.isEmpty ? whole : whole.printable)
        told?(kept)
        text += kept + "\n"
        open = []
      }
      // A line without end is cut rather than gathered.
      open = open.count > 1 << 20 ? [] : open + (lines.first ?? [])
      try output.write(contentsOf: Data(text.utf8))
    }
    if !open.isEmpty {
      try output.write(contentsOf: Data(redactor.redact(String(decoding: open, as: UTF8.self).printable).utf8))
    }
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
