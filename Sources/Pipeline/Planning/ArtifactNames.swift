import DiskImages
import Foundation
import HostSystem
package import Model
import SystemPackage

/// The names of everything a build leaves: `NAME-YYYY-MM-DD` and, when that is taken, `-2`, `-3` and so on.
struct ArtifactNames: Sendable {
  let date: String
  let base: String
  let outputFolder: FilePath
  let workFolder: FilePath

  var rawDisk: FilePath { workFolder.appending("disk.raw") }

  /// Picks the first free name; whoever builds reserves it by making the work folder.
  ///
  /// Scratch files are beside the image, where placing it is a rename; where QEMU's own user could not reach them there (a system
  /// libvirt and an output folder below `/root`), in the state folder.
  static func choose(for config: ImageConfig, date: String, uri: String = "", stateFolder: FilePath = "")
    -> ArtifactNames
  {
    let output = absolute(config.disk.outputFolder)
    let reachable = !uri.hasSuffix("/system") || Passage.blocked(to: output) == nil
    let beside = reachable ? output : stateFolder.appending("work")
    let scratch = config.disk.workFolder.map(absolute) ?? beside
    let base = free(stem(of: config.name, date: date), in: output)
    // A folder for scratch files may serve several output folders, each with a build of this name.
    let mark = scratch == output ? "" : "-" + ShortDigest.of(output.string)
    return ArtifactNames(
      date: date, base: base, outputFolder: output, workFolder: scratch.appending(".\(base)\(mark).build"))
  }

  /// The first name that no file has and no running build: such a build may not have made a file yet.
  private static func free(_ stem: String, in output: FilePath) -> String {
    for number in 1...9999 {
      let name = number == 1 ? stem : "\(stem)-\(number)"
      guard NameReservation.preview(name, extensions: extensions, in: output) == name else { continue }
      if !isReserved(name, in: output) { return name }
    }
    return stem
  }

  /// Whether a running build holds the name's lock; the file alone may be a killed one's.
  private static func isReserved(_ name: String, in output: FilePath) -> Bool {
    let file = output.appending(".\(name).reserved")
    guard FileManager.default.fileExists(atPath: file.string) else { return false }
    guard let lock = try? FileLock.tryAcquire(file) else { return true }
    lock.release()
    return false
  }

  /// What every name of a build of this image on this day starts with.
  static func stem(of image: String, date: String) -> String { "\(image)-\(date)" }

  /// What may follow a base name: one file of these, and the name is taken.
  static let extensions =
    DiskFormats.all.flatMap { format in ([""] + companions).map { format.fileExtension + $0 } } + [
      "log", "installer-logs",
    ]

  /// What may stand beside a finished file, after its name.
  static let companions = [".sha256sum", ".sha512sum", ".sha256sum.asc", ".size"]

  /// One artifact per format; the raw disk is one of them when it is asked for or kept.
  func artifacts(_ disk: DiskRequest) -> [ArtifactPlan] {
    var formats = disk.formats
    if disk.keepRaw, !formats.contains("raw") { formats.append("raw") }
    return formats.map { format in
      let suffix = DiskFormats.named(format)?.fileExtension ?? format
      return ArtifactPlan(
        format: format, working: format == "raw" ? rawDisk : workFolder.appending("disk.\(suffix)"),
        final: outputFolder.appending("\(base).\(suffix)"),
        options: format == "qcow2" ? disk.qcow2 : DiskFormatOptions())
    }
  }

  /// The disk and what becomes of it.
  func disk(_ request: DiskRequest) -> DiskPlan {
    var disk = DiskPlan(size: request.size, raw: rawDisk, artifacts: artifacts(request))
    disk.shrinkMargin = request.isAutomatic ? request.margin : nil
    disk.maxSize = request.maxSize
    disk.checksums = request.checksums.contains("sha512") ? ["sha256", "sha512"] : ["sha256"]
    disk.signKey = request.signKey
    return disk
  }

  func log(_ request: LogRequest) -> LogPlan {
    let file = request.fileName.map { $0.contains("/") ? FilePath($0) : outputFolder.appending($0) }
    return LogPlan(
      file: request.file ? (file ?? outputFolder.appending("\(base).log")) : nil,
      installerLogs: outputFolder.appending("\(base).installer-logs"), printInstallerLogs: request.installerLogs)
  }

  private static func absolute(_ path: FilePath) -> FilePath {
    path.isAbsolute
      ? path.lexicallyNormalized()
      : FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
  }
}

extension DiskPlan {
  /// What is written for each artifact, by what follows its name: the image itself first.
  package var suffixes: [String] {
    ["", ".sha256sum"] + (checksums.contains("sha512") ? [".sha512sum"] : []) + [".size"]
      + (signKey == nil ? [] : [".sha256sum.asc"])
  }
}
