import Foundation
import Model
import NIOHTTP1
import SystemPackage
import Testing

@testable import PackageDepot

@Suite("Pinned suite", .enabled(if: Tools.have("gpg", "gpgv", "gpgconf", "curl"), "needs gpg, gpgv and curl"))
struct PinnedSuiteTests {
  static let packages = Array(UdebIndexTests.stanza.utf8)

  @Test("the installer's steps succeed: Release, its signature by gpgv, and the index it names")
  func installer() async throws {
    try await withScratch { folder in
      let suite = try await PinnedSuiteBuilder(scratch: folder, run: Tools.runner)
        .build(name: "trixie-pinned", packages: Self.packages, time: 1_757_149_953)
      let mirror = try await TestMirror.start { head, answer in try await answer.send("mirror's \(head.uri)") }
      try await withDepot([mirror], { $0.pinnedSuite = suite }) { depot in
        let base = "\(mirror.url)/debian/dists/trixie-pinned"
        let names = ["Release", "Release.gpg", "main/debian-installer/binary-amd64/Packages"]
        let files = names.map { folder.appending($0.replacingOccurrences(of: "/", with: "_")).string }
        for (name, file) in zip(names, files) {
          let reply = try await depot.curl("-f", "-o", file, "\(base)/\(name)")
          #expect(reply.status == 0, "\(name)")
        }
        let keyring = folder.appending("pin.gpg").string
        try Data(suite.publicKeyring).write(to: URL(fileURLWithPath: keyring))
        let check = try await Tools.run("gpgv", ["--status-fd", "1", "--keyring", keyring, files[1], files[0]])
        #expect(check.status == 0 && check.output.contains("VALIDSIG"), "\(check.errors)")

        let release = try String(contentsOfFile: files[0], encoding: .utf8)
        let digest = try await Tools.run("sha256sum", [files[2]]).output.prefix(64)
        #expect(release.contains("\n \(digest) \(Self.packages.count) \(names[2])\n"))
        for line in [
          "Suite: trixie-pinned", "Components: main", "Architectures: amd64", "Date: Sat, 06 Sep 2025 09:12:33 UTC",
        ] {
          #expect(release.split(separator: "\n").contains { $0 == line })
        }
        let fromPin = try await depot.statistics { $0.requestsFromPin == 3 }.requestsFromPin
        #expect(mirror.seen.isEmpty && fromPin == 3)
      }
    }
  }

  @Test("the depot alone answers for the suite, in every spelling, and for nothing else")
  func scope() async throws {
    let suite = PinnedSuite(
      name: "trixie-pinned", index: try UdebIndex(parsing: Self.packages), publicKeyring: [],
      files: ["Release": Array("R".utf8)])
    let mirror = try await TestMirror.start { head, answer in try await answer.send("mirror's \(head.uri)") }
    try await withDepot([mirror], { $0.pinnedSuite = suite }) { depot in
      let dists = mirror.url + "/debian/dists/"
      for name in ["InRelease", "Packages.xz", "main/", "", "../trixie/Release", "Release/x"] {
        let result = try await depot.curl("--path-as-is", "-w", "%{http_code}", dists + "trixie-pinned/" + name)
        #expect(result.output.hasSuffix("404") && result.output.contains("no such file"), "\(name)")
      }
      for name in ["trixie-pinned/Release", "trixie%2dpinned/Releas%65", "/trixie-pinned//Release?x"] {
        let reply = try await depot.curl("--path-as-is", dists + name)
        #expect(reply.output == "R", "\(name)")
      }
      #expect(mirror.seen.isEmpty)
      for name in ["trixie/Release", "trixie-pinned2/Release"] {
        let reply = try await depot.curl(dists + name)
        #expect(reply.output == "mirror's /debian/dists/\(name)")
      }
      let head = try await depot.curl("-I", dists + "trixie-pinned/Release")
      #expect(head.output.lowercased().contains("content-length: 1\r"))
    }
  }

  @Test("the key is gone afterwards, and its agent, also when signing fails", arguments: [true, false])
  func gone(fails: Bool) async throws {
    try await withScratch { folder in
      let runner: ToolRunner = { command in
        if fails, command.arguments.contains(where: { $0.value == "--detach-sign" }) {
          throw ToolFailed(description: "no signature today")
        }
        return try await Tools.runner(command)
      }
      let builder = PinnedSuiteBuilder(scratch: folder, run: runner)
      if fails {
        await #expect(throws: ToolFailed.self) { _ = try await builder.build(name: "p", packages: Self.packages) }
      } else {
        _ = try await builder.build(name: "p", packages: Self.packages)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string).isEmpty)
      let agents = ProcessTable(proc: "/proc").processes().map { ProcessTable(proc: "/proc").arguments(of: $0) }
      #expect(!agents.contains { $0.contains { $0.hasPrefix(folder.string) } })
    }
  }

  @Test("a scratch folder with a long path does not stop the agent")
  func longPath() async throws {
    try await withScratch { folder in
      let deep = folder.appending(String(repeating: "long-", count: 30))
      try FileManager.default.createDirectory(atPath: deep.string, withIntermediateDirectories: false)
      let suite = try await PinnedSuiteBuilder(scratch: deep, run: Tools.runner).build(
        name: "p", packages: Self.packages)
      #expect(!suite.releaseSignature.isEmpty)
    }
  }

  @Test("a broken index, an empty one and a name that is no folder are refused before a key is made")
  func refused() async throws {
    let builder = PinnedSuiteBuilder(scratch: "/nowhere") { _ in throw ToolFailed(description: "not to be reached") }
    await #expect(throws: UdebIndexError.self) { _ = try await builder.build(name: "p", packages: []) }
    await #expect(throws: UdebIndexError.self) {
      _ = try await builder.build(name: "p", packages: Array("<html>".utf8))
    }
    for name in ["", "..", ".p", "-p", "a/b", "A", "a b", "a\nb"] {
      await #expect(throws: DepotError.badSuiteName(name)) {
        _ = try await builder.build(name: name, packages: Self.packages)
      }
    }
    await #expect(throws: DepotError.self) { _ = try await builder.build(name: "p", packages: Self.packages) }
  }
}
