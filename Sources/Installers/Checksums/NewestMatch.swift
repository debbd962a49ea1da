/// Finds the file that a pattern means in a list of digests: names of images change with every point release.
package enum NewestMatch {
  /// The name itself when it has no `*`; of several that fit the one with the highest numbers in place of it; nil when none fits.
  ///
  /// A `*` stands for any characters but `/`.
  package static func find(_ pattern: String, in names: some Sequence<String>) -> String? {
    let found = names.compactMap { name in captured(pattern[...], name[...]).map { (name: name, numbers: numbers($0)) }
    }
    let newest = found.max { one, two in
      one.numbers == two.numbers ? one.name < two.name : one.numbers.lexicographicallyPrecedes(two.numbers)
    }
    return newest?.name
  }

  /// What stands in the places of the stars, one after the other; nil when the name does not fit.
  private static func captured(_ pattern: Substring, _ name: Substring) -> String? {
    guard let head = pattern.first else { return name.isEmpty ? "" : nil }
    guard head == "*" else {
      return name.first == head ? captured(pattern.dropFirst(), name.dropFirst()) : nil
    }
    let rest = pattern.dropFirst()
    var end = name.startIndex
    while true {
      if let more = captured(rest, name[end...]) { return name[..<end] + " " + more }
      guard end < name.endIndex, name[end] != "/" else { return nil }
      end = name.index(after: end)
    }
  }

  /// `.10` comes after `.9`, and anything after nothing.
  private static func numbers(_ text: String) -> [Int] {
    text.split { !$0.isASCII || !$0.isNumber }.map { Int($0) ?? .max }
  }
}
