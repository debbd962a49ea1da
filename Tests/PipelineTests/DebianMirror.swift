import Foundation
import HostSystem
import Installers
import Model
import SystemPackage
import Testing

@testable import Pipeline

/// A small Debian mirror in a folder, signed with a key of its own: a netboot package, netboot images and installer components.
final class DebianMirror: Sendable {
  static let kernelVersion = "6.12.1-amd64"
  let folder: FilePath
  let keyring: FilePath
  private let home: ScratchFolder
  private let test: TestHost

  var url: String { "file://" + folder.string }
  private var suite: FilePath { folder.appending("dists/trixie") }

  /// Runs `body` with a complete mirror; `kernel` is the version of which it has modules.
  static func run(
    expires: String = "never", modulesFor kernel: String = DebianMirror.kernelVersion, omit: Set<String> = [],
    codename: String = "trixie", _ body: (TestHost, DebianMirror) async throws -> Void
  ) async throws {
    try await TestHost.run { test in
      let mirror = try await DebianMirror(test, expires: expires)
      var failure: (any Error)?
      do {
        try await mirror.fill(modulesFor: kernel, omit: omit)
        try await mirror.sign(codename: codename)
        try await mirror.makePin()
        try await body(test, mirror)
      } catch {
        failure = error
      }
      _ = try? await SubprocessRunner().run(
        Command("gpgconf", ["--homedir", mirror.home.path.string, "--kill", "all"], purpose: "end the agent"))
      try mirror.home.close()
      if let failure { throw failure }
    }
  }

  /// What a config says of it.
  var source: InstallerSource {
    var source = InstallerSource()
    source.keyring = keyring
    return source
  }

  private init(_ test: TestHost, expires: String) async throws {
    self.test = test
    folder = test.folder.appending("mirror")
    // Of its own and short: the path of gpg-agent's socket.
    home = try ScratchFolder(under: "/tmp", prefix: "gpg")
    keyring = test.folder.appending("archive.gpg")
    try await gpg(
      "--faked-system-time", "20200101T000000!", "--quick-generate-key", "archive", "ed25519", "sign", expires)
    try await gpg("--output", keyring.string, "--export", "archive")
  }

  private func gpg(_ arguments: String...) async throws {
    try await SubprocessRunner().succeed(
      Command(
        "gpg", ["--homedir", home.path.string, "--batch", "--yes", "--quiet", "--passphrase", ""] + arguments,
        purpose: "sign a test's mirror"), failing: .unexpected)
  }

  /// A keyring that does not have the mirror's key.
  func strangersKeyring() async throws -> FilePath {
    try await gpg("--quick-generate-key", "stranger", "ed25519", "sign", "never")
    let ring = test.folder.appending("stranger.gpg")
    try await gpg("--output", ring.string, "--export", "stranger")
    return ring
  }

