import HostSystem
import Installers
import Model
import SystemPackage

/// What can be said at second 0 about a user's own answer file, which is used as it is.
enum OwnAnswerFile {
  /// Warnings with line numbers; for answers that are rendered only about `append`, the config's words for the kernel line.
  static func findings(_ answers: AnswerPlan, append: [String], at location: SourceLocation?) -> [Finding] {
    guard let format = AnswerFiles.format(named: answers.format) else { return [] }
    let words = format.check(append: append, at: location)
    guard let file = answers.ownFile, let bytes = try? HostText.read(file) else { return words }
    return words
      + format.check(
        String(decoding: bytes, as: UTF8.self), file: file.string, dialect: answers.dialect, append: append)
  }
}
