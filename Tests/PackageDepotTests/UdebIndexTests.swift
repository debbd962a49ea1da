import Foundation
import Testing

@testable import PackageDepot

@Suite("Package index")
struct UdebIndexTests {
  static let digest = String(repeating: "a1", count: 32)
  static let stanza = """
    Package: nic-modules-6.12.94+deb13-amd64-di
    Version: 6.12.94-1
    Architecture: amd64
    Filename: pool/main/l/linux/nic.udeb
    Size: 4711
    SHA256: \(digest)

    """

  private static func parse(_ text: String) throws -> UdebIndex { try UdebIndex(parsing: Array(text.utf8)) }

  @Test("the fields that matter are kept, the rest is skipped")
  func fields() throws {
    let index = try Self.parse(
      "\n\n" + Self.stanza + "Kernel-Version: 6.12.94+deb13-amd64\nDepends: kernel-image\npriority:  standard \n"
        + "Description: modules\n many of them\n .\n\tmore\nProvides: nic-modules\n   \n"
        + Self.stanza.replacingOccurrences(of: "nic", with: "fb").trimmingCharacters(in: .newlines))
    #expect(
      index.entries.map(\.package) == ["nic-modules-6.12.94+deb13-amd64-di", "fb-modules-6.12.94+deb13-amd64-di"])
    let first = try #require(index.entries.first)
    #expect(first.kernelVersion == "6.12.94+deb13-amd64" && first.priority == "standard" && first.size == 4711)
    #expect(first.depends == "kernel-image" && first.provides == "nic-modules" && first.sha256 == Self.digest)
    #expect(index.entries[1].kernelVersion == nil && index.entries[1].depends.isEmpty)
  }

  @Test(
    "hostile indices are refused with the line",
    arguments: [
      ("Size: 4711", "Size: -1", 1), ("Size: 4711", "Size: 99999999999999999999", 1), ("Size: 4711", "Size: +4711", 1),
      ("pool/main/l", "../../etc", 1), ("pool/main/l", "/etc", 1), ("pool/main/l", "pool//x", 1),
      ("pool/main/l", "po ol", 1),
      ("SHA256: a1", "SHA256: zz", 1), ("SHA256: a1", "SHA256: ", 1), ("Version: 6.12.94-1\n", "", 1),
      ("Version: ", "Version: 1\u{1B}[2J", 2), ("Version: 6.12.94-1", "Package: again", 2),
      ("Version: ", "Version ", 2),
      ("Package: nic", " nic", 1), ("Package: ", "Package: ä", 1), ("Version: 6.12.94-1", "<html>", 2),
      ("Version:", ": Version", 2),
    ])
  func hostile(what: String, with: String, line: Int) throws {
    let text = Self.stanza.replacingOccurrences(of: what, with: with)
    #expect(text != Self.stanza)
    let error = #expect(throws: UdebIndexError.self) { try Self.parse(text) }
    #expect(error?.line == line)
  }

  @Test("random bytes and torn indices are an error or an index, never a crash")
  func torn() {
    let bytes = Array(Self.stanza.utf8)
    for length in bytes.indices { _ = try? UdebIndex(parsing: Array(bytes[..<length])) }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      var noisy = bytes
      for _ in 0..<8 {
        noisy[Int.random(in: noisy.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? UdebIndex(parsing: noisy)
    }
  }

  @Test("an empty index has no entries")
  func empty() throws {
    for text in ["", "\n\n \n"] { #expect(try Self.parse(text).entries.isEmpty) }
  }

  @Test(
    "the pin for Debian 13 is read whole", .enabled(if: Pin.packed != nil && Tools.have("xz"), "needs ../shared and xz")
  )
  func pin() async throws {
    let bytes = try await Pin.plain()
    let index = try UdebIndex(parsing: bytes)
    #expect(index.entries.count == 380)
    #expect(index.entries.filter { $0.kernelVersion != nil }.count == 46)
    #expect(index.entries.allSatisfy { $0.size > 0 && $0.filename.hasSuffix(".udeb") })
  }
}

/// The pin that is handed on beside the repository.
enum Pin {
  static let packed: String? = {
    let shared: URL
    if let named = ProcessInfo.processInfo.environment["IMAGE_FACTORY_SHARED"] {
      shared = URL(fileURLWithPath: named)
    } else {
      var root = URL(fileURLWithPath: #filePath)
      while root.path != "/", !FileManager.default.fileExists(atPath: root.appendingPathComponent("Package.swift").path)
      {
        root.deleteLastPathComponent()
      }
      shared = root.deletingLastPathComponent().appendingPathComponent("shared")
    }
    let file = shared.appendingPathComponent("installer-pins/debian-13.6-udebs.Packages.xz").path
    return FileManager.default.fileExists(atPath: file) ? file : nil
  }()

  static func plain() async throws -> [UInt8] {
    let result = try await Tools.run("xz", ["-dc", try #require(packed)])
    return Array(result.output.utf8)
  }
}
