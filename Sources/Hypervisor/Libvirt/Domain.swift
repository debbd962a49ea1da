import CLibvirt
import Glibc

/// A virtual machine of a libvirt connection: the one owner of its handle, which keeps the connection's own handle alive.
package final class Domain: Sendable {
  package let name: String
  private nonisolated(unsafe) let handle: virDomainPtr

  init(_ handle: virDomainPtr, name: String) {
    self.handle = handle
    self.name = name
  }

  deinit { virDomainFree(handle) }

  package var uuid: String { Domain.uuid(of: handle) }

  /// Starts a defined domain; throws when it runs already, or with QEMU's own words when that fails.
  package func start() async throws(LibvirtError) {
    try await call { handle throws(LibvirtError) in try LibvirtError.check(virDomainCreate(handle)) }
  }

  /// Halts the guest until ``resume()``.
  package func suspend() async throws(LibvirtError) {
    try await call { handle throws(LibvirtError) in try LibvirtError.check(virDomainSuspend(handle)) }
  }

  package func resume() async throws(LibvirtError) {
    try await call { handle throws(LibvirtError) in try LibvirtError.check(virDomainResume(handle)) }
  }

  /// What it is doing; `.gone` when libvirt no longer knows it.
  package func state() async throws(LibvirtError) -> DomainState {
    do throws(LibvirtError) {
      return try await call { handle throws(LibvirtError) in
        var state: CInt = 0
        var reason: CInt = 0
        try LibvirtError.check(virDomainGetState(handle, &state, &reason, 0))
        return DomainState(state: Int(state), reason: Int(reason))
      }
    } catch {
      if error.isMissing { return .gone }
      throw error
    }
  }

  /// Ends it at once, as by pulling the plug; one that is off or gone already is no error.
  package func destroy() async throws(LibvirtError) {
    do throws(LibvirtError) {
      try await call { handle throws(LibvirtError) in try LibvirtError.check(virDomainDestroyFlags(handle, 0)) }
    } catch {
      if !error.isMissing && !error.isWrongState { throw error }
    }
  }

  /// Forgets its definition with managed save, snapshot metadata and NVRAM; one that has none (transient, gone) is no error.
  package func undefine() async throws(LibvirtError) {
    do throws(LibvirtError) {
      try await call { handle throws(LibvirtError) in
        let flags =
          VIR_DOMAIN_UNDEFINE_MANAGED_SAVE.rawValue | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA.rawValue
          | VIR_DOMAIN_UNDEFINE_NVRAM.rawValue
        if virDomainUndefineFlags(handle, flags) == 0 { return }
        let error = LibvirtError.last()
        // Some drivers know only the plain call.
        guard error.isUnsupported || error.code == LibvirtError.Code.invalidArgument else { throw error }
        try LibvirtError.check(virDomainUndefine(handle))
      }
    } catch {
      if !error.isMissing && !error.isWrongState { throw error }
    }
  }

  /// Its description in libvirt's XML; of a running one with everything libvirt added. Never with passwords.
  package func xml() async throws(LibvirtError) -> String {
    try await call { handle throws(LibvirtError) in
      let text = try LibvirtError.check(virDomainGetXMLDesc(handle, 0))
      defer { free(text) }
      return String(cString: text)
    }
  }

  /// Bytes read from and written to a disk since the start; `device` as in the XML (`vda`).
  package func diskTraffic(of device: String) async throws(LibvirtError) -> Traffic {
    try await call { handle throws(LibvirtError) in
      var stats = virDomainBlockStatsStruct()
      try LibvirtError.check(virDomainBlockStats(handle, device, &stats, MemoryLayout.size(ofValue: stats)))
      return Traffic(received: max(0, stats.rd_bytes), sent: max(0, stats.wr_bytes))
    }
  }

  /// Bytes received and sent by a network interface of the host; QEMU's user network has none, so libvirt refuses.
  package func networkTraffic(of device: String) async throws(LibvirtError) -> Traffic {
    try await call { handle throws(LibvirtError) in
      var stats = virDomainInterfaceStatsStruct()
      try LibvirtError.check(virDomainInterfaceStats(handle, device, &stats, MemoryLayout.size(ofValue: stats)))
      return Traffic(received: max(0, stats.rx_bytes), sent: max(0, stats.tx_bytes))
    }
  }

  /// Runs blocking calls with the handle.
  @discardableResult
  func call<Value: Sendable>(
    _ body: @escaping @Sendable (virDomainPtr) throws(LibvirtError) -> Value
  ) async throws(LibvirtError) -> Value {
    try await LibvirtLibrary.run { [self] () throws(LibvirtError) in try body(handle) }
  }

  static func uuid(of handle: virDomainPtr) -> String {
    var text = [CChar](repeating: 0, count: Int(VIR_UUID_STRING_BUFLEN))
    guard virDomainGetUUIDString(handle, &text) == 0 else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Bytes that went in and out since the start of a guest.
package struct Traffic: Sendable, Hashable {
  /// From the disk or network into the guest.
  package var received: Int64
  /// From the guest to the disk or network.
  package var sent: Int64

  package init(received: Int64, sent: Int64) {
    self.received = received
    self.sent = sent
  }
}
