/// A moment as Debian's archives write it: `Sat, 12 Sep 2026 09:12:34 UTC` (RFC 1123 as in apt's Release files).
enum ArchiveDate {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// Seconds since 1970-01-01 00:00 UTC; nil when it is no such moment, or in another zone than UTC.
  static func seconds(_ text: String) -> Int64? {
    var words = text.split(separator: " ").map(String.init)
    // The day of the week says nothing new.
    if words.first?.hasSuffix(",") == true { words.removeFirst() }
    guard words.count == 5, ["UTC", "GMT", "Z", "+0000", "-0000"].contains(words[4].uppercased()),
      let day = Int64(words[0]), let month = months.firstIndex(of: words[1].lowercased()), let year = Int64(words[2]),
      (1...31).contains(day), (1970...9999).contains(year)
    else { return nil }
    let time = words[3].split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) ?? -1 }
    guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2]) else {
      return nil
    }
    return days(year, Int64(month) + 1, day) * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
  }

  /// Days since 1970-01-01 in the Gregorian calendar: years begin in March, so that the odd day of a leap year is the last.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }
}
