import Foundation
import Model
import NIOCore
import NIOHTTP1
import Testing

@testable import PackageDepot

@Suite("Refusals", .enabled(if: Tools.have("curl"), "needs curl"))
struct RefusalTests {
  @Test("hosts that are no mirror of the build get 403, and are never asked")
  func hosts() async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("x") }
    let other = try await TestMirror.start { _, answer in try await answer.send("x") }
    try await withDepot([mirror]) { depot in
      for url in [
        other.url, "http://169.254.169.254/latest/meta-data", "http://localhost:\(mirror.port)/", depot.localURL,
      ] {
        let result = try await depot.curl("-w", "%{http_code}", url)
        #expect(result.output.hasSuffix("403") && result.output.contains("is not a mirror of this build"), "\(url)")
      }
      #expect(other.seen.isEmpty && mirror.seen.isEmpty)
      #expect(depot.statistics().refused == 4)
    }
    await other.close()
  }

  @Test(
    "what is no absolute URL of a mirror gets 403",
    arguments: ["/debian/", "*", "ftp://HOST/", "http://a@HOST/", "http://HOST"])
  func targets(target: String) async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("x") }
    try await withDepot([mirror]) { depot in
      let target = target.replacingOccurrences(of: "HOST", with: mirror.host)
      let text = try await RawGuest.ask(
        depot.port, "GET \(target) HTTP/1.1\r\nHost: \(mirror.host)\r\nConnection: close\r\n\r\n")
      #expect(text.hasPrefix(target == mirror.url ? "HTTP/1.1 200 " : "HTTP/1.1 403 "))
    }
  }

  @Test("other methods get 405, tunnels too", arguments: ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT"])
  func methods(method: String) async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("x") }
    try await withDepot([mirror]) { depot in
      let target = method == "CONNECT" ? mirror.host : mirror.url
      let text = try await RawGuest.ask(
        depot.port, "\(method) \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
      #expect(text.hasPrefix("HTTP/1.1 405 ") && text.contains("GET and HEAD only"))
      #expect(mirror.seen.isEmpty)
    }
  }

  @Test("a request with a large body is not listened to")
  func largeBody() async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("x") }
    try await withDepot([mirror]) { depot in
      let text = try await RawGuest.ask(
        depot.port,
        "GET \(mirror.url)/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
          + String(repeating: "x", count: 200_000))
      #expect(text.hasPrefix("HTTP/1.1 413 ") && mirror.seen.isEmpty)
    }
  }

  @Test("broken requests end the connection and nothing else")
  func garbage() async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("x") }
    try await withDepot([mirror]) { depot in
      for request in [
        "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET x y z HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      ] {
        _ = try? await RawGuest.ask(depot.port, request)
      }
      let reply = try await depot.curl(mirror.url)
      #expect(reply.output == "x")
    }
  }

  @Test("with a token only requests that carry it pass")
  func token() async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("x") }
    try await withDepot([mirror], { $0.token = Secret("t0ken-x_1") }) { depot in
      #expect(depot.proxyURL == "http://depot:t0ken-x_1@10.0.2.2:\(depot.port)/")
      let reply = try await depot.curl(mirror.url)
      #expect(reply.output == "x")
      #expect(mirror.seen.first?.headers.contains(name: "proxy-authorization") == false)
      for wrong in ["depot:t0ken-x_2@", "depot:@", ""] {
        let result = try await Tools.run(
          "curl", ["-sS", "-w", "%{http_code}", "-x", "http://\(wrong)127.0.0.1:\(depot.port)", mirror.url])
        #expect(result.output.hasSuffix("403"), "\(wrong)")
        #expect(!result.output.contains("t0ken"))
      }
    }
  }

  @Test("a token that cannot stand in a URL is refused", arguments: ["", "a b", "a@b", "ä"])
  func badToken(token: String) async throws {
    await #expect(throws: DepotError.unusableToken) {
      _ = try await Depot.start(DepotSettings(allowedHosts: [], token: Secret(token)), peerCheck: AnyPeer())
    }
  }

  @Test("base URLs of mirrors become hosts with ports; what is none is an error")
  func mirrors() throws {
    let settings = try DepotSettings(mirrors: [
      "http://FTP.debian.org/debian", "https://deb.example", "http://[::1]:8/x",
    ])
    #expect(settings.allowedHosts == ["ftp.debian.org:80", "deb.example:443", "[::1]:8"])
    for wrong in ["file:///srv", "ftp.debian.org", "http://", "http://a:b@c/", "http://h:0/", "http://h:99999/"] {
      #expect(throws: DepotError.notAMirror(wrong)) { try DepotSettings(mirrors: [wrong]) }
    }
  }
}
