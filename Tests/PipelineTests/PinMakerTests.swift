import HostSystem
import Installers
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("making a pin", needs("gpg", "gpgv", "xz", "dpkg-deb", "tar"))
struct PinMakerTests {
  private func make(_ test: TestHost, _ mirror: DebianMirror) async throws -> InstallerPin {
    let cache = test.folder.appending("cache")
    let archive = try DebianArchive(
      mirror: mirror.url, suite: "trixie", source: mirror.source, host: test.host, cacheFolder: cache)
    return try await PinMaker(archive: archive, host: test.host, cacheFolder: cache).make(
      "new", in: test.folder.appending("pins"), tell: { _ in })
  }

  @Test("a complete mirror gives a pin with every digest, which reads back, and its index beside it")
  func complete() async throws {
    try await DebianMirror.run { test, mirror in
      let pin = try await make(test, mirror)
      #expect(test.names(test.folder.appending("pins")) == ["new-udebs.Packages.xz", "new.pin"])
      #expect(pin.suite == "trixie" && pin.kernelVersion == "6.12.1-amd64")
      #expect(pin.package == "pool/main/d/netboot_1_all.deb")
      let package = try AtomicFile.read(mirror.folder.appending("pool/main/d/netboot_1_all.deb"))
      #expect(pin.packageSHA256 == SourceDigest.sha256(package) && pin.packageSize == Int64(package.count))
      #expect(pin.kernel.sha256 == SourceDigest.sha256(DebianMirror.kernelImage()))
      #expect(pin.initrd.sha256 == SourceDigest.sha256(Array("an initrd".utf8)))
      let index = try AtomicFile.read(test.folder.appending("pins/new-udebs.Packages.xz"))
      #expect(pin.indexSHA256 == SourceDigest.sha256(index))
      let (read, folder) = try PinFolder(shipped: test.folder).load("new")
      #expect(read == pin)
      #expect(folder == test.folder.appending("pins"))
    }
  }

  @Test("a mirror that lacks files is refused, naming each of them, and nothing is written")
  func missing() async throws {
    try await DebianMirror.run { test, mirror in
      try mirror.lose("base-installer")
      try mirror.lose("partman-ext3")
      let error = await factoryError { _ = try await make(test, mirror) }
      #expect(error?.status == .fetchFailed)
      #expect(error?.message == "the mirror lacks 2 of the 6 files that a pin would name")
      #expect(error?.details == ["pool/main/base-installer_1_amd64.udeb", "pool/main/partman-ext3_1_amd64.udeb"])
      #expect(!test.folder.appending("pins").exists)
    }
  }

  @Test("a component that the index does not know is named")
  func unresolved() async throws {
    try await DebianMirror.run(omit: ["partman-auto-lvm"]) { test, mirror in
      let error = await factoryError { _ = try await make(test, mirror) }
      #expect(error?.details == ["partman-auto-lvm"])
      #expect(!test.folder.appending("pins").exists)
    }
  }

  @Test("a mirror between two point releases is refused: the netboot kernel has no modules")
  func betweenReleases() async throws {
    try await DebianMirror.run(modulesFor: "6.12.2-amd64") { test, mirror in
      let error = await factoryError { _ = try await make(test, mirror) }
      #expect(error?.message == "the suite 'trixie' has no kernel modules for the netboot kernel 6.12.1-amd64")
      #expect(error?.hint?.contains("between two point releases") == true)
    }
  }

  @Test("a signature that is bad is refused before anything large is fetched")
  func badSignature() async throws {
    try await DebianMirror.run { test, mirror in
      try mirror.tamper()
      let error = await factoryError { _ = try await make(test, mirror) }
      #expect(error?.status == .fetchFailed && error?.message.contains("is bad") == true)
      #expect(!test.folder.appending("pins").exists)
    }
  }
}
