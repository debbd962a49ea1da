import Model
import SystemPackage

/// The text of one value with what is needed to understand it.
struct SettingText: Sendable {
  /// Interpolated, blanks at both ends removed.
  let text: String
  /// What relative paths are relative to.
  let folder: FilePath
  let home: FilePath?
  let kinds: KnownKinds

  /// The text as an absolute path; `~/` is the home folder.
  func path(_ word: String) -> FilePath {
    if word == "~" || word.hasPrefix("~/"), let home {
      return home.appending(String(word.dropFirst(2))).lexicallyNormalized()
    }
    let path = FilePath(word)
    return (path.isAbsolute ? path : folder.pushing(path)).lexicallyNormalized()
  }

  /// Words separated by blanks, line ends or commas.
  var words: [String] {
    text.split { $0 == "," || $0.isWhitespace }.map(String.init)
  }

  /// Items separated by commas or line ends, which may contain blanks.
  var items: [String] {
    text.split { $0 == "," || $0.isNewline }.map(\.trimmingBlanks).filter { !$0.isEmpty }
  }
}
