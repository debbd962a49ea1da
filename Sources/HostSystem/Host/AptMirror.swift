import FoundationEssentials
import Model
package import SystemPackage

/// The Debian mirror that the host itself uses, from its apt sources (sources.list(5): one-line and deb822 style).
package struct AptMirror: Sendable, Hashable {
  /// Base URL of the archive, without a slash at its end: `http://ftp.debian.org/debian`.
  package var archive: String
  /// Base URL of the security archive; nil when the sources have none.
  package var security: String?

  /// Made up by a test.
  package init(archive: String, security: String?) {
    self.archive = archive
    self.security = security
  }

  /// The first of Debian's own entries; http before https, because the guest's installer and the depot speak it.
  package static func find(root: FilePath) -> AptMirror? {
    let entries = AptSource.all(root: root).filter(\.isDebian)
    let ordered = entries.filter { $0.uri.hasPrefix("http:") } + entries.filter { $0.uri.hasPrefix("https:") }
    guard let archive = ordered.first(where: { !$0.isSecurity }) else { return nil }
    return AptMirror(archive: archive.uri, security: ordered.first(where: \.isSecurity)?.uri)
  }
}

/// One archive in the apt sources: one URI with one suite.
struct AptSource: Sendable, Hashable {
  var uri: String
  var suite: String
  var components: [String]
  /// The keyring named for it; empty when none is.
  var signedBy: String

  /// Code names and aliases of Debian's releases.
  private static let releases: Set<String> = [
    "oldoldstable", "oldstable", "stable", "testing", "unstable", "sid", "buster", "bullseye", "bookworm", "trixie",
    "forky", "duke",
  ]

  var isSecurity: Bool { suite.hasSuffix("-security") || suite.hasSuffix("/updates") }

  /// Whether this is Debian's archive or a mirror of it: others use its code names for suites of their own.
  var isDebian: Bool {
    let release = suite.prefix { $0 != "-" && $0 != "/" }
    let rest = suite.dropFirst(release.count)
    guard AptSource.releases.contains(String(release)), components.contains("main"),
      ["", "-updates", "-security", "/updates"].contains(rest), uri.hasPrefix("http:") || uri.hasPrefix("https:")
    else { return false }
    if !signedBy.isEmpty { return signedBy.contains("debian-archive") }
    let folders = uri.split(separator: "/").dropFirst(2)
    return folders.last == "debian" || folders.last == "debian-security" || folders.starts(with: ["archive", "debian"])
  }

  /// Every enabled entry for binary packages, in the order apt reads them.
  static func all(root: FilePath) -> [AptSource] {
    let folder = root.appending("etc/apt/sources.list.d")
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).sorted()
    let paths = [root.appending("etc/apt/sources.list")] + names.map { folder.appending($0) }
    return paths.flatMap { path -> [AptSource] in
      guard let bytes = try? AtomicFile.read(path, limit: 1 << 20) else { return [] }
      let text = String(decoding: bytes, as: UTF8.self)
      switch path.extension {
      case "list": return oneLine(text)
      case "sources": return deb822(text)
      default: return []
      }
    }
  }

  /// `deb [OPTION=VALUE …] URI SUITE COMPONENT …`, one entry a line.
  static func oneLine(_ text: String) -> [AptSource] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      var words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
      guard words.first == "deb" else { return nil }
      words.removeFirst()
      var options: [String] = []
      if words.first?.hasPrefix("[") == true {
        guard let end = words.firstIndex(where: { $0.hasSuffix("]") }) else { return nil }
        options = words[...end].map { $0.trimmingBrackets }
        words.removeFirst(end + 1)
      }
      guard words.count >= 2 else { return nil }
      let signedBy = options.first { $0.hasPrefix("signed-by=") }.map { String($0.dropFirst(10)) }
      return AptSource(
        uri: words[0].withoutSlashAtEnd, suite: words[1], components: Array(words[2...]), signedBy: signedBy ?? "")
    }
  }

  /// Stanzas of `Field: value`, continued by lines that start with a blank.
  static func deb822(_ text: String) -> [AptSource] {
    var result: [AptSource] = []
    var stanza: [String: String] = [:]
    var field = ""
    func endOfStanza() {
      defer { stanza = [:] }
      guard words(stanza["types"]).contains("deb"), words(stanza["enabled"]).first?.lowercased() != "no" else { return }
      for uri in words(stanza["uris"]) {
        for suite in words(stanza["suites"]) {
          result.append(
            AptSource(
              uri: uri.withoutSlashAtEnd, suite: suite, components: words(stanza["components"]),
              signedBy: stanza["signed-by"] ?? ""))
        }
      }
    }
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.hasPrefix("#") { continue }
      if line.allSatisfy(\.isWhitespace) {
        endOfStanza()
      } else if line.first?.isWhitespace == true {
        stanza[field, default: ""] += " " + line.trimmingBlanks
      } else if let colon = line.firstIndex(of: ":") {
        field = line[..<colon].lowercased()
        stanza[field] = line[line.index(after: colon)...].trimmingBlanks
      }
    }
    endOfStanza()
    return result
  }

  private static func words(_ text: String?) -> [String] {
    (text ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
  }
}

extension String {
  fileprivate var withoutSlashAtEnd: String {
    var result = self
    while result.hasSuffix("/") { result.removeLast() }
    return result
  }

  fileprivate var trimmingBrackets: String { filter { $0 != "[" && $0 != "]" } }
}
