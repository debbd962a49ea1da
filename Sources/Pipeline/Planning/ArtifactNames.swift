import DiskImages
import Foundation
import HostSystem
import Model
import SystemPackage

/// The names of everything a build leaves: `NAME-YYYY-MM-DD` and, when that is taken, `-2`, `-3` and so on.
struct ArtifactNames: Sendable {
  let date: String
  let base: String
  let outputFolder: FilePath
  let workFolder: FilePath

  var rawDisk: FilePath { workFolder.appending("disk.raw") }

  /// Picks the first free name; whoever builds reserves it by making the work folder.
  static func choose(for config: ImageConfig, date: String) -> ArtifactNames {
    let output = absolute(config.disk.outputFolder)
    let scratch = config.disk.workFolder.map(absolute) ?? output
    let base = NameReservation.preview(stem(of: config.name, date: date), extensions: extensions, in: output)
    return ArtifactNames(
      date: date, base: base, outputFolder: output, workFolder: scratch.appending(".\(base).build"))
  }

  /// What every name of a build of this image on this day starts with.
  static func stem(of image: String, date: String) -> String { "\(image)-\(date)" }

  /// What may follow a base name: one file of these, and the name is taken.
  static let extensions =
    DiskFormats.all.flatMap { [$0.fileExtension, $0.fileExtension + ".sha256sum"] } + ["log", "installer-logs"]

  /// One artifact per format; the raw disk is one of them when it is asked for or kept.
  func artifacts(_ disk: DiskRequest) -> [ArtifactPlan] {
    var formats = disk.formats
    if disk.keepRaw, !formats.contains("raw") { formats.insert("raw", at: 0) }
    return formats.map { format in
      let suffix = DiskFormats.named(format)?.fileExtension ?? format
      return ArtifactPlan(
        format: format, working: format == "raw" ? rawDisk : workFolder.appending("disk.\(suffix)"),
        final: outputFolder.appending("\(base).\(suffix)"))
    }
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