  /// What a Linux kernel begins with, as far as anybody here looks.
  static func kernelImage(_ version: String = DebianMirror.kernelVersion) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 2048)
    bytes.replaceSubrange(0x202..<0x206, with: "HdrS".utf8)
    bytes.replaceSubrange(0x20E..<0x210, with: [0x00, 0x04])
    let text = Array("\(version) (debian-kernel@lists.debian.org) #1 SMP".utf8) + [0]
    bytes.replaceSubrange(0x600..<(0x600 + text.count), with: text)
    return bytes
  }

  private func fill(modulesFor kernel: String, omit: Set<String>) async throws {
    let images = "mirror/dists/trixie/main/installer-amd64/current/images"
    var sums = ""
    for (name, bytes) in [("linux", Self.kernelImage(kernel)), ("initrd.gz", Array("an initrd".utf8))] {
      try test.write("\(images)/netboot/debian-installer/amd64/\(name)", bytes)
      sums += "\(SourceDigest.sha256(bytes))  ./netboot/debian-installer/amd64/\(name)\n"
    }
    try test.write("\(images)/SHA256SUMS", sums)
    let names = ["base-installer", "kernel-image-\(kernel)-di", "virtio-modules-\(kernel)-di", "partman-base"]
    let asked = ["partman-auto", "partman-auto-lvm", "partman-auto-crypto", "partman-ext3"]
    var index = ""
    for name in (names + asked) where !omit.contains(name) {
      let path = "pool/main/\(name)_1_amd64.udeb"
      try test.write("mirror/\(path)", name)
      index += stanza(name, path, Array(name.utf8), kernel: name.contains(kernel) ? kernel : nil)
    }
    try await compress("main/debian-installer/binary-amd64/Packages", index)
    let package = try await netbootPackage()
    let other = "Package: hello\nVersion: 1\nFilename: pool/hello.deb\n\n"
    try await compress(
      "main/binary-amd64/Packages",
      other + stanza("debian-installer-13-netboot-amd64", package.path, package.bytes, kernel: nil) + other)
  }

  private func stanza(_ name: String, _ path: String, _ bytes: [UInt8], kernel: String?) -> String {
    """
    Package: \(name)
    Version: 1
    Priority: \(name.hasPrefix("partman-") ? "optional" : "standard")
    \(kernel.map { "Kernel-Version: \($0)\n" } ?? "")Filename: \(path)
    Size: \(bytes.count)
    SHA256: \(SourceDigest.sha256(bytes))


    """
  }

  private func netbootPackage() async throws -> (path: String, bytes: [UInt8]) {
    let folder = "netboot/usr/lib/debian-installer/images/13/amd64/text/debian-installer/amd64"
    try test.write("\(folder)/linux", Self.kernelImage())
    try test.write("\(folder)/initrd.gz", "an initrd")
    try test.write(
      "netboot/DEBIAN/control",
      "Package: debian-installer-13-netboot-amd64\nVersion: 1\nArchitecture: all\nMaintainer: t <t@t>\nDescription: t\n"
    )
    let path = "pool/main/d/netboot_1_all.deb"
    try Folder.create(self.folder.appending("pool/main/d"))
    try await test.tool(
      "dpkg-deb", "--build", "--root-owner-group", test.folder.appending("netboot").string,
      self.folder.pushing(FilePath(path)).string)
    return (path, try AtomicFile.read(self.folder.pushing(FilePath(path))))
  }

  private func compress(_ name: String, _ text: String) async throws {
    let path = try test.write("mirror/dists/trixie/\(name)", text)
    try await test.tool("xz", "-f", path.string)
  }

  /// Signs the suite as it is now.
  func sign(codename: String = "trixie", validUntil: String? = nil) async throws {
    let validity = validUntil.map { "Valid-Until: \($0)\n" } ?? ""
    var release = "Origin: Debian\nSuite: stable\nCodename: \(codename)\n\(validity)Components: main\nSHA256:\n"
    for name in [
      "main/installer-amd64/current/images/SHA256SUMS", "main/debian-installer/binary-amd64/Packages.xz",
      "main/binary-amd64/Packages.xz",
    ] {
      let bytes = try AtomicFile.read(suite.pushing(FilePath(name)))
      release += " \(SourceDigest.sha256(bytes)) \(bytes.count) \(name)\n"
    }
    let plain = try test.write("mirror/dists/trixie/Release", release)
    try await gpg(
      "--faked-system-time", "20200102T000000!", "--local-user", "archive", "--output",
      suite.appending("InRelease").string,
      "--clearsign", plain.string)
  }

  /// Turns `InRelease` into what older mirrors have: `Release` and its signature.
  func detach() async throws {
    let release = suite.appending("Release")
    try Folder.remove(suite.appending("InRelease"))
    try await gpg(
      "--faked-system-time", "20200102T000000!", "--local-user", "archive", "--output", release.string + ".gpg",
      "--detach-sign", release.string)
  }

  /// Changes the signed text after it was signed.
  func tamper() throws {
    let path = suite.appending("InRelease")
    try AtomicFile.write(try test.text(path).replacing("Origin: Debian", with: "Origin: Somebody"), to: path)
  }

  /// Makes a pin `pipeline-test` of an older installer, of which the mirror still has every file.
  func makePin() async throws {
    let component = "pinned-base"
    try test.write("mirror/pool/main/\(component)_1_amd64.udeb", component)
    let index = try test.write(
      "configs/pins/pipeline-test",
      stanza(component, "pool/main/\(component)_1_amd64.udeb", Array(component.utf8), kernel: nil))
    try await test.tool("xz", "-f", index.string)
    let digest = String(repeating: "1", count: 64)
    try test.write(
      "configs/pins/pipeline-test.pin",
      InstallerPin(
        suite: "trixie", package: "pool/main/d/netboot_1_all.deb", packageSHA256: digest, packageSize: 1,
        kernel: .init(path: "usr/linux", sha256: digest), initrd: .init(path: "usr/initrd.gz", sha256: digest),
        kernelVersion: "6.12.0-amd64", index: "pipeline-test.xz", indexSHA256: digest
      ).text)
  }

  /// Takes one file of the pool away.
  func lose(_ name: String) throws { try Folder.remove(folder.appending("pool/main/\(name)_1_amd64.udeb")) }
}
