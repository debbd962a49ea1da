import Model

/// One word of a Kickstart line, quoted so that Anaconda reads it back byte for byte.
///
/// A line is split as by a POSIX shell without expansions (Python's `shlex.split(…, comments=True)`), after the file was split
/// into lines at everything that Unicode calls a line end (`str.splitlines`): such characters cannot be quoted and are refused.
struct KickstartWord {
  let text: String
  /// The word for people, secrets masked.
  let masked: String

  /// A word of ours, written as it is.
  static func plain(_ text: String) -> KickstartWord { KickstartWord(text: text, masked: text) }

  /// A value on its own.
  ///
  /// Throws a `FactoryError` that names `setting` when the value cannot be written, or would be taken for an option.
  static func value(_ value: String, from setting: String, _ request: RenderRequest) throws -> KickstartWord {
    try check(value, setting, request)
    guard !value.hasPrefix("-"), !value.isEmpty else {
      throw request.problem(setting, "'\(value.printable)' would be read as an option of Kickstart")
    }
    return plain(ShellWords.quote(value))
  }

  /// `--name=value`.
  static func option(
    _ name: String, _ value: String, from setting: String, _ request: RenderRequest
  ) throws -> KickstartWord {
    try check(value, setting, request)
    return plain(name + "=" + ShellWords.quote(value))
  }

  /// A value that nobody may see, with what stands before it.
  static func secret(_ secret: Secret, after start: String = "") -> KickstartWord {
    KickstartWord(text: start + ShellWords.quote(secret.reveal()), masked: start + secret.description)
  }

  private static func check(_ value: String, _ setting: String, _ request: RenderRequest) throws {
    if let problem = problem(of: value) { throw request.problem(setting, "'\(value.printable)' \(problem)") }
  }

  /// Why the value would not arrive as it is; nil when it would.
  static func problem(of value: String) -> String? {
    // pykickstart's option parser drops this one, even behind `--option=`.
    if value == "--" { return "would be lost: it ends the options of a line of Kickstart" }
    for scalar in value.unicodeScalars {
      switch scalar.value {
      case 0x0A, 0x0D, 0x0B, 0x0C, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
        return "contains a line end, which a line of Kickstart cannot hold"
      case 0..<0x20, 0x7F..<0xA0: return "contains a control character, which a line of Kickstart cannot hold"
      default: continue
      }
    }
    return nil
  }
}
