import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import PackageDepot

@Suite("Failures of mirrors", .enabled(if: Tools.have("curl"), "needs curl"))
struct FailureTests {
  enum End: String, CaseIterable { case length, chunked, close }

  @Test("an answer that breaks off is never a whole one for the guest", arguments: End.allCases)
  func cut(end: End) async throws {
    let mirror = try await TestMirror.start { _, answer in
      switch end {
      case .length: try await answer.head(.ok, ["Content-Length": "100000"])
      case .chunked: try await answer.head(.ok, ["Transfer-Encoding": "chunked"])
      case .close:
        // A reset is all that a mirror can do to show it.
        try await answer.head(.ok, ["Connection": "close"], version: .http1_0)
      }
      try await answer.body(String(repeating: "x", count: 5000).utf8)
      try await Task.sleep(for: .milliseconds(100))
      if end == .close {
        try await (answer.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      }
      try await answer.cut()
    }
    try await withDepot([mirror]) { depot in
      let result = try await depot.curl("-o", "/dev/null", mirror.url)
      #expect([18, 56].contains(result.status), "curl said \(result.status) \(result.errors)")
      let statistics = try await depot.statistics { $0.failures.count == 1 }
      #expect(statistics.failures.count == 1 && statistics.requests == 0)
    }
  }

  @Test("a mirror that falls silent in the middle costs the guest its connection, in time")
  func silentBody() async throws {
    let mirror = try await TestMirror.start { _, answer in
      try await answer.head(.ok, ["Content-Length": "100000"])
      try await answer.body("x".utf8)
      try await Task.sleep(for: .seconds(40))
    }
    try await withDepot([mirror], { $0.silenceTimeout = .milliseconds(300) }) { depot in
      let started = ContinuousClock.now
      let result = try await depot.curl("-o", "/dev/null", mirror.url)
      #expect(result.status == 18 && .now - started < .seconds(15))
      let failures = try await depot.statistics { !$0.failures.isEmpty }.failures
      #expect(failures.values.first?.contains("sent nothing for 0.3 s") == true)
    }
  }

  @Test("a slow guest is no silent mirror")
  func slowGuest() async throws {
    let mirror = try await TestMirror.start { _, answer in
      let block = ByteBuffer(repeating: 1, count: 1 << 20)
      try await answer.head(.ok, ["Content-Length": "\(24 << 20)"])
      for _ in 0..<24 { try await answer.body(block) }
      try await answer.end()
    }
    try await withDepot([mirror], { $0.silenceTimeout = .milliseconds(1500) }) { depot in
      let url = mirror.url
      let count = try await RawGuest.connect(to: depot.port) { reader, writer in
        try await writer.write(ByteBuffer(string: "GET \(url)/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        try await Task.sleep(for: .seconds(3))
        return try await reader.count()
      }
      #expect(count > 24 << 20)
    }
  }

  @Test("a mirror that never answers is a 504")
  func silentHead() async throws {
    let mirror = try await TestMirror.start { _, _ in try await Task.sleep(for: .seconds(20)) }
    try await withDepot([mirror], { ($0.silenceTimeout, $0.connectTimeout) = (.seconds(1), .seconds(1)) }) {
      depot in
      let result = try await depot.curl("-w", "%{http_code}", mirror.url)
      #expect(result.output.hasSuffix("504") && result.output.contains("did not answer in time"))
      #expect(mirror.seen.count == 1)
    }
  }

  @Test("a mirror that is not there is a 502 with the reason, after the attempts")
  func refused() async throws {
    let mirror = try await TestMirror.start { _, _ in }
    await mirror.close()
    try await withDepot([mirror]) { depot in
      let result = try await depot.curl("-w", "%{http_code}", mirror.url + "/a")
      #expect(result.output.hasSuffix("502") && result.output.lowercased().contains("refused"))
      #expect(result.output.filter { $0 == "\n" }.count == 1)
      #expect(depot.statistics().failures.keys.first == mirror.url + "/a")
    }
  }

  @Test("an unknown host is a 502")
  func unknownHost() async throws {
    try await withDepot([], { $0.allowedHosts = ["no-such-host.invalid:80"] }) { depot in
      let result = try await depot.curl("-w", "%{http_code}", "http://no-such-host.invalid/")
      #expect(result.output.hasSuffix("502") && result.output.contains("no-such-host.invalid"))
    }
  }

  @Test("passing trouble of a mirror is waited out, lasting trouble is passed on")
  func retries() async throws {
    let asked = Mutex(0)
    let mirror = try await TestMirror.start { head, answer in
      let number = asked.withLock {
        $0 += 1; return $0
      }
      if head.uri == "/lasting" { return try await answer.send("down", .serviceUnavailable) }
      if number == 1 { return try await answer.send("busy", .serviceUnavailable) }
      if number == 2 { return try await answer.cut() }
      try await answer.send("fine")
    }
    try await withDepot([mirror]) { depot in
      let reply = try await depot.curl(mirror.url + "/passing")
      #expect(reply.output == "fine")
      #expect(mirror.seen.count == 3)
      let result = try await depot.curl("-w", "%{http_code}", mirror.url + "/lasting")
      #expect(result.output == "down503" && mirror.seen.count == 6)
    }
  }

  @Test("a 404 is passed on at once and remembered")
  func missing() async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("gone", .notFound) }
    try await withDepot([mirror]) { depot in
      let result = try await depot.curl("-w", "%{http_code}", mirror.url + "/x.udeb")
      #expect(result.output == "gone404")
      let missing = try await depot.statistics { !$0.missing.isEmpty }.missing
      #expect(missing == [mirror.url + "/x.udeb": 1] && mirror.seen.count == 1)
    }
  }

  @Test("closing takes moments, with guests in the middle of their answers, and nobody is served afterwards")
  func close() async throws {
    let mirror = try await TestMirror.start { head, answer in
      if head.uri == "/silent" { return try await Task.sleep(for: .seconds(20)) }
      try await answer.head(.ok, ["Content-Length": "\(1 << 30)"])
      while true { try await answer.body(ByteBuffer(repeating: 1, count: 1 << 16)) }
    }
    let settings = DepotSettings(allowedHosts: [mirror.host])
    let depot = try await Depot.start(settings, peerCheck: AnyPeer())
    let (port, url) = (depot.port, mirror.url)
    await withTaskGroup(of: Void.self) { group in
      for path in ["/silent", "/endless", "/endless", "idle"] {
        group.addTask {
          _ = try? await RawGuest.connect(to: port) { reader, writer in
            if path != "idle" {
              try await writer.write(ByteBuffer(string: "GET \(url)\(path) HTTP/1.1\r\nHost: x\r\n\r\n"))
            }
            // One of them does not read, the others read on.
            if path == "/endless" { _ = try await reader.next() }
            try await Task.sleep(for: .seconds(1))
            _ = try await reader.count()
          }
        }
      }
      try? await Task.sleep(for: .milliseconds(400))
      let started = ContinuousClock.now
      await depot.close()
      #expect(.now - started < .seconds(3))
      await depot.close()
    }
    await #expect(throws: (any Error).self) { try await RawGuest.ask(port, "GET \(url)/ HTTP/1.1\r\n\r\n") }
    await mirror.close()
  }

  @Test("connections beyond the limit are closed, the others work on")
  func limit() async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("x") }
    try await withDepot([mirror], { $0.maximumConnections = 1 }) { depot in
      let (port, request) = (depot.port, "GET \(mirror.url)/ HTTP/1.1\r\nHost: x\r\n\r\n")
      try await RawGuest.connect(to: port) { reader, writer in
        try await writer.write(ByteBuffer(string: request))
        #expect(try await reader.next() != nil)
        let second = (try? await RawGuest.ask(port, request)) ?? ""
        #expect(second.isEmpty)
        try await writer.write(ByteBuffer(string: request))
        #expect(try await reader.next() != nil)
      }
    }
  }
}
