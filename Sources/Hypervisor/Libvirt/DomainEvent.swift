import CLibvirt

/// What libvirt reports without being asked.
package enum DomainEvent: Sendable, Hashable {
  case lifecycle(Lifecycle)
  /// The connection is gone: the daemon died, was stopped, or no longer answers. The last event of its stream.
  case connectionClosed(reason: String)

  /// A domain's change of state.
  package struct Lifecycle: Sendable, Hashable {
    package var domain: String
    package var uuid: String
    package var change: DomainChange

    package init(domain: String, uuid: String, change: DomainChange) {
      self.domain = domain
      self.uuid = uuid
      self.change = change
    }
  }
}

/// The changes of state a domain goes through; numbers from libvirt's `virDomainEventType` and its detail enumerations.
package enum DomainChange: Sendable, Hashable {
  case defined
  case undefined
  case started
  case resumed
  case suspended(PauseReason)
  /// The guest asked for its power-off (or a reset that ends it); `stopped` follows.
  case shutdown
  case stopped(StopReason)
  case crashed
  case other(event: Int, detail: Int)

  /// Why a guest was halted for the time being.
  package enum PauseReason: Sendable, Hashable {
    /// Somebody suspended it, or QEMU stopped it after an internal error.
    case paused
    /// Reading or writing the disk failed, most often because the host's file system is full.
    case ioError
    case other(Int)
  }

  /// Why a domain is off.
  package enum StopReason: Sendable, Hashable {
    /// The guest's own power-off; a guest that resets itself under `on_reboot=destroy` looks the same.
    case shutdown
    /// Destroyed through libvirt.
    case destroyed
    case crashed
    /// QEMU itself died.
    case failed
    case other(Int)
  }

  init(event: Int, detail: Int) {
    switch virDomainEventType(UInt32(event)) {
    case VIR_DOMAIN_EVENT_DEFINED: self = .defined
    case VIR_DOMAIN_EVENT_UNDEFINED: self = .undefined
    case VIR_DOMAIN_EVENT_STARTED: self = .started
    case VIR_DOMAIN_EVENT_RESUMED: self = .resumed
    case VIR_DOMAIN_EVENT_SUSPENDED: self = .suspended(PauseReason(detail))
    case VIR_DOMAIN_EVENT_SHUTDOWN: self = .shutdown
    case VIR_DOMAIN_EVENT_STOPPED: self = .stopped(StopReason(detail))
    case VIR_DOMAIN_EVENT_CRASHED: self = .crashed
    default: self = .other(event: event, detail: detail)
    }
  }
}

extension DomainChange.PauseReason {
  init(_ detail: Int) {
    switch virDomainEventSuspendedDetailType(UInt32(detail)) {
    case VIR_DOMAIN_EVENT_SUSPENDED_PAUSED: self = .paused
    case VIR_DOMAIN_EVENT_SUSPENDED_IOERROR: self = .ioError
    default: self = .other(detail)
    }
  }
}

extension DomainChange.StopReason {
  init(_ detail: Int) {
    switch virDomainEventStoppedDetailType(UInt32(detail)) {
    case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN: self = .shutdown
    case VIR_DOMAIN_EVENT_STOPPED_DESTROYED: self = .destroyed
    case VIR_DOMAIN_EVENT_STOPPED_CRASHED: self = .crashed
    case VIR_DOMAIN_EVENT_STOPPED_FAILED: self = .failed
    default: self = .other(detail)
    }
  }
}
