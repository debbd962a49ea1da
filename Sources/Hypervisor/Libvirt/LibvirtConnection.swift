import CLibvirt
import Model
import Synchronization

/// A connection to a libvirt daemon: the one owner of its handle.
///
/// Calls block, so they run on threads of their own; any task may use a connection at any time. Facts about the C API:
/// libvirt.org/html/libvirt-libvirt-host.html.
package final class LibvirtConnection: Sendable {
  package let uri: String
  private nonisolated(unsafe) let handle: virConnectPtr
  private let hub: EventHub
  private let registration: CInt
  private let isClosed = Mutex(false)

  private init(_ handle: virConnectPtr, uri: String) throws(LibvirtError) {
    self.handle = handle
    self.uri = uri
    hub = EventHub()
    registration = try hub.register(on: handle)
    // A daemon that hangs is noticed after 5 × 5 s; drivers without a daemon do not know keep-alive.
    _ = virConnectSetKeepAlive(handle, 5, 5)
  }

  deinit { release() }

  /// Connects; throws libvirt's refusal, or code 68 (timed out) when no answer came within `timeout`.
  ///
  /// As an ordinary user libvirt itself starts the daemon of `qemu:///session`.
  package static func open(_ uri: String, timeout: Duration = .seconds(30)) async throws(LibvirtError)
    -> LibvirtConnection
  {
    try await LibvirtLibrary.run(
      timeout: timeout, purpose: "connecting to '\(uri.printable)'",
      discard: { (late: LibvirtConnection) in late.release() },
      { () throws(LibvirtError) in
        let handle = try LibvirtError.check(virConnectOpenAuth(uri, nil, 0))
        do throws(LibvirtError) {
          return try LibvirtConnection(handle, uri: uri)
        } catch {
          virConnectClose(handle)
          throw error
        }
      })
  }

  /// Ends the connection: streams of events end without a further event. Domains got from it stay usable until they are released.
  package func close() async {
    _ = try? await LibvirtLibrary.run { [self] () throws(LibvirtError) in release() }
  }

  /// Whether the daemon still answers.
  package func isAlive() async -> Bool {
    let answer = try? await call { handle throws(LibvirtError) in virConnectIsAlive(handle) }
    return answer == 1
  }

  /// Changes of all domains of the connection from now on, and its end.
  package func domainEvents() -> AsyncStream<DomainEvent> { hub.events() }

  /// The versions of libvirt's library and of the hypervisor, as `9.0.0`.
  package func versions() async throws(LibvirtError) -> (libvirt: String, hypervisor: String) {
    try await call { handle throws(LibvirtError) in
      var library: CUnsignedLong = 0
      var hypervisor: CUnsignedLong = 0
      try LibvirtError.check(virConnectGetLibVersion(handle, &library))
      try LibvirtError.check(virConnectGetVersion(handle, &hypervisor))
      return (Self.version(library), Self.version(hypervisor))
    }
  }

  /// The domain of that name; nil when there is none.
  package func domain(named name: String) async throws(LibvirtError) -> Domain? {
    try await call { handle throws(LibvirtError) in
      guard let domain = virDomainLookupByName(handle, name) else {
        let error = LibvirtError.last()
        if error.isMissing { return nil }
        throw error
      }
      return Domain(domain, name: name)
    }
  }

  /// Defines a persistent domain from libvirt's XML without starting it.
  package func define(_ xml: String) async throws(LibvirtError) -> Domain {
    try await call { handle throws(LibvirtError) in
      let domain = try LibvirtError.check(virDomainDefineXMLFlags(handle, xml, 0))
      let name = virDomainGetName(domain).map { String(cString: $0) } ?? ""
      return Domain(domain, name: name)
    }
  }

  /// Runs blocking calls with the handle; a closed connection throws.
  @discardableResult
  func call<Value: Sendable>(
    _ body: @escaping @Sendable (virConnectPtr) throws(LibvirtError) -> Value
  ) async throws(LibvirtError) -> Value {
    try await LibvirtLibrary.run { [self] () throws(LibvirtError) in
      guard !isClosed.withLock({ $0 }) else {
        throw LibvirtError(
          code: LibvirtError.Code.internalError, domain: 0, message: "the connection to '\(uri)' is closed")
      }
      return try body(handle)
    }
  }

  private func release() {
    let first = isClosed.withLock { closed in
      defer { closed = true }
      return !closed
    }
    guard first else { return }
    hub.unregister(from: handle, number: registration)
    virConnectClose(handle)
    hub.finish()
  }

  private static func version(_ number: CUnsignedLong) -> String {
    "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
  }
}
