import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import PackageDepot

@Suite("Redirects", .enabled(if: Tools.have("curl"), "needs curl"))
struct RedirectTests {
  /// An address of this host that is neither loopback nor link-local: a stand-in for a host on the internet.
  private static let ownAddress: String? = {
    let devices = (try? System.enumerateDevices()) ?? []
    return devices.compactMap(\.address).filter { $0.protocol == .inet }.compactMap(\.ipAddress)
      .first { !$0.hasPrefix("127.") && !$0.hasPrefix("169.254.") }
  }()

  @Test("one that stays on the build's mirrors is the guest's to follow", arguments: ["/elsewhere", "absolute"])
  func passedOn(location: String) async throws {
    let mirror = try await TestMirror.start { head, answer in
      guard head.uri == "/" else { return try await answer.send("arrived") }
      let absolute = "http://\(head.headers.first(name: "host") ?? "")/elsewhere"
      try await answer.send("", .found, ["Location": location == "absolute" ? absolute : location])
    }
    try await withDepot([mirror]) { depot in
      let direct = try await depot.curl("-o", "/dev/null", "-w", "%{http_code}", mirror.url)
      #expect(direct.output == "302")
      let followed = try await depot.curl("-L", mirror.url)
      #expect(followed.output == "arrived")
    }
  }

  @Test(
    "one to another host is followed by the depot, with the range asked for",
    .enabled(if: ownAddress != nil, "needs a network address"))
  func followed() async throws {
    let address = try #require(Self.ownAddress)
    let other = try await TestMirror.start(on: address) { head, answer in
      if head.uri == "/a/1" { return try await answer.send("", .movedPermanently, ["Location": "2"]) }
      try await answer.send("\(head.uri) \(head.headers.first(name: "range") ?? "")")
    }
    let mirror = try await TestMirror.start { _, answer in
      try await answer.send("", .found, ["Location": other.url + "/a/1"])
    }
    try await withDepot([mirror]) { depot in
      let ranged = try await depot.curl("-r", "5-", mirror.url)
      #expect(ranged.output == "/a/2 bytes=5-")
    }
    await other.close()
  }

  @Test("five are followed, a circle is a 502", .enabled(if: ownAddress != nil, "needs a network address"))
  func circle() async throws {
    let address = try #require(Self.ownAddress)
    let other = try await TestMirror.start(on: address) { _, answer in
      try await answer.send("", .found, ["Location": "/round"])
    }
    let mirror = try await TestMirror.start { _, answer in try await answer.send("", .found, ["Location": other.url]) }
    try await withDepot([mirror]) { depot in
      let result = try await depot.curl("-w", "%{http_code}", mirror.url)
      #expect(result.output.hasSuffix("502") && result.output.contains("more than 5 times"))
      #expect(other.seen.count == 5)
    }
    await other.close()
  }

  @Test(
    "one to this host, its link, a metadata service or another protocol is a 502",
    arguments: [
      "http://127.0.0.1:PORT/", "http://localhost:PORT/", "http://2130706433:PORT/", "http://[::ffff:127.0.0.1]:PORT/",
      "http://169.254.169.254/latest", "http://0.0.0.0:PORT/", "file:///etc/passwd", "gopher://x/",
    ])
  func offLimits(location: String) async throws {
    let secret = try await TestMirror.start { _, answer in try await answer.send("secret") }
    let target = location.replacingOccurrences(of: "PORT", with: "\(secret.port)")
    let mirror = try await TestMirror.start { _, answer in try await answer.send("", .found, ["Location": target]) }
    try await withDepot([mirror]) { depot in
      let result = try await depot.curl("-w", "%{http_code}", mirror.url)
      #expect(result.output.hasSuffix("502") && !result.output.contains("secret"))
      #expect(secret.seen.isEmpty)
    }
    await secret.close()
  }

  @Test("addresses of this host, its link and metadata services are known in all their forms")
  func addresses() {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    for four: [UInt8] in [
      [127, 1, 2, 3], [169, 254, 169, 254], [0, 0, 0, 0], [224, 0, 0, 1], [255, 255, 255, 255], [100, 100, 100, 200],
    ] {
      #expect(AddressRules.isOffLimits(four) && AddressRules.isOffLimits(mapped + four))
    }
    for four: [UInt8] in [[151, 101, 2, 132], [10, 0, 0, 1], [192, 168, 1, 1]] {
      #expect(!AddressRules.isOffLimits(four) && !AddressRules.isOffLimits(mapped + four))
    }
    #expect(AddressRules.isOffLimits([UInt8](repeating: 0, count: 15) + [1]))
    #expect(AddressRules.isOffLimits([0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1]))
    #expect(!AddressRules.isOffLimits([0x2A, 0x04, 0x4E, 0x42] + [UInt8](repeating: 0, count: 11) + [1]))
  }
}
