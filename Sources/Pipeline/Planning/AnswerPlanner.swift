import Installers
import Model
import SystemPackage

/// Decides what the installer is told.
enum AnswerPlanner {
  static func plan(_ config: ImageConfig, mirrors: Mirrors, folder: FilePath) -> AnswerPlan {
    var answers = config.answers
    answers.archive.mirror = mirrors.main.first ?? ""
    answers.archive.securityMirror = mirrors.security
    answers.archive.updateMirrors = config.source.updateMirrors
    // A user's own file says by its setting which format it is; it wins over the distribution's.
    let own = config.answerFile.own.first
    return AnswerPlan(
      format: own?.key ?? config.answerFile.format, dialect: config.answerFile.dialect, ownFile: own?.value,
      answers: answers,
      firmwareLookup: config.machine.firmwareLookup, holdInitramfs: config.machine.holdInitramfs,
      installerIPv6: config.machine.installerIPv6, folder: folder)
  }

  /// Renders once at planning time, so that what a format cannot say is known at second 0.
  ///
  /// Gives the names of the files that will be injected; throws ``FactoryError``.
  static func fileNames(_ answers: AnswerPlan, request: RenderRequest) throws -> [String] {
    let format = try Rendering.format(answers.format)
    if answers.ownFile != nil {
      return [try ownFileName(answers)] + format.ownFileWatch.files.map(\.name)
    }
    return try format.render(request).files.map(\.name)
      + (request.pinnedKeyFile.map { [$0] } ?? [])
  }

  /// The name a user's own file has where the installer finds it; throws ``FactoryError`` for an unknown format.
  static func ownFileName(_ answers: AnswerPlan) throws -> String {
    try Rendering.format(answers.format).ownFileName ?? answers.ownFile?.lastComponent?.string ?? "answers"
  }

  /// The volume that the files go on; nil where the initrd takes them.
  static func volume(_ answers: AnswerPlan, files: [FilePath], workFolder: FilePath) throws -> AnswerVolume? {
    guard case .volume(let label) = try Rendering.format(answers.format).delivery else { return nil }
    return AnswerVolume(path: workFolder.appending("answers.iso"), label: label, files: files)
  }
}
