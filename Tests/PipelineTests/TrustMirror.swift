import Foundation
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

/// A mirror of an installer in a folder, served over HTTP, with a list of digests signed by keys that gpg makes for the test.
final class TrustMirror: Sendable {
  /// A chain, and how its list is written and signed.
  struct Kind: Sendable, CustomTestStringConvertible {
    enum Signature: Sendable, Equatable {
      case none
      case beside(String)
      case around
    }

    var name: String
    var list: String
    var signature: Signature
    var testDescription: String { name }

    static let all = [
      Kind(name: "treeinfo", list: ".treeinfo", signature: .none),
      Kind(name: "suse-checksums", list: "CHECKSUMS", signature: .beside(".asc")),
      Kind(name: "sha256sums-gpg", list: "SHA256SUMS", signature: .beside(".gpg")),
      Kind(name: "clear-signed", list: "CHECKSUM", signature: .around),
    ]
    static let signed = all.filter { $0.signature != .none }

    func text(_ files: [String: [UInt8]]) -> String {
      let lines = files.sorted { $0.key < $1.key }.map { path, bytes in
        let digest = SourceDigest.sha256(bytes)
        return switch name {
        case "treeinfo": "\(path) = sha256:\(digest)"
        case "clear-signed": "# \(path): \(bytes.count) bytes\nSHA256 (\(path)) = \(digest)"
        case "sha256sums-gpg": "\(digest) *\(path)"
        default: "\(digest)  \(path)"
        }
      }
      let body = lines.joined(separator: "\n") + "\n"
      guard name == "treeinfo" else { return body }
      return "[checksums]\n" + body + "\n[general]\n; for older tools\nfamily = Test Linux\nversion = 7.1\n"
    }
  }

  static let files: [String: [UInt8]] = [
    "boot/linux": Array("a kernel".utf8), "boot/initrd": Array("an initrd".utf8),
    "boot/root.img": Array("a second stage".utf8), "test-1.2-live.iso": Array("an image".utf8),
    "test-1.2.9-live.iso": Array("a newer image".utf8), "test-1.2.10-live.iso": Array("the newest image".utf8),
  ]

  let kind: Kind
  let test: TestHost
  let server: FolderServer
  let keyring: FilePath
  private let home: FilePath

  var folder: FilePath { test.folder.appending("tree") }

  /// Runs `body` with a complete mirror of each kind in turn, all with keys of one home.
  static func run(_ kinds: [Kind], _ body: (TrustMirror) async throws -> Void) async throws {
    // Of its own and short: the path of gpg-agent's socket.
    let home = try ScratchFolder(under: "/tmp", prefix: "gpg")
    var failure: (any Error)?
    do {
      try await gpg(
        home.path, "--faked-system-time", "20200101T000000!", "--quick-generate-key", "archive", "ed25519", "sign",
        "never")
      for kind in kinds {
        try await TestHost.run { test in
          try await FolderServer.run(test.folder.appending("tree")) { server in
            let mirror = try await TrustMirror(kind, test, server, home.path)
            try await mirror.publish(files)
            try await body(mirror)
          }
        }
      }
    } catch {
      failure = error
    }
    _ = try? await SubprocessRunner().run(
      Command("gpgconf", ["--homedir", home.path.string, "--kill", "all"], purpose: "end the agent"))
    try home.close()
    if let failure { throw failure }
  }

  private init(_ kind: Kind, _ test: TestHost, _ server: FolderServer, _ home: FilePath) async throws {
    self.kind = kind
    self.test = test
    self.server = server
    self.home = home
    keyring = test.folder.appending("archive.gpg")
    try await TrustMirror.gpg(home, "--output", keyring.string, "--export", "archive")
  }

  private static func gpg(_ home: FilePath, _ arguments: String...) async throws {
    try await SubprocessRunner().succeed(
      Command(
        "gpg", ["--homedir", home.string, "--batch", "--yes", "--quiet", "--passphrase", ""] + arguments,
        purpose: "sign a test's mirror"), failing: .unexpected)
  }

