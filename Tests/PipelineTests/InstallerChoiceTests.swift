import Glibc
import HostSystem
import Installers
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("which installer boots", needs("gpg", "gpgv", "xz", "dpkg-deb"))
struct InstallerChoiceTests {
  private func choose(
    _ test: TestHost, _ mirror: DebianMirror, _ change: (inout ImageConfig) -> Void = { _ in }
  ) async throws -> InstallerChooser.Choice {
    let config = try test.config {
      $0.source.kernel = []
      $0.source.initrd = []
      $0.source.mirrors = [mirror.url, second(test)]
      $0.source.keyring = mirror.keyring
      $0.source.pin = "pipeline-test"
      $0.origins["installer"] = SourceLocation(file: "my.conf", line: 4)
      change(&$0)
    }
    return await InstallerChooser(host: test.host, shippedFolder: test.folder.appending("configs")).choose(
      for: config,
      mirrors: Mirrors.choose(for: config.source, distribution: config.distribution, host: test.host.facts),
      workFolder: test.output.appending("work"))
  }

  /// The URL of a mirror that has nothing.
  private func second(_ test: TestHost) -> String { "file://\(test.folder)/second" }

  private func fallsBack(_ choice: InstallerChooser.Choice, because part: String) {
    #expect(choice.plan?.kind == .pinned)
    #expect(choice.plan?.reason.contains(part) == true, "\(choice.plan?.reason ?? "")")
    #expect(choice.findings == [])
    #expect(choice.pinnedSuite?.name == "trixie-pinned")
  }

  @Test("the mirror's present one when the mirror has all of it, from the signature down")
  func current() async throws {
    try await DebianMirror.run { test, mirror in
      let choice = try await choose(test, mirror)
      let plan = try #require(choice.plan)
      #expect(plan.kind == .current, "\(plan.reason)")
      #expect(plan.reason == "the mirror has all of 6 installer components")
      let images = "dists/trixie/main/installer-amd64/current/images/netboot/debian-installer/amd64"
      #expect(plan.kernel.sources == ["\(mirror.url)/\(images)/linux", "\(second(test))/\(images)/linux"])
      #expect(plan.kernel.sha256 == SourceDigest.sha256(DebianMirror.kernelImage()))
      #expect(plan.initrd.sha256 == SourceDigest.sha256(Array("an initrd".utf8)))
      #expect(plan.kernel.trust == "InRelease of trixie")
      #expect(plan.kernel.target == test.output.appending("work/linux"))
      #expect(choice.pinnedSuite == nil && choice.findings == [])
    }
  }

  @Test("the pin, saying why, when a component is missing; with 'current' an error that says the same")
  func incomplete() async throws {
    try await DebianMirror.run { test, mirror in
      try mirror.lose("base-installer")
      let choice = try await choose(test, mirror)
      fallsBack(choice, because: "the mirror lacks 1 of 8 installer files, 'pool/main/base-installer_1_amd64.udeb'")
      #expect(choice.plan?.kernel.sources == ["deb:pool/main/d/netboot_1_all.deb#usr/linux"])
      #expect(choice.plan?.kernel.mirrors == [mirror.url, second(test)])
      #expect(choice.plan?.kernel.trust == "pin 'pipeline-test'")
      #expect(choice.pinnedSuite?.index == test.folder.appending("configs/pins/pipeline-test.xz"))

      let forced = try await choose(test, mirror) { $0.source.choice = .current }
      #expect(forced.plan == nil)
      #expect(forced.findings.first?.status == .fetchFailed)
      #expect(forced.findings.first?.message.contains("cannot be used: the mirror lacks 1 of 8") == true)
      #expect(forced.findings.first?.location?.line == 4)

      let noDepot = try await choose(test, mirror) { $0.source.depot = false }
      #expect(noDepot.plan == nil)
      #expect(noDepot.findings.first?.hint?.contains("'depot = yes'") == true)
    }
  }

