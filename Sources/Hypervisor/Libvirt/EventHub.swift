import CLibvirt
import Model
import Synchronization

/// Hands libvirt's events of one connection to everybody who listens.
///
/// libvirt holds the hub while its callbacks are registered; the hub never holds the connection, so nothing keeps itself alive.
final class EventHub: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<DomainEvent>.Continuation] = [:]
    var next = 0
    var closed: DomainEvent?
  }

  private let state = Mutex(State())

  /// Every event from now on; ends after ``DomainEvent/connectionClosed(reason:)`` or ``finish()``.
  ///
  /// Not bounded: a life cycle has a handful of events, and losing one would lose an installation.
  func events() -> AsyncStream<DomainEvent> {
    let (stream, continuation) = AsyncStream<DomainEvent>.makeStream()
    let (number, closed) = state.withLock { state in
      state.next += 1
      if state.closed == nil { state.listeners[state.next] = continuation }
      return (state.next, state.closed)
    }
    if let closed {
      continuation.yield(closed)
      continuation.finish()
    }
    continuation.onTermination = { [self] _ in
      state.withLock { _ = $0.listeners.removeValue(forKey: number) }
    }
    return stream
  }

  func send(_ event: DomainEvent) {
    for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(event) }
  }

  /// Tells everybody that the connection is gone; later listeners hear it at once.
  func close(reason: String) {
    let event = DomainEvent.connectionClosed(reason: reason)
    let listeners = state.withLock { state in
      defer { state.listeners = [:] }
      if state.closed == nil { state.closed = event }
      return Array(state.listeners.values)
    }
    for listener in listeners {
      listener.yield(event)
      listener.finish()
    }
  }

  /// Ends all streams without a further event.
  func finish() {
    let listeners = state.withLock { state in
      defer { state.listeners = [:] }
      if state.closed == nil { state.closed = .connectionClosed(reason: "the connection was closed") }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }

  /// Registers the callbacks of `connection`; gives the number that ``unregister(from:number:)`` wants.
  func register(on connection: virConnectPtr) throws(LibvirtError) -> CInt {
    let lifecycle: virConnectDomainEventCallback = { _, domain, event, detail, opaque in
      guard let domain, let opaque else { return 0 }
      EventHub.from(opaque).lifecycle(of: domain, event: Int(event), detail: Int(detail))
      return 0
    }
    let release: virFreeCallback = { opaque in
      if let opaque { Unmanaged<EventHub>.fromOpaque(opaque).release() }
    }
    let opaque = Unmanaged.passRetained(self).toOpaque()
    let number = virConnectDomainEventRegisterAny(
      connection, nil, CInt(VIR_DOMAIN_EVENT_ID_LIFECYCLE.rawValue),
      unsafeBitCast(lifecycle, to: virConnectDomainEventGenericCallback.self), opaque, release)
    guard number >= 0 else {
      let error = LibvirtError.last()
      Unmanaged<EventHub>.fromOpaque(opaque).release()
      throw error
    }
    let closing = Unmanaged.passRetained(self).toOpaque()
    let registered = virConnectRegisterCloseCallback(
      connection, EventHub.connectionClosed, closing, release)
    // Drivers without a daemon (test:///) cannot lose one: that they refuse the callback is no error.
    if registered < 0 { Unmanaged<EventHub>.fromOpaque(closing).release() }
    return number
  }

  func unregister(from connection: virConnectPtr, number: CInt) {
    _ = virConnectDomainEventDeregisterAny(connection, number)
    _ = virConnectUnregisterCloseCallback(connection, EventHub.connectionClosed)
  }

  private static let connectionClosed: virConnectCloseFunc = { _, reason, opaque in
    guard let opaque else { return }
    let words =
      switch virConnectCloseReason(UInt32(reason)) {
      case VIR_CONNECT_CLOSE_REASON_ERROR: "the connection to the libvirt daemon broke"
      case VIR_CONNECT_CLOSE_REASON_EOF: "the libvirt daemon ended"
      case VIR_CONNECT_CLOSE_REASON_KEEPALIVE: "the libvirt daemon no longer answers"
      default: "the connection to the libvirt daemon was closed"
      }
    EventHub.from(opaque).close(reason: words)
  }

  private static func from(_ opaque: UnsafeMutableRawPointer) -> EventHub {
    Unmanaged<EventHub>.fromOpaque(opaque).takeUnretainedValue()
  }

  private func lifecycle(of domain: virDomainPtr, event: Int, detail: Int) {
    let name = virDomainGetName(domain).map { String(cString: $0).printable } ?? ""
    send(
      .lifecycle(
        DomainEvent.Lifecycle(
          domain: name, uuid: Domain.uuid(of: domain), change: DomainChange(event: event, detail: detail))))
  }
}
