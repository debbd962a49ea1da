import HostSystem
import Installers
import Model
import SystemPackage

/// What can be said at second 0 about a user's own answer file, which is used as it is.
enum OwnAnswerFile {
  /// Warnings with line numbers; none for answers that are rendered.
  static func findings(_ answers: AnswerPlan) -> [Finding] {
    guard let file = answers.ownFile, let format = AnswerFiles.format(named: answers.format),
      let bytes = try? HostText.read(file)
    else { return [] }
    return format.check(String(decoding: bytes, as: UTF8.self), file: file.string)
  }
}
