/// The type of a setting's value, as people are told about it.
package enum SettingKind: Sendable, Equatable {
  case boolean
  /// `auto`, `yes` or `no`.
  case optionalBoolean
  case integer(ClosedRange<Int>)
  case size
  case duration
  case text
  case path
  case paths
  /// Paths or URLs, alternatives separated by commas.
  case sources
  case urls
  /// A command line split into words as in a shell, run without one.
  case commandLine
  /// Words separated by blanks or commas.
  case list
  /// Lines of free text.
  case lines
  case choice([String])
  /// One of the names of a registry; `format` may name several.
  case kind([String])
  case secret

  package var placeholder: String {
    switch self {
    case .boolean: "yes|no"
    case .optionalBoolean: "auto|yes|no"
    case .integer: "NUMBER"
    case .size: "SIZE"
    case .duration: "DURATION"
    case .text: "TEXT"
    case .path: "PATH"
    case .paths: "PATH…"
    case .sources: "PATH|URL…"
    case .urls: "URL…"
    case .commandLine: "COMMAND"
    case .list: "WORD…"
    case .lines: "LINE…"
    case .choice(let values): values.joined(separator: "|")
    case .kind: "NAME"
    case .secret: "SECRET"
    }
  }

  /// The name in `image-factory settings --json`.
  package var name: String {
    switch self {
    case .boolean: "boolean"
    case .optionalBoolean: "optional-boolean"
    case .integer: "integer"
    case .size: "size"
    case .duration: "duration"
    case .text: "text"
    case .path: "path"
    case .paths: "paths"
    case .sources: "sources"
    case .urls: "urls"
    case .commandLine: "command-line"
    case .list: "list"
    case .lines: "lines"
    case .choice: "choice"
    case .kind: "kind"
    case .secret: "secret"
    }
  }

  /// The values that are allowed, where they can be listed.
  package var allowedValues: [String] {
    switch self {
    case .boolean: ["yes", "no", "on", "off", "true", "false", "1", "0"]
    case .optionalBoolean: ["auto", "yes", "no"]
    case .choice(let values), .kind(let values): values
    default: []
    }
  }
}