  @Test("'pinned' does not look at the mirror's present one, but for the pin's own files")
  func pinned() async throws {
    try await DebianMirror.run { test, mirror in
      try mirror.tamper()
      try mirror.lose("base-installer")
      fallsBack(try await choose(test, mirror) { $0.source.choice = .pinned }, because: "as configured")
      let unknown = try await choose(test, mirror) {
        $0.source.choice = .pinned
        $0.source.pin = "no-such-pin"
      }
      #expect(unknown.findings.first?.message == "cannot find the pin 'no-such-pin'")
      #expect(unknown.findings.first?.location?.line == 4)
      try mirror.lose("pinned-base")
      let lost = try await choose(test, mirror) { $0.source.choice = .pinned }
      #expect(lost.plan == nil)
      #expect(
        lost.findings.first?.message
          == "the mirror lacks 1 of the 2 files of the pin 'pipeline-test', 'pool/main/pinned-base_1_amd64.udeb' among them"
      )
    }
  }

  @Test("mirrors that have the suite come first, and where none has it the finding says what each answered")
  func order() async throws {
    try await DebianMirror.run { test, mirror in
      let choice = try await choose(test, mirror) { $0.source.mirrors = [second(test), mirror.url] }
      #expect(choice.plan?.kind == .current)
      #expect(choice.mirrors?.main == [mirror.url, second(test)])
      let none = try await choose(test, mirror) {
        $0.source.mirrors = [second(test)]
        $0.origins["mirror"] = SourceLocation(file: "my.conf", line: 8)
      }
      #expect(none.plan == nil)
      #expect(none.findings.first?.message.hasPrefix("no mirror has the suite 'trixie': \(second(test))/") == true)
      #expect(none.findings.first?.location?.line == 8)
    }
  }

  @Test("a text changed after it was signed is never believed")
  func badSignature() async throws {
    try await DebianMirror.run { test, mirror in
      try mirror.tamper()
      fallsBack(try await choose(test, mirror), because: "is bad")
      let forced = try await choose(test, mirror) { $0.source.choice = .current }
      #expect(forced.plan == nil && forced.findings.first?.message.contains("is bad") == true)
    }
  }

  @Test("a key that is not in the keyring counts for nothing, nor does one that has expired")
  func keys() async throws {
    try await DebianMirror.run { test, mirror in
      let stranger = try await mirror.strangersKeyring()
      fallsBack(
        try await choose(test, mirror) { $0.source.keyring = stranger }, because: "is not in the keyring")
      fallsBack(
        try await choose(test, mirror) { $0.source.keyring = "/no/ring.gpg" },
        because: "cannot read the archive's keyring '/no/ring.gpg'")
    }
    try await DebianMirror.run(expires: "2020-06-01") { test, mirror in
      fallsBack(try await choose(test, mirror), because: "has expired")
    }
  }

  @Test("an older suite under this one's name is refused though its signature is good")
  func otherSuite() async throws {
    try await DebianMirror.run(codename: "bookworm") { test, mirror in
      fallsBack(try await choose(test, mirror), because: "is signed, but of the suite 'bookworm' and not of 'trixie'")
      // By its other name, as the archive's own links do it, it is what it says.
      symlink("trixie", mirror.folder.appending("dists/stable").string)
      let archive = try DebianArchive(
        mirror: mirror.url, suite: "stable", source: mirror.source, host: test.host,
        cacheFolder: test.folder.appending("cache"))
      #expect(try await archive.release().codename == "bookworm")
    }
  }

  @Test("a Release file past its end is refused, unless the config says that the release is an archived one")
  func expiredRelease() async throws {
    try await DebianMirror.run { test, mirror in
      // The test's clock stands at Tue, 03 Feb 2026 04:05:06 UTC.
      try await mirror.sign(validUntil: "Tue, 03 Feb 2026 04:05:06 UTC")
      #expect(try await choose(test, mirror).plan?.kind == .current)
      try await mirror.sign(validUntil: "Tue, 03 Feb 2026 04:05:05 UTC")
      fallsBack(
        try await choose(test, mirror), because: "has expired: it was valid until Tue, 03 Feb 2026 04:05:05 UTC")
      // The pin names each of its files itself: how old the archive's list is says nothing about it.
      fallsBack(try await choose(test, mirror) { $0.source.choice = .pinned }, because: "as configured")
      let forced = try await choose(test, mirror) { $0.source.choice = .current }
      #expect(forced.plan == nil && forced.findings.first?.status == .fetchFailed)
      let archived = try await choose(test, mirror) { $0.source.checkValidUntil = false }
      #expect(archived.plan?.kind == .current)
      let error = await factoryError {
        _ = try await DebianArchive(
          mirror: mirror.url, suite: "trixie", source: mirror.source, host: test.host,
          cacheFolder: test.folder.appending("cache")
        ).release()
      }
      #expect(error?.hint?.contains("'check-valid-until = no'") == true)
      try await mirror.sign(validUntil: "soon")
      fallsBack(try await choose(test, mirror), because: "'Valid-Until' that is no date: 'soon'")
      // Nothing of it is asked in the other form either.
      try await mirror.sign(validUntil: "Tue, 03 Feb 2026 04:05:05 UTC")
      try await mirror.detach()
      fallsBack(try await choose(test, mirror), because: "has expired")
    }
  }

  @Test("a mirror without InRelease is believed by its Release and the signature beside it, and only by both")
  func detached() async throws {
    try await DebianMirror.run { test, mirror in
      try await mirror.detach()
      #expect(try await choose(test, mirror).plan?.kind == .current)
      let release = mirror.folder.appending("dists/trixie/Release")
      try AtomicFile.write(try test.text(release) + "\n", to: release)
      fallsBack(try await choose(test, mirror), because: "is bad")
      try Folder.remove(FilePath(release.string + ".gpg"))
      fallsBack(try await choose(test, mirror), because: "InRelease")
    }
  }

  @Test("an index that does not match its digest is refused")
  func changedIndex() async throws {
    try await DebianMirror.run { test, mirror in
      try test.write("mirror/dists/trixie/main/debian-installer/binary-amd64/Packages.xz", "changed")
      fallsBack(try await choose(test, mirror), because: "Packages.xz")
    }
  }
}

