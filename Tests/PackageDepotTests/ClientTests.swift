import Foundation
import Model
import NIOHTTP1
import SystemPackage
import Testing

@testable import PackageDepot

/// The programs that an installer really uses.
@Suite("Installers' clients")
struct ClientTests {
  @Test(
    "BusyBox's wget gets its file, with credentials in the proxy's URL",
    .enabled(if: Tools.have("busybox"), "needs busybox"))
  func busybox() async throws {
    try await wget("busybox", ["wget", "-q", "-O", "-"])
  }

  @Test("GNU wget gets its file, with credentials in the proxy's URL", .enabled(if: Tools.have("wget"), "needs wget"))
  func gnu() async throws {
    try await wget("wget", ["--no-verbose", "-O", "-", "-U", "debian-installer"])
  }

  private func wget(_ tool: String, _ arguments: [String]) async throws {
    let mirror = try await TestMirror.start { head, answer in
      try await answer.send("served \(head.uri)", head.uri == "/missing" ? .notFound : .ok)
    }
    try await withDepot([mirror], { $0.token = Secret("abc") }) { depot in
      let environment = ["http_proxy": depot.localURL]
      let url = mirror.url + "/g%2b%2b.udeb"
      let reply = try await Tools.run(tool, arguments + [url], environment: environment)
      #expect(reply.output == "served /g%2b%2b.udeb")
      let missing = try await Tools.run(tool, arguments + [mirror.url + "/missing"], environment: environment)
      #expect(missing.status != 0 && missing.errors.contains("404"))
    }
  }

  @Test(
    "apt-get verifies and downloads through the depot",
    .enabled(if: Tools.have("apt-get", "gpg", "gpgconf"), "needs apt-get and gpg"))
  func apt() async throws {
    try await withScratch { folder in
      let names = (0..<12).map { "factory-\($0)" }
      let contents = Dictionary(
        uniqueKeysWithValues: names.map { ($0, String(repeating: "\($0) is no real package\n", count: 2000)) })
      let index = try await self.index(contents, in: folder)
      let path = "main/binary-amd64/Packages"
      let release = Array(
        ReleaseText.render(suite: "tiny", architecture: "amd64", files: [(path, index)], time: 1_757_149_953).utf8)
      let home = try SigningHome(in: folder, run: Tools.runner)
      try await home.makeKey(name: "tiny")
      let (signature, keyring) = (try await home.sign(release), try await home.publicKeyring())
      await home.remove()

      let mirror = try await TestMirror.start { head, answer in
        let uri = head.uri
        if uri.hasSuffix("/dists/tiny/Release") {
          return try await answer.send(String(decoding: release, as: UTF8.self))
        }
        if uri.hasSuffix("/Release.gpg") { return try await answer.send(String(decoding: signature, as: UTF8.self)) }
        if uri.hasSuffix(path) { return try await answer.send(String(decoding: index, as: UTF8.self)) }
        guard let name = names.first(where: { uri.contains("/\($0)_1") }), let body = contents[name] else {
          return try await answer.send("no", .notFound)
        }
        try await answer.send(body)
      }
      try await withDepot([mirror]) { depot in
        let root = folder.appending("root").string
        for sub in [
          "etc/apt/preferences.d", "etc/apt/apt.conf.d", "state/lists/partial", "cache/archives/partial", "log",
        ] {
          try FileManager.default.createDirectory(atPath: "\(root)/\(sub)", withIntermediateDirectories: true)
        }
        try Data(keyring).write(to: URL(fileURLWithPath: "\(root)/pin.gpg"))
        try Data().write(to: URL(fileURLWithPath: "\(root)/status"))
        try Data("deb [arch=amd64 signed-by=\(root)/pin.gpg] \(mirror.url)/debian tiny main\n".utf8)
          .write(to: URL(fileURLWithPath: "\(root)/sources.list"))
        let configuration = [
          "Dir::Etc=\(root)/etc/apt", "Dir::Etc::SourceList=\(root)/sources.list", "Dir::Etc::SourceParts=-",
          "Dir::State=\(root)/state", "Dir::State::status=\(root)/status", "Dir::Cache=\(root)/cache",
          "Dir::Log=\(root)/log",
          "APT::Architecture=amd64", "APT::Architectures=amd64", "APT::Sandbox::User=root", "Acquire::Languages=none",
          "Acquire::http::Proxy=\(depot.localURL)",
        ].flatMap { ["-o", $0] }
        let update = try await Tools.run("apt-get", configuration + ["update"])
        #expect(update.status == 0 && !update.errors.contains("W:"), "\(update.output)\(update.errors)")
        let target = folder.appending("got").string
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
        let got = try await Tools.run("env", ["-C", target, "apt-get"] + configuration + ["download"] + names)
        #expect(got.status == 0, "\(got.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: target)
        #expect(files.count == names.count)
        #expect(mirror.seen.contains { $0.uri.contains("%2b") } && depot.statistics().failures.isEmpty)
      }
    }
  }

  /// A package index for files that are only downloaded, never unpacked.
  private func index(_ contents: [String: String], in folder: FilePath) async throws -> [UInt8] {
    var text = ""
    for (name, body) in contents.sorted(by: { $0.key < $1.key }) {
      let file = folder.appending("body").string
      try Data(body.utf8).write(to: URL(fileURLWithPath: file))
      let digest = try await Tools.run("sha256sum", [file]).output.prefix(64)
      text += """
        Package: \(name)
        Version: 1+x
        Architecture: amd64
        Maintainer: nobody <nobody@example.org>
        Filename: pool/main/f/\(name)_1+x_amd64.deb
        Size: \(body.utf8.count)
        SHA256: \(digest)
        Description: nothing


        """
    }
    return Array(text.utf8)
  }
}
