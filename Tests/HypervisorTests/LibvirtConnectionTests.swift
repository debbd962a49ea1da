import Model
import SystemPackage
import Testing

@testable import Hypervisor

@Suite("libvirt, with its built-in test hypervisor") struct LibvirtConnectionTests {
  /// `test:///default` is one node per process, so every test uses names of its own.
  static func xml(_ name: String) -> String {
    "<domain type='test'><name>\(name)</name><memory>8192</memory><os><type arch='i686'>hvm</type></os></domain>"
  }

  @Test("a domain goes through its life, and every change is reported in order")
  func life() async throws {
    let connection = try await LibvirtConnection.open("test:///default")
    let events = connection.domainEvents()
    let domain = try await connection.define(Self.xml("life"))
    #expect(domain.uuid.count == 36)
    #expect(try await domain.state().isActive == false)
    try await domain.start()
    #expect(try await domain.state() == .running)
    try await domain.suspend()
    try await domain.resume()
    #expect(try await domain.xml().contains("<name>life</name>"))
    try await domain.destroy()
    try await domain.destroy()
    try await domain.undefine()
    try await domain.undefine()
    #expect(try await domain.state() == .gone)
    #expect(try await connection.domain(named: "life") == nil)
    var changes: [DomainChange] = []
    for await case .lifecycle(let lifecycle) in events where lifecycle.domain == "life" {
      #expect(lifecycle.uuid == domain.uuid)
      changes.append(lifecycle.change)
      if lifecycle.change == .undefined { break }
    }
    #expect(
      changes == [
        .defined, .started, .suspended(.paused), .resumed, .stopped(.destroyed), .undefined,
      ])
  }

  @Test("a hundred domains at once lose no event")
  func manyAtOnce() async throws {
    let connection = try await LibvirtConnection.open("test:///default")
    let events = connection.domainEvents()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        group.addTask {
          let domain = try await connection.define(Self.xml("many-\(number)"))
          try await domain.start()
          try await domain.destroy()
          try await domain.undefine()
        }
      }
      try await group.waitForAll()
    }
    var ended = 0
    var all = 0
    for await case .lifecycle(let lifecycle) in events where lifecycle.domain.hasPrefix("many-") {
      all += 1
      if lifecycle.change == .undefined { ended += 1 }
      if ended == 100 { break }
    }
    #expect(all == 400)
  }

  @Test("starting a running domain is refused in libvirt's own words")
  func startTwice() async throws {
    let connection = try await LibvirtConnection.open("test:///default")
    let domain = try await connection.define(Self.xml("twice"))
    try await domain.start()
    let error = await #expect(throws: LibvirtError.self) { try await domain.start() }
    #expect(error?.message.contains("running") == true)
    try await DomainGuard(uri: "test:///default", domainName: "twice").release(on: connection)
    #expect(try await connection.domain(named: "twice") == nil)
  }

  @Test("the domain guard is content when there is nothing to remove")
  func guardOfNothing() async throws {
    let release = DomainGuard(uri: "test:///default", domainName: "never-was")
    try await release.release()
    #expect(release.byHand.map(\.shown).first == "virsh --connect test:///default destroy never-was")
  }

  @Test("a connection without a daemon says so, with what to do")
  func noDaemon() async throws {
    let error = await #expect(throws: LibvirtError.self) {
      try await LibvirtConnection.open("qemu+unix:///system?socket=/nonexistent/libvirt-sock")
    }
    #expect(error?.message.contains("/nonexistent/libvirt-sock") == true)
    #expect(error?.hint?.contains("start the libvirt daemon") == true)
  }

  @Test("a closed connection refuses, and its streams of events end")
  func closed() async throws {
    let connection = try await LibvirtConnection.open("test:///default")
    let events = connection.domainEvents()
    #expect(await connection.isAlive())
    await connection.close()
    for await _ in events {}
    await #expect(throws: LibvirtError.self) { try await connection.domain(named: "test") }
    #expect(await connection.isAlive() == false)
  }

  @Test("versions and counters are readable")
  func details() async throws {
    let connection = try await LibvirtConnection.open("test:///default")
    let versions = try await connection.versions()
    #expect(versions.libvirt.split(separator: ".").count == 3)
    let domain = try #require(try await connection.domain(named: "test"))
    let error = await #expect(throws: LibvirtError.self) { try await domain.networkTraffic(of: "nothing0") }
    #expect(error != nil)
  }

  @Test("what libvirt refuses comes with a hint that fits")
  func hints() {
    let cases = [
      (38, "Failed to connect socket to '/run/libvirt/libvirt-sock': No such file or directory", "start the libvirt"),
      (38, "Failed to connect socket to '/run/libvirt/libvirt-sock': Permission denied", "group 'libvirt'"),
      (38, "Failed to connect socket to '/run/libvirt/virtlogd-sock': No such file or directory", "virtlogd"),
      (45, "authentication failed: polkit refused", "group 'libvirt'"),
      (1, "process exited while connecting to monitor: Could not open 'x.raw': Permission denied", "searchable"),
    ]
    for (code, message, words) in cases {
      let hint = LibvirtError(code: code, domain: 0, message: message).hint
      #expect(hint?.contains(words) == true, "\(message)")
    }
    #expect(LibvirtError(code: 8, domain: 0, message: "invalid argument").hint == nil)
    #expect(LibvirtError(code: 1, domain: 0, message: "a\u{1B}[31mb\nc").message == "a\u{FFFD}[31mb\u{FFFD}c")
  }

  @Test("only pools that appeared for our folder are swept")
  func sweep() async throws {
    let connection = try await LibvirtConnection.open("test:///default")
    let before = try await connection.storagePools()
    #expect(before.contains { $0.name == "default-pool" && $0.target == "/default-pool" })
    let sweep = try await StoragePoolSweep(before: connection, folders: ["/default-pool"])
    #expect(try await sweep.sweep() == [])
    #expect(try await connection.storagePools().count == before.count)
  }

  @Test("a pool's folder is read from its description, escapes undone")
  func poolTarget() {
    let xml = "<pool type='dir'><source/><target>\n <path>/a &amp; b/&lt;c&gt;</path>\n</target></pool>"
    #expect(PoolDescription.target(in: xml) == "/a & b/<c>")
    #expect(PoolDescription.target(in: "<pool type='rbd'></pool>") == nil)
  }
}
