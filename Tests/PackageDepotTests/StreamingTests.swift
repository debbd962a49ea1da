import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import PackageDepot

/// Alone among themselves: one of them looks at the memory of the whole process.
@Suite("Streaming", .serialized, .enabled(if: Tools.have("curl"), "needs curl"))
struct StreamingTests {
  /// Sends `size` bytes in blocks and counts what the kernel took.
  private static func sender(_ size: Int, _ sent: Counter) -> TestMirror.Script {
    { _, answer in
      try await answer.head(.ok, ["Content-Length": "\(size)"])
      let block = ByteBuffer(repeating: 0x5A, count: 64 << 10)
      var rest = size
      while rest > 0 {
        let part = rest >= block.readableBytes ? block : block.getSlice(at: 0, length: rest) ?? block
        try await answer.body(part)
        rest -= part.readableBytes
        sent.add(part.readableBytes)
      }
      try await answer.end()
    }
  }

  final class Counter: Sendable {
    private let count = Mutex(0)
    func add(_ more: Int) { count.withLock { $0 += more } }
    var value: Int { count.withLock { $0 } }
  }

  private static func residentKiB() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
  }

  @Test("200 MB pass through in a few MB of memory")
  func memory() async throws {
    let size = 200_000_000
    let mirror = try await TestMirror.start(Self.sender(size, Counter()))
    try await withDepot([mirror]) { depot in
      _ = try await depot.curl("-o", "/dev/null", "-r", "0-0", "--max-filesize", "1", mirror.url + "/warm-up")
      let before = Self.residentKiB()
      let peak = Mutex(before)
      let watch = Task {
        while !Task.isCancelled {
          peak.withLock { $0 = max($0, Self.residentKiB()) }
          try? await Task.sleep(for: .milliseconds(10))
        }
      }
      let result = try await depot.curl("-o", "/dev/null", "-w", "%{size_download}", mirror.url + "/big")
      watch.cancel()
      #expect(result.output == "\(size)")
      // Mirror and depot together, and whatever tests run beside.
      let growth = peak.withLock { $0 } - before
      #expect(growth < 40 << 10, "grew by \(growth) KiB")
    }
  }

  @Test("a guest that does not read holds the mirror back, and gets everything in the end")
  func backPressure() async throws {
    let size = 96 << 20
    let sent = Counter()
    let mirror = try await TestMirror.start(Self.sender(size, sent))
    try await withDepot([mirror]) { depot in
      let url = mirror.url
      let received = try await RawGuest.connect(to: depot.port) { reader, writer in
        try await writer.write(ByteBuffer(string: "GET \(url)/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        var before = -1
        // Until the buffers of the kernel are full on the whole way.
        while before != sent.value {
          before = sent.value
          try await Task.sleep(for: .milliseconds(400))
        }
        #expect(before > 0 && before < size / 2, "the mirror could send \(before) bytes")
        return try await reader.count()
      }
      #expect(received > size)
    }
  }

  @Test("when the guest hangs up, the mirror is not asked for the rest")
  func guestLeaves() async throws {
    let sent = Counter()
    let size = 400 << 20
    let ended = Counter()
    let mirror = try await TestMirror.start { head, answer in
      defer { ended.add(1) }
      try await Self.sender(size, sent)(head, answer)
    }
    try await withDepot([mirror]) { depot in
      let url = mirror.url
      try await RawGuest.connect(to: depot.port) { reader, writer in
        try await writer.write(ByteBuffer(string: "GET \(url)/ HTTP/1.1\r\nHost: x\r\n\r\n"))
        _ = try await reader.next()
      }
      for _ in 0..<100 where ended.value == 0 { try await Task.sleep(for: .milliseconds(30)) }
      #expect(ended.value == 1 && sent.value < size / 2)
    }
  }
}
