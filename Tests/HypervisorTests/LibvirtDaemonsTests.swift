import Model
import SystemPackage
import Testing

@testable import Hypervisor

@Suite("which daemon a connection means") struct LibvirtDaemonsTests {
  @Test("for root the session is the system's; elsewhere there is nothing to start")
  func scopes() {
    #expect(LibvirtDaemons.scope(of: "qemu:///system", userID: 1000, runtimeFolder: nil) == .system)
    #expect(LibvirtDaemons.scope(of: "qemu:///session", userID: 0, runtimeFolder: "/run/user/0") == .system)
    #expect(
      LibvirtDaemons.scope(of: "qemu:///session", userID: 7, runtimeFolder: "/run/user/7")
        == .session(runtimeFolder: "/run/user/7"))
    #expect(LibvirtDaemons.scope(of: "qemu:///session", userID: 7, runtimeFolder: nil) == nil)
    #expect(LibvirtDaemons.scope(of: "qemu+ssh://host/system", userID: 0, runtimeFolder: nil) == nil)
  }

  @Test("the log daemon comes first, and its time-out is longer than any installation")
  func commands() {
    let system = LibvirtDaemons.commands(for: .system, idle: .seconds(60), logConfiguration: "/b/virtlogd.conf")
    #expect(system.map(\.shown) == ["virtlogd --timeout 86400 --config /b/virtlogd.conf", "libvirtd --timeout 60"])
    let session = LibvirtDaemons.commands(for: .session(runtimeFolder: "/r"), idle: .seconds(60))
    #expect(session.map(\.shown) == ["virtlogd --timeout 86400", "libvirtd --timeout 60"])
    #expect(session.allSatisfy { $0.environment == ["XDG_RUNTIME_DIR": "/r"] })
    #expect(LibvirtDaemons.sockets(of: .system) == ["/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"])
    #expect(LibvirtDaemons.sockets(of: .session(runtimeFolder: "/r")).last == "/r/libvirt/libvirt-sock")
    #expect(LibvirtDaemons.logSocket(of: .system) == "/run/libvirt/virtlogd-sock")
  }
}
