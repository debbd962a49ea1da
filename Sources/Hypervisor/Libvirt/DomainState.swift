import CLibvirt

/// What a domain is doing, with libvirt's number of the reason (`virDomain…Reason`).
package enum DomainState: Sendable, Hashable {
  case running
  case paused(reason: Int)
  /// On its way to being off.
  case shuttingDown
  case off(DomainOff)
  case crashed
  /// libvirt no longer knows the domain: a transient one that ended.
  case gone
  case other(state: Int, reason: Int)

  /// How a domain that is off came to that.
  package enum DomainOff: Sendable, Hashable {
    case shutdown
    case destroyed
    case crashed
    case failed
    case other(Int)
  }

  init(state: Int, reason: Int) {
    switch virDomainState(UInt32(state)) {
    case VIR_DOMAIN_RUNNING, VIR_DOMAIN_BLOCKED: self = .running
    case VIR_DOMAIN_PAUSED: self = .paused(reason: reason)
    case VIR_DOMAIN_SHUTDOWN: self = .shuttingDown
    case VIR_DOMAIN_SHUTOFF: self = .off(DomainOff(reason))
    case VIR_DOMAIN_CRASHED: self = .crashed
    default: self = .other(state: state, reason: reason)
    }
  }

  /// Whether a guest is (still) in memory.
  package var isActive: Bool {
    switch self {
    case .running, .paused, .shuttingDown, .crashed, .other: true
    case .off, .gone: false
    }
  }
}

extension DomainState.DomainOff {
  init(_ reason: Int) {
    switch virDomainShutoffReason(UInt32(reason)) {
    case VIR_DOMAIN_SHUTOFF_SHUTDOWN: self = .shutdown
    case VIR_DOMAIN_SHUTOFF_DESTROYED: self = .destroyed
    case VIR_DOMAIN_SHUTOFF_CRASHED: self = .crashed
    case VIR_DOMAIN_SHUTOFF_FAILED: self = .failed
    default: self = .other(reason)
    }
  }
}
