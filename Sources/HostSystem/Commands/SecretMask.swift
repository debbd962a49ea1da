package import Model

/// Replaces the secrets of a command wherever a child repeats them.
package struct SecretMask: Sendable {
  private let secrets: [String]
  private let longest: Int

  /// A mask for the secret arguments of `command`; a secret of several lines is masked line by line.
  package init(_ command: Command) {
    let values = command.arguments.flatMap { argument -> [String] in
      guard case .secret(let secret) = argument else { return [] }
      return secret.reveal().split(whereSeparator: \.isNewline).map(String.init)
    }
    // Longest first: of two secrets, one may be the start of the other.
    secrets = Set(values).sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    longest = secrets.first?.utf8.count ?? 0
  }

  /// `text` with every secret replaced by ``Model/Secret/mask``.
  package func masked(_ text: String) -> String {
    var result = text
    for secret in secrets where result.contains(secret) {
      result = result.split(separator: secret, omittingEmptySubsequences: false).joined(separator: Secret.mask)
    }
    return result
  }

  /// The line as it may be shown; `cut` bytes of it were dropped at its end.
  func shown(_ line: LineSplitter.Line, cut: Int) -> String {
    var text = String(decoding: line.bytes, as: UTF8.self)
    if !secrets.isEmpty { text = masked(text) }
    if !line.isPlain { text = text.printable }
    guard cut > 0 else { return text }
    // The cut may have gone through a secret, whose first part would be left.
    text = String(decoding: text.utf8.dropLast(max(longest - 1, 0)), as: UTF8.self)
    return "\(text) […] (\(cut) bytes more)"
  }
}
