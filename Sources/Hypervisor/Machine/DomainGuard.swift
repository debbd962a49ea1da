package import Model

/// Sees to it that a domain is gone, whatever happened before: the undo step of an installation.
package struct DomainGuard: Sendable {
  private let uri: String
  private let name: String

  package init(uri: String, domainName: String) {
    self.uri = uri
    name = domainName
  }

  /// Destroys and undefines the domain, on `connection` when it still answers, else on one of its own; safe to call more than once.
  ///
  /// QEMU outlives a daemon that dies, so a new daemon (for an ordinary user libvirt starts one) finds it again. Where orphans are
  /// reaped late libvirt does not believe at first that QEMU ended: it tries again until `patience` is over, then throws.
  package func release(on connection: LibvirtConnection? = nil, patience: Duration = .seconds(45))
    async throws(LibvirtError)
  {
    let deadline = ContinuousClock.now + patience
    var usable = connection
    while true {
      do throws(LibvirtError) {
        if let current = usable, await !current.isAlive() { usable = nil }
        let current: LibvirtConnection
        if let usable {
          current = usable
        } else {
          current = try await LibvirtConnection.open(uri, timeout: .seconds(15))
          usable = current
        }
        if try await remove(on: current) { return }
      } catch {
        guard ContinuousClock.now < deadline else { throw error }
      }
      guard ContinuousClock.now < deadline else {
        throw LibvirtError(
          code: LibvirtError.Code.operationTimeout, domain: 0,
          message: "the domain '\(name)' is still there after \(patience.timeSpan)")
      }
      // Cancelled or not: cleaning up is not given up, so a cancelled sleep that returns at once only makes this quicker.
      await pause()
    }
  }

  /// What a person types when ``release(on:patience:)`` failed.
  package var byHand: [Command] {
    ["destroy", "undefine"].map {
      Command("virsh", ["--connect", uri, $0, name], purpose: "\($0) the domain '\(name)'")
    }
  }

  /// Whether nothing of the domain is left.
  private func remove(on connection: LibvirtConnection) async throws(LibvirtError) -> Bool {
    guard let domain = try await connection.domain(named: name) else { return true }
    try await domain.destroy()
    try await domain.undefine()
    return try await connection.domain(named: name) == nil
  }

  private func pause() async {
    let sleep = Task.detached { try? await Task.sleep(for: .milliseconds(250)) }
    await sleep.value
  }
}
