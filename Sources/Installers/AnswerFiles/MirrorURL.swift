import Model

/// The parts of a mirror's address that an installer asks for one by one.
struct MirrorURL: Equatable {
  /// `http` or `https`.
  var scheme: String
  /// Host with an optional port.
  var host: String
  /// `/debian`; `/` for the host's root; no slash at the end.
  var directory: String

  /// Reads `http://host[:port]/directory`; nil for anything else: user names, queries, blanks, other schemes.
  init?(_ text: String) {
    guard let mark = text.range(of: "://") else { return nil }
    scheme = text[..<mark.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let rest = text[mark.upperBound...]
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    host = String(rest[..<slash])
    var path = String(rest[slash...])
    while path.hasSuffix("/") { path.removeLast() }
    directory = path.isEmpty ? "/" : path
    let parts = host.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, parts.count <= 2, AnswerGrammar.isDomainName(String(name)) else { return nil }
    if parts.count == 2 {
      guard let port = UInt16(parts[1]), port > 0 else { return nil }
    }
    guard AnswerGrammar.matches(directory, AnswerGrammar.alphanumerics + "/-_.~+%", first: "/") else { return nil }
  }

  var text: String { "\(scheme)://\(host)\(directory == "/" ? "" : directory)" }
}