  /// A key of this name with its keyring.
  func key(_ name: String, expires: String = "never", armored: Bool = false) async throws -> FilePath {
    if name != "archive" {
      try await TrustMirror.gpg(
        home, "--faked-system-time", "20200101T000000!", "--quick-generate-key", name, "ed25519", "sign", expires)
    }
    let ring = test.folder.appending("\(name)-\(armored).gpg")
    let form = armored ? ["--armor"] : []
    try await SubprocessRunner().succeed(
      Command(
        "gpg", ["--homedir", home.string, "--batch", "--yes"] + form + ["--output", ring.string, "--export", name],
        purpose: "export a key"), failing: .unexpected)
    return ring
  }

  /// Writes the files, and the list of what they are, or of what `listed` says they are, signed.
  func publish(_ files: [String: [UInt8]], listed: [String: [UInt8]]? = nil, by signer: String = "archive") async throws
  {
    for (path, bytes) in files { try test.write("tree/\(path)", bytes) }
    try await publish(list: kind.text(listed ?? files), by: signer)
  }

  /// Writes the list alone, signed.
  func publish(list text: String, by signer: String = "archive") async throws {
    let list = try test.write("tree/\(kind.list)", text)
    let time = ["--faked-system-time", "20200102T000000!", "--local-user", signer]
    switch kind.signature {
    case .none: break
    case .beside(let suffix):
      let form = suffix == ".asc" ? ["--armor"] : []
      try await sign(time + form + ["--output", list.string + suffix, "--detach-sign", list.string])
    case .around:
      let plain = try test.write("plain", text)
      try await sign(time + ["--output", list.string, "--clearsign", plain.string])
    }
  }

  private func sign(_ arguments: [String]) async throws {
    try await SubprocessRunner().succeed(
      Command(
        "gpg", ["--homedir", home.string, "--batch", "--yes", "--quiet", "--passphrase", ""] + arguments,
        purpose: "sign a list"), failing: .unexpected)
  }

  /// A config that takes its installer from this mirror.
  func config(_ change: (inout ImageConfig) -> Void = { _ in }) throws -> ImageConfig {
    try test.config {
      $0.distribution = "testlinux"
      $0.source.kernel = []
      $0.source.initrd = []
      $0.source.mirrors = [server.url]
      $0.source.trust = kind.name
      $0.source.kernelPath = "boot/linux"
      $0.source.initrdPath = "boot/initrd"
      $0.source.stage2Path = "boot/root.img"
      $0.source.keyrings = kind.signature == .none ? [] : [keyring]
      $0.source.keyringPackage = "testlinux-keyring"
      $0.origins["trust"] = SourceLocation(file: "my.conf", line: 3)
      change(&$0)
    }
  }

  func choose(_ change: (inout ImageConfig) -> Void = { _ in }) async throws -> InstallerChooser.Choice {
    let config = try config(change)
    return await InstallerChooser(host: test.host, shippedFolder: nil).choose(
      for: config,
      mirrors: Mirrors.choose(for: config.source, distribution: config.distribution, host: test.host.facts),
      workFolder: test.output.appending(".golden-2026-02-03.build"))
  }

  /// The finding that stands against the build; a failed expectation when there is a plan.
  func refusal(_ change: (inout ImageConfig) -> Void = { _ in }) async throws -> Finding {
    let choice = try await choose(change)
    guard choice.plan == nil, let finding = choice.findings.first else {
      throw FactoryError(.unexpected, "\(kind.name) planned: \(String(describing: choice.plan))")
    }
    return finding
  }

  /// Fetches what the choice says, as the stage does.
  func fetch(_ choice: InstallerChooser.Choice) async throws -> BuildReport {
    guard let installer = choice.plan else {
      throw FactoryError(.unexpected, choice.findings.map(\.message).joined(separator: "; "))
    }
    return try await test.build(test.plan { $0.installer = installer }, [FetchStage()])
  }

  /// Whether the cache has the good files, whole.
  var keepsGoodFiles: Bool {
    ["boot/linux", "boot/initrd", "boot/root.img"].allSatisfy { path in
      let bytes = TrustMirror.files[path] ?? []
      let kept = test.folder.appending("cache/content").appending(SourceDigest.sha256(bytes))
      return (try? AtomicFile.read(kept)) == bytes
    }
  }
}
