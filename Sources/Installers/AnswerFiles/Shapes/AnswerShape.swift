/// What a value of an answer file may be: the form that the tables of the formats are read into.
indirect enum AnswerShape: Sendable, Equatable {
  /// Not looked at.
  case any
  case text
  /// XML only: text in an element that may have no attributes.
  case raw
  case boolean
  /// JSON and YAML only: `true`, and nothing else.
  case yes
  /// At least `minimum` and at most `maximum`, where there is one.
  case integer(minimum: Int64?, maximum: Int64? = nil)
  /// XML only: a text of the type `symbol`.
  case symbol
  case null
  case word(String)
  /// Text of a form with a name of its own.
  case formed(TextForm)
  /// JSON and YAML: each item is of this shape.
  case list(AnswerShape, isFilled: Bool)
  /// XML: each item is one of these elements.
  case elements([Member], isFilled: Bool)
  case map(Map)
  case either([AnswerShape])
  /// A shape that the table defines.
  case named(String)

  struct Member: Sendable, Equatable {
    var name: String
    var shape: AnswerShape
    var isRequired = false
    /// XML only: it may stand there more than once.
    var repeats = false
    /// The release that brought it; nil: all have it.
    var since: String?
  }

  struct Map: Sendable, Equatable {
    var members: [Member] = []
    /// Names of which exactly one is needed.
    var oneOf: [String] = []
    /// Whether other members are nobody's mistake.
    var isOpen = false
  }

  /// Forms of text that a schema describes by a pattern.
  enum TextForm: String, Sendable {
    /// `2 GiB`, `1.5TB`, `1024`
    case size
    /// Without a slash.
    case name
    /// Hexadecimal digits and blanks.
    case fingerprint
    /// Ubuntu Pro's: `C` and 23 to 29 characters of base 58.
    case token

    func matches(_ text: String) -> Bool {
      switch self {
      case .size:
        let digits = text.prefix { $0.isNumber && $0.isASCII }
        var rest = text.dropFirst(digits.count)
        if rest.first == "." {
          let fraction = rest.dropFirst().prefix { $0.isNumber && $0.isASCII }
          guard !fraction.isEmpty else { return false }
          rest = rest.dropFirst(1 + fraction.count)
        }
        let unit = rest.drop { $0 == " " || $0 == "\t" }.lowercased()
        return !digits.isEmpty && (rest.isEmpty || TextForm.units.contains(unit))
      case .name: return !text.isEmpty && !text.contains("/")
      case .fingerprint: return text.first.map { $0 == " " || $0.isHexDigit } ?? false
      case .token:
        return text.first == "C" && (24...30).contains(text.count)
          && AnswerGrammar.matches(String(text.dropFirst()), TextForm.base58)
      }
    }

    private static let units = Set(
      ["b"] + "kmgtpezy".flatMap { ["\($0)b", "\($0)ib"] })
    private static let base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
  }
}

/// The shapes of one format by name, read once from a table in a notation of our own.
///
/// A definition is `name = shape`; a shape is `text` `bool` `int` `natural` (0 and more) `positive` `#2` (that number) `symbol` `raw` `null` `true` `any`,
/// `'a word'`, `~form` (``AnswerShape/TextForm``), `[shape]` (JSON: a list of it), `<members>` (XML: a list of these elements),
/// `{members}`, another definition's name, or several of these with `|` between; a `+` behind a list: it is not empty. A member is
/// `name:shape`, or `name` for text; behind the name `!` it is needed, `*` it may stand there often, `@26.04` since that release.
/// `one(a b)` among members: exactly one of these; `...`: others are not judged. `#` begins a comment.
struct AnswerShapes: Sendable {
  let shapes: [String: AnswerShape]
  /// What could not be read of the table; empty, or a test fails.
  let mistakes: [String]

  init(_ table: String) {
    var reader = ShapeReader(table)
    shapes = reader.read()
    mistakes = reader.mistakes
  }

  subscript(name: String) -> AnswerShape? { shapes[name] }

  /// The alternatives of a shape with all names looked up: never `named` nor `either`.
  func alternatives(_ shape: AnswerShape, depth: Int = 0) -> [AnswerShape] {
    guard depth < 20 else { return [.any] }
    switch shape {
    case .named(let name): return shapes[name].map { alternatives($0, depth: depth + 1) } ?? [.any]
    case .either(let shapes): return shapes.flatMap { alternatives($0, depth: depth + 1) }
    default: return [shape]
    }
  }
}
