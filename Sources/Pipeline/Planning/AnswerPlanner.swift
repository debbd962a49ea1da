import Installers
import Model
import SystemPackage

/// Decides what the installer is told.
enum AnswerPlanner {
  static func plan(_ config: ImageConfig, mirrors: Mirrors, folder: FilePath) -> AnswerPlan {
    var answers = config.answers
    answers.archive.mirror = mirrors.main.first ?? ""
    answers.archive.securityMirror = mirrors.security
    // A user's own file says by its setting which format it is; it wins over the distribution's.
    let own = config.answerFile.own.first
    return AnswerPlan(
      format: own?.key ?? config.answerFile.format, ownFile: own?.value, answers: answers,
      firmwareLookup: config.machine.firmwareLookup, holdInitramfs: config.machine.holdInitramfs,
      installerIPv6: config.machine.installerIPv6, folder: folder)
  }

  /// Renders once at planning time, so that what a format cannot say is known at second 0.
  ///
  /// Gives the names of the files that will be injected; throws ``FactoryError``.
  static func fileNames(_ answers: AnswerPlan, request: RenderRequest) throws -> [String] {
    let format = try Rendering.format(answers.format)
    if let own = answers.ownFile {
      return [own.lastComponent?.string ?? "answers"] + format.ownFileWatch.files.map(\.name)
    }
    return try format.render(request).files.map(\.name)
      + (request.pinnedKeyFile.map { [$0] } ?? [])
  }
}
