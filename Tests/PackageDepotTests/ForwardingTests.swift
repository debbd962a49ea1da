import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import PackageDepot

@Suite("Forwarding", .enabled(if: Tools.have("curl"), "needs curl"))
struct ForwardingTests {
  @Test(
    "a path reaches the mirror byte for byte",
    arguments: [
      "/debian/pool/main/g/g%2b%2b/g%2B%2b_1%3a2.udeb", "/a+b~c", "/a//b/./c", "/x?y=%20&z=a+b", "/;,=!$'()*@:-_",
      "/%7e",
    ])
  func paths(path: String) async throws {
    let mirror = try await TestMirror.start { head, answer in try await answer.send("served \(head.uri)") }
    try await withDepot([mirror]) { depot in
      let result = try await depot.curl("--path-as-is", "--globoff", mirror.url + path)
      #expect(result.output == "served \(path)")
      #expect(mirror.seen.first?.headers["host"] == [mirror.host])
    }
  }

  @Test("headers of one connection stay on it, the others pass both ways")
  func headers() async throws {
    let mirror = try await TestMirror.start { _, answer in
      try await answer.send("x", .ok, ["ETag": "\"1\"", "X-Secret-Hop": "1", "Connection": "X-Secret-Hop", "Age": "3"])
    }
    try await withDepot([mirror]) { depot in
      let result = try await depot.curl(
        "-i", mirror.url, "-H", "Range: bytes=0-0", "-H", "If-Range: \"1\"", "-H", "X-Hop: 1", "-H",
        "Connection: X-Hop",
        "-H", "Proxy-Connection: keep-alive", "-H", "If-Modified-Since: Sat, 06 Sep 2025 09:12:33 GMT")
      let seen = try #require(mirror.seen.first).headers
      #expect(
        seen["range"] == ["bytes=0-0"] && seen["if-range"] == ["\"1\""] && seen.contains(name: "if-modified-since"))
      #expect(!seen.contains(name: "x-hop") && !seen.contains(name: "proxy-connection"))
      #expect(!seen.contains(name: "proxy-authorization") && !seen.contains(name: "cache-control"))
      let answer = result.output.lowercased()
      #expect(answer.contains("etag: \"1\"") && answer.contains("age: 3") && !answer.contains("x-secret-hop"))
    }
  }

  @Test("statuses without a body and answers to HEAD keep the connection usable")
  func bodiless() async throws {
    let mirror = try await TestMirror.start { head, answer in
      if head.method == .HEAD {
        try await answer.head(.ok, ["Content-Length": "4711"])
        try await answer.end()
      } else if head.headers.contains(name: "if-none-match") {
        try await answer.head(.notModified, ["ETag": "\"1\""])
        try await answer.end()
      } else {
        try await answer.send("body")
      }
    }
    try await withDepot([mirror]) { depot in
      let target = "\(mirror.url)/f HTTP/1.1\r\nHost: x\r\n"
      let text = try await RawGuest.ask(
        depot.port,
        "HEAD \(target)\r\nGET \(target)If-None-Match: \"1\"\r\n\r\nGET \(target)Connection: close\r\n\r\n")
      #expect(text.lowercased().contains("content-length: 4711"))
      let statuses = text.split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.1 ") }
      #expect(statuses == ["HTTP/1.1 200 OK", "HTTP/1.1 304 Not Modified", "HTTP/1.1 200 OK"])
      #expect(text.hasSuffix("\r\n\r\nbody"))
    }
  }

  @Test("ten requests sent ahead are answered in their order, over one connection")
  func pipelining() async throws {
    let mirror = try await TestMirror.start { head, answer in
      // The first ones take longest.
      let number = Int(head.uri.dropFirst(2)) ?? 0
      try await Task.sleep(for: .milliseconds(50 - number * 5))
      try await answer.send("<\(number)>")
    }
    try await withDepot([mirror]) { depot in
      let requests = (0..<10).map { number in
        "GET \(mirror.url)/n\(number) HTTP/1.1\r\nHost: x\r\n\(number == 9 ? "Connection: close\r\n" : "")\r\n"
      }
      let text = try await RawGuest.ask(depot.port, requests.joined())
      let bodies = text.split(separator: "<").dropFirst().map { $0.prefix { $0 != ">" } }
      #expect(bodies == (0..<10).map { "\($0)" })
      #expect(try await depot.statistics { $0.requests == 10 }.requests == 10)
    }
  }

  @Test("a hundred guests at once all get their file")
  func parallel() async throws {
    let mirror = try await TestMirror.start { head, answer in
      try await Task.sleep(for: .milliseconds(100))
      try await answer.send(String(repeating: head.uri, count: 1000))
    }
    try await withDepot([mirror]) { depot in
      let whole = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<100 {
          group.addTask {
            let text = try await RawGuest.ask(
              depot.port, "GET \(mirror.url)/\(number) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return text.hasSuffix("\r\n\r\n" + String(repeating: "/\(number)", count: 1000))
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(whole == 100)
      let statistics = try await depot.statistics { $0.requests == 100 }
      #expect(statistics.requests == 100 && statistics.failures.isEmpty)
    }
  }

  @Test("a chunked body stays chunked, and a client of HTTP/1.0 gets it until the end of the connection")
  func chunked() async throws {
    let mirror = try await TestMirror.start { _, answer in
      try await answer.head(.ok, ["Transfer-Encoding": "chunked"])
      for part in ["one ", "two"] { try await answer.body(part.utf8) }
      try await answer.end()
    }
    try await withDepot([mirror]) { depot in
      let modern = try await depot.curl("-i", mirror.url)
      #expect(modern.output.lowercased().contains("transfer-encoding: chunked") && modern.output.hasSuffix("one two"))
      let old = try await RawGuest.ask(depot.port, "GET \(mirror.url)/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(!old.lowercased().contains("chunked") && old.hasSuffix("\r\n\r\none two"))
    }
  }

  @Test("several files of one guest use one connection")
  func keepAlive() async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("x") }
    try await withDepot([mirror]) { depot in
      let result = try await depot.curl(
        "-o", "/dev/null", "-o", "/dev/null", "-w", "%{num_connects} ", mirror.url + "/1", mirror.url + "/2")
      #expect(result.output == "1 0 ")
    }
  }
}
