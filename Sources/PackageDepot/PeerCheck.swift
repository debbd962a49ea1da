/// One connection to the depot, seen from the depot.
package struct PeerSocket: Sendable, Hashable {
  /// The connecting side's IPv4 address in dotted form.
  package let clientAddress: String
  package let clientPort: Int
  /// The depot's own address and port.
  package let serverAddress: String
  package let serverPort: Int

  package init(clientAddress: String, clientPort: Int, serverAddress: String, serverPort: Int) {
    self.clientAddress = clientAddress
    self.clientPort = clientPort
    self.serverAddress = serverAddress
    self.serverPort = serverPort
  }
}

/// Whether a connection is the running build's.
package enum PeerVerdict: Sendable, Hashable {
  case allowed
  /// The reason, one line, shown to the one who is refused: it names no process and no user.
  case refused(String)
}

/// Who may use the depot: loopback means that every local user can connect, and the depot serves one build only.
package protocol PeerCheck: Sendable {
  /// Asked once per connection, on a thread that may block.
  func verdict(on peer: PeerSocket) -> PeerVerdict
}

/// Lets every local user in; for tests, and where a token decides.
package struct AnyPeer: PeerCheck {
  package init() {}
  package func verdict(on peer: PeerSocket) -> PeerVerdict { .allowed }
}
