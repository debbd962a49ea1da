import Model

/// A keyboard layout with an optional variant, `de nodeadkeys`, as Kickstart writes it: `de (nodeadkeys)`.
struct KickstartKeymap {
  let words: [KickstartWord]

  init(_ request: RenderRequest) throws {
    let text = request.answers.keymap
    let parts = text.split(separator: " ").map(String.init)
    let plain = AnswerGrammar.alphanumerics + "_-"
    guard (1...2).contains(parts.count), parts.joined(separator: " ") == text,
      parts.allSatisfy({ AnswerGrammar.matches($0, plain, first: AnswerGrammar.alphanumerics) })
    else {
      throw request.problem(
        "keymap", "'\(text.printable)' is no keyboard layout", hint: "for example 'us' or 'de nodeadkeys'")
    }
    let layout = parts.count == 2 ? "\(parts[0]) (\(parts[1]))" : parts[0]
    var words = [try KickstartWord.option("--xlayouts", layout, from: "keymap", request)]
    if KickstartKeymap.onConsole.contains(parts[0]) {
      words.insert(try .option("--vckeymap", parts.joined(separator: "-"), from: "keymap", request), at: 0)
    }
    self.words = words
  }

  /// X layouts that the package kbd has converted for the console, under `layout` and `layout-variant`. For others the
  /// installer asks systemd-localed for what comes nearest: a name that does not exist would end up in vconsole.conf.
  private static let onConsole: Set<String> = [
    "be", "br", "ca", "ch", "cz", "de", "dk", "ee", "es", "fi", "fr", "gb", "hr", "hu", "ie", "is", "it", "latam", "lt",
    "lv", "nl", "no", "pl", "pt", "ro", "se", "si", "sk", "tr", "us",
  ]
}
