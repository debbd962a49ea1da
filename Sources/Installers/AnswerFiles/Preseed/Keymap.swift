import Model

/// A keyboard layout with an optional variant, `de nodeadkeys`.
///
/// The installer's question knows layouts and few variants; any other variant it would replace by none (the last step of
/// console-setup's configuration in the installer), so the late script writes it.
struct Keymap {
  private let layout: String
  private let variant: String?

  init(_ request: RenderRequest) throws {
    let text = request.answers.keymap
    let words = text.split(separator: " ").map(String.init)
    let plain = AnswerGrammar.alphanumerics + "_-"
    guard (1...2).contains(words.count), words.allSatisfy({ AnswerGrammar.matches($0, plain) }) else {
      throw request.problem(
        "keymap", "'\(text.printable)' is no keyboard layout", hint: "for example 'us' or 'de nodeadkeys'")
    }
    layout = words[0]
    variant = words.count == 2 ? words[1] : nil
    guard Self.layouts.contains(layout) else {
      throw request.problem(
        "keymap", "the Debian installer has no keyboard layout '\(layout)'",
        hint: "the layouts are \(Self.layouts.sorted().joined(separator: " "))")
    }
  }

  /// The answer to the installer's question.
  var question: String { layout }

  /// Lines of the late script; empty when the question says all.
  var script: [String] {
    guard let variant else { return [] }
    return ["sed -i -e 's/^XKBVARIANT=.*/XKBVARIANT=\"\(variant)\"/' /target/etc/default/keyboard"]
  }

  /// The question's choices without a variant. (console-setup of Debian 13; the template keyboard-configuration/xkb-keymap)
  private static let layouts: Set<String> = [
    "al", "ara", "ba", "bd", "be", "bg", "br", "bt", "by", "ca", "ch", "cn", "cz", "de", "dk", "dz", "ee", "epo",
    "es", "et", "fi", "gb", "ge", "gr", "hr", "hu", "ie", "il", "in", "ir", "is", "it", "jp", "kg", "kh", "kz",
    "la", "latam", "lk", "lt", "lv", "mk", "mm", "nl", "no", "np", "ph", "pl", "pt", "ro", "rs", "ru", "se", "si",
    "sk", "th", "tj", "tr", "ua", "us", "vn",
  ]
}
