package import Model

/// What a depot serves, to whom, and how patient it is; plain values, all with defaults except the mirrors.
package struct DepotSettings: Sendable {
  /// The mirrors of this build as `host:port`, lower case; a request for anything else gets 403.
  package var allowedHosts: Set<String>
  /// When set, requests must carry it as the proxy password (user name `depot`), besides passing the peer check.
  package var token: Secret?
  /// Answered by the depot itself under every allowed mirror; nil: the mirror's own suites only.
  package var pinnedSuite: PinnedSuite?
  /// For one connection to a mirror, name look-up and TLS included.
  package var connectTimeout: Duration = .seconds(10)
  /// How long a mirror may send nothing: before the first byte it costs the guest a 504, after it the connection.
  package var silenceTimeout: Duration = .seconds(60)
  /// Attempts per request, when no connection comes about or the mirror answers 5xx; never after the first byte.
  package var tries = 3
  /// The pause before the second attempt; it doubles with each further one.
  package var retryPause: Duration = .milliseconds(500)
  /// A guest's connection without traffic in either direction is closed after this long.
  package var guestIdleTimeout: Duration = .seconds(15 * 60)
  /// Connections beyond these are closed at once.
  package var maximumConnections = 256

  package init(allowedHosts: Set<String>, token: Secret? = nil, pinnedSuite: PinnedSuite? = nil) {
    self.allowedHosts = allowedHosts
    self.token = token
    self.pinnedSuite = pinnedSuite
  }

  /// The settings for mirrors given as base URLs; throws `DepotError.notAMirror` for one that is no `http:` or `https:` URL.
  package init(mirrors: [String], token: Secret? = nil, pinnedSuite: PinnedSuite? = nil) throws {
    let hosts = try mirrors.map { mirror in
      guard let target = ProxyTarget(mirror) else { throw DepotError.notAMirror(mirror) }
      return target.hostAndPort
    }
    self.init(allowedHosts: Set(hosts), token: token, pinnedSuite: pinnedSuite)
  }
}
