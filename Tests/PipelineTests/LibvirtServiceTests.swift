import Glibc
import HostSystem
import MiniatureGuest
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("the libvirt daemons of a build")
struct LibvirtServiceTests {
  @Test("a connection that needs no daemon of ours is tried; what libvirt says of it is the finding")
  func others() async throws {
    try await TestHost.run { test in
      let service = LibvirtService(host: test.host)
      #expect(await service.findings(uri: "test:///default", mayStart: false) == [])
      let found = await service.findings(uri: "nonsense:///x", mayStart: true)
      #expect(found.count == 1)
      #expect(found.first?.message.hasPrefix("cannot connect to libvirt at 'nonsense:///x': ") == true)
      #expect(found.first?.status == .hostNotReady)
      // Nothing is started for them.
      let running = try await service.ensure(uri: "test:///default", mayStart: true, logFolder: test.folder)
      #expect(running.notes == [])
      #expect(test.names(test.folder) == [])
    }
  }

  @Test("where no daemon answers and none may be started, the finding says both ways out")
  func forbidden() async throws {
    try await TestHost.run { test in
      let service = LibvirtService(host: test.host)
      // For root this is the system's daemon, which may well run here.
      let found = await service.findings(uri: "qemu:///session", mayStart: false)
      if service.answers(uri: "qemu:///session") {
        #expect(found == [])
      } else {
        #expect(
          found.first?.message
            == "no libvirt daemon answers at 'qemu:///session', and 'start-libvirt = no' forbids to start one")
        #expect(found.first?.hint?.contains("start-libvirt = yes") == true)
        let error = await factoryError {
          _ = try await service.ensure(uri: "qemu:///session", mayStart: false, logFolder: test.folder)
        }
        #expect(error?.status == .hostNotReady)
      }
    }
  }

  @Test("a socket without a listener is no daemon")
  func staleSocket() async throws {
    try await TestHost.run { test in
      let path = test.folder.appending("s")
      #expect(!UnixSocket.accepts(path))
      let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.string.utf8) }
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      #expect(bound == 0 && listen(listener, 1) == 0)
      #expect(UnixSocket.accepts(path))
      close(listener)
      #expect(path.exists && !UnixSocket.accepts(path))
      #expect(!UnixSocket.accepts(FilePath("/" + String(repeating: "x", count: 200))))
    }
  }
}

@Suite("the self-test's options")
struct SelftestTests {
  @Test("every behaviour of the miniature can be asked for by its name")
  func behaviours() throws {
    #expect(MiniatureBehaviour.allCases.count >= 8)
    for behaviour in MiniatureBehaviour.allCases {
      #expect(try SelftestBehaviour.named(behaviour.rawValue) == behaviour)
      #expect(SelftestBehaviour.names.contains(behaviour.rawValue))
    }
    #expect(Selftest.Options().behaviour == .ok)
    let error = #expect(throws: FactoryError.self) { try SelftestBehaviour.named("sing") }
    #expect(error?.status == .usage)
    #expect(error?.message == "unknown behaviour 'sing'")
    #expect(error?.hint == "known: \(SelftestBehaviour.names)")
  }

  @Test("without a pin there is no kernel to test with, and that is said before anything is fetched")
  func noPin() async throws {
    try await TestHost.run { test in
      let config = try test.config()
      let error = await factoryError {
        _ = try await Selftest(host: test.host, shippedFolder: nil, config: config).run(
          .init(), scratch: test.folder, stopStatus: { .interrupted }, onFindings: { _ in }, observer: { _ in })
      }
      #expect(error?.message == "'golden' names no pin to take the self-test's kernel from")
    }
  }

  @Test("a missing tool is a capability with the package that brings it")
  func capabilities() async throws {
    try await TestHost.run(runner: RecordingRunner(tools: ["rsync"])) { test in
      let found = await CapabilityCheck(host: test.host).all(
        try test.config { $0.machine.libvirtURI = "test:///default" }, scratch: test.folder)
      let qemu = found.first { $0.name == "qemu-img" }
      #expect(qemu?.state == .missing && qemu?.hint == "install the package 'qemu-utils'")
      #expect(found.first { $0.name == "rsync" }?.state == .ok)
      #expect(found.first { $0.name == "libvirt" }?.state == .ok)
      #expect(found.first { $0.name == "accelerator" }?.detail == "tcg: as configured")
      #expect(found.last?.name == "free space")
    }
  }
}
