import Model
import SystemPackage

extension ValueForm where Value == String {
  /// Any one line.
  static var text: ValueForm {
    ValueForm(.text, expects: "one line of text", show: { $0 }) { $0.text.contains("\n") ? nil : $0.text }
  }

  /// One line that `isValid` accepts.
  static func text(_ expects: String, isValid: @escaping @Sendable (String) -> Bool) -> ValueForm {
    ValueForm(.text, expects: expects, show: { $0 }) { isValid($0.text) ? $0.text : nil }
  }

  static func choice(_ values: [String]) -> ValueForm {
    ValueForm(.choice(values), expects: values.asChoices, show: { $0 }) {
      let word = $0.text.lowercased()
      return values.contains(word) ? word : nil
    }
  }

  /// A name of a registry.
  static func kind(_ names: @escaping @Sendable (KnownKinds) -> [String]) -> ValueForm {
    ValueForm(.kind(names(KnownKinds())), show: { $0 }) { text in
      let known = names(text.kinds)
      let word = text.text.lowercased()
      if known.contains(word) { return .value(word) }
      let close = Spelling.closest(to: word, among: known).map { " (did you mean '\($0)'?)" } ?? ""
      return .expected(known.asChoices + close)
    }
  }

  /// A host name of labels of letters, digits and hyphens (RFC 1123), 63 characters a label, `longest` in all.
  static func hostname(longest: Int) -> ValueForm {
    text("a host name: letters, digits and hyphens, \(longest) characters at most") { name in
      name.utf8.count <= longest && NameRule.isHostname(name)
    }
  }

  /// SHA-256 in 64 hexadecimal digits.
  static var sha256: ValueForm {
    ValueForm(.text, expects: "64 hexadecimal digits", show: { $0 }) { text in
      let digits = text.text.lowercased()
      return digits.utf8.count == 64 && digits.allSatisfy { $0.isHexDigit && $0.isASCII } ? digits : nil
    }
  }

  /// An `http:` or `https:` URL, trailing slashes removed.
  static var url: ValueForm {
    ValueForm(.urls, expects: "a URL starting with http:// or https://", show: { $0 }) { text in
      NameRule.webURL(text.text)
    }
  }
}

extension ValueForm where Value == [String] {
  /// Words separated by blanks or commas.
  static var list: ValueForm {
    ValueForm(.list, expects: "a list", show: { $0.joined(separator: " ") }) { $0.words }
  }

  /// Words that `isValid` accepts, each.
  static func list(_ expects: String, isValid: @escaping @Sendable (String) -> Bool) -> ValueForm {
    ValueForm(.list, show: { $0.joined(separator: " ") }) { text in
      let words = text.words
      guard let wrong = words.first(where: { !isValid($0) }) else { return .value(words) }
      return .expected("\(expects) instead of '\(wrong.printable)'")
    }
  }

  /// Items separated by commas or line ends.
  static var items: ValueForm {
    ValueForm(.list, expects: "a list", show: { $0.joined(separator: ", ") }) { $0.items }
  }

  /// Names of a registry, at least one.
  static func kinds(_ names: @escaping @Sendable (KnownKinds) -> [String]) -> ValueForm {
    ValueForm(.kind(names(KnownKinds())), show: { $0.joined(separator: " ") }) { text in
      let known = names(text.kinds)
      let words = text.words.map { $0.lowercased() }
      guard let wrong = words.first(where: { !known.contains($0) }) else {
        return words.isEmpty ? .expected(known.asChoices) : .value(words.uniqued)
      }
      let close = Spelling.closest(to: wrong, among: known).map { " (did you mean '\($0)'?)" } ?? ""
      return .expected("\(known.asChoices) instead of '\(wrong.printable)'\(close)")
    }
  }

  /// A command line split as in a shell.
  static var words: ValueForm {
    ValueForm(.commandLine, show: ShellWords.join) { text in
      do throws(ShellWords.Problem) {
        return .value(try ShellWords.split(text.text))
      } catch {
        return .expected("words quoted as in a shell, but \(error)")
      }
    }
  }

  /// Kernel arguments: words separated by blanks, double quotes kept as the kernel reads them.
  static var kernelArguments: ValueForm {
    ValueForm(.list, expects: "kernel arguments with every double quote closed", show: { $0.joined(separator: " ") }) {
      NameRule.kernelWords($0.text)
    }
  }

  /// `http:` or `https:` URLs, the preferred one first.
  static var urls: ValueForm {
    ValueForm(.urls, show: { $0.joined(separator: ", ") }) { text in
      var urls: [String] = []
      for word in text.words {
        guard let url = NameRule.webURL(word) else {
          return .expected("URLs starting with http:// or https:// instead of '\(word.printable)'")
        }
        urls.append(url)
      }
      return .value(urls)
    }
  }

  /// Paths or URLs, alternatives separated by commas; relative paths are made absolute.
  static var sources: ValueForm {
    ValueForm(.sources, show: { $0.joined(separator: ", ") }) { text in
      var sources: [String] = []
      for item in text.items {
        switch NameRule.scheme(of: item) {
        case nil: sources.append(text.path(item).string)
        case "file"?, "http"?, "https"?, "rsync"?, "deb"?, "iso"?: sources.append(item)
        case let other?:
          return .expected("a path or a URL with file:, http:, https:, rsync:, deb: or iso: instead of '\(other):'")
        }
      }
      return .value(sources)
    }
  }
}

extension [String] {
  /// The words without repetitions, order kept.
  var uniqued: [String] {
    var seen = Set<String>()
    return filter { seen.insert($0).inserted }
  }
}

extension ValueForm where Value == [FilePath] {
  /// Paths separated by commas or line ends.
  static var paths: ValueForm {
    ValueForm(.paths, expects: "paths", show: { $0.map(\.string).joined(separator: ", ") }) { text in
      text.items.map(text.path)
    }
  }
}
