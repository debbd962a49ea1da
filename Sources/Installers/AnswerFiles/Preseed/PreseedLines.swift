import Model

/// A preseed file as the Debian installer reads it: one answer per line, lines that end in a backslash joined.
struct PreseedLines {
  /// One answer with the number of its first line.
  struct Answer {
    var line: Int
    var owner: String
    var key: String
    /// nil: nothing but owner and key.
    var type: String?
    var value: String
  }

  private(set) var answers: [Answer] = []
  /// Lines that are no answers: one word.
  private(set) var others: [(line: Int, text: String)] = []

  init(_ text: String) {
    for (number, line) in PreseedLines.logicalLines(text) {
      let words = line.split(maxSplits: 3, whereSeparator: \.isWhitespace).map(String.init)
      guard words.count >= 2 else {
        others.append((number, line))
        continue
      }
      answers.append(
        Answer(
          line: number, owner: words[0], key: words[1], type: words.count > 2 ? words[2] : nil,
          value: words.count > 3 ? words[3].trimmingBlanks : ""))
    }
  }

  /// The types that debconf knows, and `seen`, which sets a flag. (debconf-devel(7))
  static let types: Set<String> = [
    "string", "boolean", "select", "multiselect", "note", "text", "password", "title", "error", "seen",
  ]

  /// Lines without comments and empty ones, those ending in a backslash joined; numbered by their first line.
  private static func logicalLines(_ text: String) -> [(Int, String)] {
    var result: [(Int, String)] = []
    var open: (Int, String)?
    for (index, line) in text.textLines.enumerated() {
      if open == nil, line.trimmingBlanks.isEmpty || line.trimmingBlanks.hasPrefix("#") { continue }
      let continues = line.hasSuffix("\\")
      let part = continues ? String(line.dropLast()) : String(line)
      let whole = (open?.0 ?? index + 1, (open?.1 ?? "") + part)
      open = continues ? whole : nil
      if !continues { result.append(whole) }
    }
    if let open { result.append(open) }
    return result
  }
}

/// What the installer holds when a file and its kernel line have been read: which questions count as answered, and with what.
struct PreseedAnswers {
  private var values: [String: String] = [:]
  /// The kernel line's words before the file is read; nil: not known.
  let bootLine: [String]?
  /// Whether the machine boots by UEFI, where no boot device is asked for.
  var isUEFI = false

  init(_ lines: PreseedLines, bootLine: [String]? = nil) {
    self.bootLine = bootLine
    for answer in lines.answers {
      switch answer.type {
      case "seen"?:
        if answer.value == "false" { values[answer.key] = nil } else { values[answer.key] = values[answer.key] ?? "" }
      // An unknown type is taken for one whose value is missing.
      case let type?: values[answer.key] = PreseedLines.types.contains(type) ? answer.value : ""
      case nil: continue
      }
    }
    // Short names are the kernel line's only. (env-preseed: /etc/preseed_aliases)
    for word in bootLine ?? [] {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, parts[0].contains("/") || PreseedAnswers.aliases[parts[0]] != nil else { continue }
      values[PreseedAnswers.aliases[parts[0]] ?? parts[0]] = parts[1]
    }
  }

  /// The answer; nil when the question is not answered.
  func value(_ key: String) -> String? { values[key] }

  /// Whether it is answered, with whatever value.
  func has(_ key: String) -> Bool { values[key] != nil }

  /// Whether it is answered with something.
  func isFilled(_ key: String) -> Bool { !(values[key] ?? "").isEmpty }

  /// The priority from which on questions are asked; nil: not known, the kernel line may say it.
  var priority: String? { value("debconf/priority") ?? bootLine.map { _ in "high" } }

  /// Whether questions of priority `high` are asked, which debconf asks unless it is told otherwise.
  var asksHigh: Bool { ["high", "medium", "low"].contains(priority) }

  /// Further files are read, or scripts answer: what is missing here may be there.
  var isPartial: Bool {
    ["preseed/include", "preseed/include_command", "preseed/run"].contains { isFilled($0) }
      || [values["preseed/early_command"], values["partman/early_command"]].contains {
        $0?.contains("debconf-set") == true
      }
  }

  /// Ubuntu's last installers of this kind (to 20.04) ask other questions than Debian's.
  var isUbuntu: Bool {
    value("mirror/http/directory")?.hasSuffix("ubuntu") == true || has("keyboard-configuration/layoutcode")
      || has("tasksel/force-tasks")
  }

  /// Short names that stand for questions of this table, on the kernel line only.
  static let aliases: [String: String] = [
    "priority": "debconf/priority", "language": "debian-installer/language", "country": "debian-installer/country",
    "locale": "debian-installer/locale", "auto": "auto-install/enable", "file": "preseed/file", "url": "preseed/url",
    "domain": "netcfg/get_domain", "hostname": "netcfg/get_hostname", "interface": "netcfg/choose_interface",
    "protocol": "mirror/protocol", "suite": "mirror/suite", "modules": "anna/choose_modules",
    "recommends": "base-installer/install-recommends", "tasks": "tasksel/first", "desktop": "tasksel/desktop",
    "keymap": "keyboard-configuration/xkb-keymap", "firmware": "hw-detect/firmware-lookup",
    "classes": "auto-install/classes", "dmraid": "disk-detect/dmraid/enable", "preseed-md5": "preseed/file/checksum",
    "theme": "debian-installer/theme", "fb": "debian-installer/framebuffer",
  ]
}
