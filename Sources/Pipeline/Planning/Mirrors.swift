import HostSystem
import Model

/// The mirrors of a build: the config's, else the host's own when it runs the same distribution, else the distribution's.
struct Mirrors: Sendable {
  /// Base URLs without a trailing slash, the preferred one first.
  let main: [String]
  let security: String?

  var all: [String] {
    var seen = Set<String>()
    return (main + [security].compactMap(\.self)).filter { seen.insert($0).inserted }
  }

  /// - Parameter distribution: the host's own mirror is one of Debian, and stands in for no other distribution's.
  static func choose(for source: InstallerSource, distribution: String, host: HostFacts) -> Mirrors {
    let own = distribution == "debian" && host.isDebian ? host.aptMirror() : nil
    let asked = source.mirrors.isEmpty ? [own?.archive ?? source.defaultMirror] : source.mirrors
    // The host's security mirror goes with the host's mirror: a config that names another mirror may be of another network.
    let security =
      source.securityMirror ?? (source.mirrors.isEmpty ? own?.security : nil) ?? source.defaultSecurityMirror
    return Mirrors(main: asked.filter { !$0.isEmpty }.map(trimmed), security: security.map(trimmed))
  }

  private static func trimmed(_ url: String) -> String {
    var url = url
    while url.hasSuffix("/") { url.removeLast() }
    return url
  }
}
