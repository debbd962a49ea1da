extension Duration {
  /// Reads `90`, `90s`, `15m`, `2h`, `1d`, `1h30m`; a number alone is seconds. Nil when `text` is none of these.
  public init?(timeSpan text: String) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    var total: Int64 = 0
    var number: Int64?
    for character in text.trimmingBlanks.lowercased() where character != " " {
      if let digit = character.wholeNumberValue, character.isASCII {
        let (scaled, tooLong) = (number ?? 0).multipliedReportingOverflow(by: 10)
        guard !tooLong, scaled < 1_000_000_000_000 else { return nil }
        number = scaled + Int64(digit)
      } else if let unit = units[character], let count = number {
        total += count * unit
        number = nil
      } else {
        return nil
      }
      guard total < 1_000_000_000_000 else { return nil }
    }
    if let number {
      guard total == 0 else { return nil }
      total = number
    } else if total == 0, !text.contains("0") {
      return nil
    }
    self = .seconds(total)
  }

  /// The span for people: `0.4 s`, `42 s`, `11 min 16 s`, `1 h 2 min`.
  public var timeSpan: String {
    let seconds = components.seconds
    if seconds < 10 {
      let tenths = seconds * 10 + components.attoseconds / 100_000_000_000_000_000
      return "\(tenths / 10).\(tenths % 10) s"
    }
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 {
      return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s"
    }
    return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  }

  /// The span in seconds, fractions kept.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
