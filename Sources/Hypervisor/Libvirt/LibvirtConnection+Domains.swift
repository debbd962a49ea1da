import CLibvirt

extension LibvirtConnection {
  /// Whether any domain runs there, ours or not.
  package func hasActiveDomains() async throws(LibvirtError) -> Bool {
    try await call { handle throws(LibvirtError) in
      let count = virConnectNumOfDomains(handle)
      guard count >= 0 else { throw LibvirtError.last() }
      return count > 0
    }
  }
}