@Suite("a kernel and an initrd of one's own")
struct ConfiguredInstallerTests {
  @Test("they win over everything, and an unprotected source without a digest is worth a warning")
  func configured() async throws {
    try await TestHost.run { test in
      let config = try test.config {
        $0.source.kernel = ["http://example.org/linux", "/srv/linux"]
        $0.source.initrd = ["/srv/initrd"]
        $0.source.initrdSHA256 = "aa"
        $0.source.choice = .pinned
        $0.origins["linux"] = SourceLocation(file: "my.conf", line: 2)
      }
      let choice = await InstallerChooser(host: test.host, shippedFolder: nil).choose(
        for: config, mirrors: Mirrors(main: ["http://m"], security: nil), workFolder: "/w")
      #expect(choice.plan?.kind == .configured)
      #expect(choice.plan?.kernel.sources == ["http://example.org/linux", "/srv/linux"])
      #expect(choice.plan?.kernel.trust == "unverified: the config names no digest")
      #expect(choice.plan?.initrd.trust == "digest in the config")
      #expect(choice.findings.map(\.severity) == [.warning])
      #expect(choice.findings.first?.hint == "set 'linux-sha256'")
      #expect(choice.findings.first?.location?.line == 2)
    }
  }

  @Test("neither of them and no mirror is a config error")
  func nothing() async throws {
    try await TestHost.run { test in
      let config = try test.config {
        $0.source.kernel = []
        $0.source.initrd = []
      }
      let choice = await InstallerChooser(host: test.host, shippedFolder: nil).choose(
        for: config, mirrors: Mirrors(main: [], security: nil), workFolder: "/w")
      #expect(choice.plan == nil)
      #expect(choice.findings.map(\.status) == [.configInvalid])
    }
  }
}
