import Model

/// What gpgv says for machines (doc/DETAILS of GnuPG: lines that start with `[GNUPG:]`).
struct GPGStatus: Sendable {
  /// Fingerprints of keys whose signature is good and which are neither expired nor revoked.
  private(set) var signers: [String] = []
  private(set) var hasBadSignature = false
  private var problems: [String] = []

  init(_ text: String) {
    // GOODSIG comes before VALIDSIG of the same signature; EXPKEYSIG and REVKEYSIG stand in GOODSIG's place.
    var isGood = false
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 2, words[0] == "[GNUPG:]" else { continue }
      let argument = words.count > 2 ? words[2].printable : "?"
      let owner = words.dropFirst(3).joined(separator: " ").printable
      switch words[1] {
      case "NEWSIG": isGood = false
      case "GOODSIG": isGood = true
      case "VALIDSIG": if isGood { signers.append(argument) }
      case "BADSIG":
        hasBadSignature = true
        problems.append("the signature by \(argument) (\(owner)) is bad")
      case "EXPKEYSIG": problems.append("the key \(argument) (\(owner)) has expired")
      case "EXPSIG": problems.append("the signature by \(argument) (\(owner)) has expired")
      case "REVKEYSIG": problems.append("the key \(argument) (\(owner)) was revoked")
      case "NO_PUBKEY": problems.append("the key \(argument) is not in the keyring")
      case "NODATA": problems.append("there is no signature in it")
      default: break
      }
    }
  }

  /// Why no signature counts, all reasons together; nil when gpgv gave none.
  var problem: String? {
    var seen: Set<String> = []
    let different = problems.filter { seen.insert($0).inserted }
    return different.isEmpty ? nil : different.joined(separator: "; ")
  }
}
