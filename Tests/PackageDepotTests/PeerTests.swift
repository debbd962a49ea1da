import Foundation
import Glibc
import SystemPackage
import Testing

@testable import PackageDepot

@Suite("Who may use the depot", .enabled(if: Tools.have("python3", "curl"), "needs python3 and curl"))
struct PeerTests {
  /// A client without a proxy library: what counts is its process.
  private static let client = """
    import socket, sys
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.sendall(("GET " + sys.argv[2] + " HTTP/1.0\\r\\n\\r\\n").encode())
    while True:
        b = s.recv(65536)
        if not b: break
        sys.stdout.write(b.decode())
    """

  private static func ask(_ depot: Depot, _ url: String, _ more: [String], user: String? = nil) async throws -> String {
    let python = ["python3", "-c", client, "\(depot.port)", url] + more
    let prefix = user.map { ["setpriv", "--reuid=\($0)", "--clear-groups"] } ?? ["env"]
    return try await Tools.run(prefix[0], Array(prefix.dropFirst()) + python).output
  }

  @Test("only the process with this build's domain on its command line is served")
  func processes() async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("served") }
    try await withDepot([mirror], peers: SocketOwner(domainName: "image-factory-x-1")) { depot in
      let refused = try await depot.curl("-w", "%{http_code}", mirror.url)
      #expect(refused.output.hasSuffix("403") && refused.output.contains("one running build only"))
      let names = ["guest=image-factory-x-1,debug-threads=on", "guest=image-factory-x-1"]
      for name in names {
        let reply = try await Self.ask(depot, mirror.url, ["-name", name])
        #expect(reply.hasSuffix("\r\n\r\nserved"))
      }
      for other in [
        ["-name", "guest=image-factory-x-12"], ["-x", names[0]], ["-name", "x,guest=image-factory-x"], [],
      ] {
        let reply = try await Self.ask(depot, mirror.url, other)
        #expect(reply.hasPrefix("HTTP/1.1 403 "), "\(other)")
      }
      #expect(mirror.seen.count == 2 && depot.statistics().refused == 5)
    }
  }

  @Test(
    "another user cannot forge the command line",
    .enabled(if: geteuid() == 0 && Tools.have("setpriv"), "needs root, to be somebody else"))
  func forged() async throws {
    let mirror = try await TestMirror.start { _, answer in try await answer.send("served") }
    try await withDepot([mirror], peers: SocketOwner(domainName: "d")) { depot in
      let answer = try await Self.ask(depot, mirror.url, ["-name", "guest=d"], user: "65534")
      #expect(answer.hasPrefix("HTTP/1.1 403 ") && mirror.seen.isEmpty)
    }
  }

  @Test("where open files are hidden, a trusted user's process with the domain's name is enough")
  func hidden() async throws {
    try await withScratch { proc in
      let own = geteuid()
      let peer = PeerSocket(clientAddress: "127.0.0.1", clientPort: 40000, serverAddress: "127.0.0.1", serverPort: 3142)
      let check = SocketOwner(domainName: "d", proc: proc)
      func table(user: UInt32) throws {
        let header =
          "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        let row =
          "   0: 0100007F:9C40 0100007F:0C46 01 00000000:00000000 00:00000000 00000000 \(user)        0 4711 1 x\n"
        try Self.write(header + row, proc.appending("net").appending("tcp"))
      }
      try table(user: own)
      #expect(check.verdict(on: peer) != .allowed)
      try Self.write("/usr/bin/qemu\0-name\0guest=d,x=y\0", proc.appending("77").appending("cmdline"))
      try Self.write("Name:\tqemu\nUid:\t\(own)\t\(own)\t\(own)\t\(own)\n", proc.appending("77").appending("status"))
      #expect(check.verdict(on: peer) == .allowed)
      let other = PeerSocket(
        clientAddress: "127.0.0.1", clientPort: 40001, serverAddress: "127.0.0.1", serverPort: 3142)
      #expect(check.verdict(on: other) != .allowed)
      try table(user: 54321)
      #expect(check.verdict(on: peer) != .allowed)
    }
  }

  @Test("who has no business here and says nothing is soon gone")
  func silent() async throws {
    try await withDepot([], peers: SocketOwner(domainName: "d")) { depot in
      let started = ContinuousClock.now
      let answer = try await RawGuest.ask(depot.port, "")
      #expect(answer.isEmpty)
      #expect(.now - started < .seconds(8))
    }
  }

  private static func write(_ text: String, _ path: FilePath) throws {
    let folder = path.removingLastComponent().string
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path.string))
  }
}
