import Model

/// Where an answer file is not of its format's shape.
///
/// No message has a value in it, which may be a password.
struct ShapeProblem: Equatable {
  var line: Int
  /// The member or element that it is about.
  var name: String
  var message: String
  var hint: String?
}

/// Words for people about shapes.
enum ShapeText {
  /// `'a', 'b' or 'c'`
  static func choice(_ words: [String]) -> String {
    let quoted = words.map { "'\($0.printable)'" }
    guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "nothing" }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }

  /// What is likely meant, else what there is when that is not much.
  static func hint(for name: String, known: [String]) -> String? {
    if let near = nearest(name, known) { return "did you mean '\(near)'?" }
    return known.count <= 12 && !known.isEmpty ? "known: \(known.sorted().joined(separator: ", "))" : nil
  }

  /// The known name with the same letters but for hyphens, underscores, dots and capitals, else one that is a letter off.
  static func nearest(_ name: String, _ known: [String]) -> String? {
    func bare(_ word: String) -> [Character] { word.lowercased().filter { !"-_.".contains($0) }.map(\.self) }
    let wanted = bare(name)
    let candidates = known.sorted().map { (name: $0, bare: bare($0)) }
    return (candidates.first { $0.bare == wanted } ?? candidates.first { isOneOff($0.bare, wanted) })?.name
  }

  /// One letter more, less or another, or two that changed places.
  private static func isOneOff(_ left: [Character], _ right: [Character]) -> Bool {
    let (short, long) = left.count <= right.count ? (left, right) : (right, left)
    guard long.count - short.count <= 1, long.count > 2 else { return false }
    let same = zip(short, long).prefix { $0 == $1 }.count
    if short.count != long.count { return Array(short[same...]) == Array(long[(same + 1)...]) }
    guard same + 1 < short.count else { return true }
    return Array(short[(same + 1)...]) == Array(long[(same + 1)...])
      || (short[same] == long[same + 1] && short[same + 1] == long[same]
        && Array(short[(same + 2)...]) == Array(long[(same + 2)...]))
  }
}
