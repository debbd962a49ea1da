import Model

/// Words of the config for the installer's kernel line that make it ask more than an answer file can know.
enum PreseedBootLine {
  /// Whether the kernel, the installer's shell and virt-install all see this one word: no blanks, quotes or control characters.
  static func isOneWord(_ word: String) -> Bool {
    !word.isEmpty
      && word.unicodeScalars.allSatisfy {
        !$0.properties.isWhitespace && $0.properties.generalCategory != .control && $0 != "\"" && $0 != "'"
      }
  }

  static func findings(_ append: [String], at location: SourceLocation?) -> [Finding] {
    var findings = DebianInstallerBootWords.all.findings(append, at: location)
    for word in append {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      switch PreseedAnswers.aliases[parts[0]] ?? parts[0] {
      case "debconf/priority" where parts[1] != "critical":
        findings.append(
          .warning(
            "'\(word.printable)' makes the installer ask questions below critical priority, which may not be answered",
            hint: "write 'priority=critical', or leave it out", at: location))
      case "preseed/interactive" where parts[1] == "true":
        findings.append(.warning("'\(word.printable)' makes the installer ask every question", at: location))
      default: continue
      }
    }
    return findings
  }
}
