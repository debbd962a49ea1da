import Foundation
import Installers
import Model
import Testing

@Suite("files of a Debian archive")
struct DebianArchiveTests {
  static let digest = String(repeating: "ab", count: 32)

  @Test("a Release file gives suite, validity and digests, signed or not", arguments: [false, true])
  func release(signed: Bool) throws {
    var text = """
      Origin: Debian
      Suite: stable
      Codename: trixie
      Version: 13.7
      Valid-Until: Wed, 25 Nov 2026 22:17:41 UTC
      Components: main contrib
      Architectures: all amd64
      MD5Sum:
       d41d8cd98f00b204e9800998ecf8427e 0 main/x
      SHA256:
       \(Self.digest.uppercased())     1234 main/binary-amd64/Packages.xz
       short 1 main/y

      """
    if signed {
      text =
        "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n" + text.replacingOccurrences(of: "\n", with: "\r\n")
        + "-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----\r\nSHA256:\r\n \(Self.digest) 1 evil\r\n"
    }
    let release = try DebianRelease(text)
    #expect(release.suite == "stable" && release.codename == "trixie" && release.version == "13.7")
    #expect(release.validUntil == "Wed, 25 Nov 2026 22:17:41 UTC")
    #expect(release.components == ["main", "contrib"] && release.architectures == ["all", "amd64"])
    #expect(release.files.keys.sorted() == ["main/binary-amd64/Packages.xz"])
    #expect(release.files["main/binary-amd64/Packages.xz"]?.sha256 == Self.digest)
    #expect(release.files["main/binary-amd64/Packages.xz"]?.size == 1234)
  }

  @Test(
    "the end of a Release file is read as apt writes it, in UTC",
    arguments: [
      ("Thu, 01 Jan 1970 00:00:00 UTC", 0), ("Wed, 25 Nov 2026 22:17:41 UTC", 1_795_645_061),
      ("Sat, 29 Feb 2020 23:59:59 GMT", 1_583_020_799), ("1 Mar 2000 00:00:00 +0000", 951_868_800),
      ("Sun, 31 Dec 2000 00:00:00 Z", 978_220_800),
    ])
  func end(text: String, seconds: Double) throws {
    let release = try DebianRelease("Valid-Until: \(text)\nSHA256:\n \(Self.digest) 1 x\n")
    #expect(try !release.isExpired(at: seconds))
    #expect(try release.isExpired(at: seconds + 0.5))
    #expect(try !DebianRelease("SHA256:\n \(Self.digest) 1 x\n").isExpired(at: 1e12))
  }

  @Test(
    "an end that is no date is an error, not for ever",
    arguments: [
      "", "never", "Wed, 25 Nov 2026 22:17:41", "Wed, 25 Nov 2026 22:17:41 CET", "Wed, 25 Nov 2026 25:17:41 UTC",
      "Wed, 25 Foo 2026 22:17:41 UTC", "Wed, 0 Nov 2026 22:17:41 UTC", "Wed, 25 Nov 99999 22:17:41 UTC",
      "Wed, 25 Nov 2026 22:17 UTC", "2026-11-25T22:17:41Z",
    ])
  func noEnd(text: String) throws {
    let release = try DebianRelease("Valid-Until: \(text)\nSHA256:\n \(Self.digest) 1 x\n")
    #expect(throws: FactoryError.self) { try release.isExpired(at: 0) }
  }

  @Test("an HTML page is no Release file")
  func html() {
    #expect(throws: FactoryError.self) { try DebianRelease("<html>\n<body>404: not found</body>") }
  }

  @Test("checksums are read in the forms of sha256sum and of BSD, inside a signature too")
  func sums() {
    let plain = "\(Self.digest)  ./netboot/linux\n\(Self.digest.uppercased()) *iso with blanks.iso\n# c\nabc  x\n"
    #expect(SHA256Sums(plain)["netboot/linux"] == Self.digest)
    #expect(SHA256Sums(plain)["./netboot/linux"] == Self.digest)
    #expect(SHA256Sums(plain)["iso with blanks.iso"] == Self.digest)
    #expect(SHA256Sums(plain).digests.count == 2)
    let bsd = "# x\nSHA256 (a (1).iso) = \(Self.digest)\nMD5 (b) = 00\n"
    #expect(SHA256Sums(bsd).digests == ["a (1).iso": Self.digest])
    let signed =
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -x\n\(bsd)-----BEGIN PGP SIGNATURE-----\n\n\(Self.digest)  evil\n"
    #expect(SHA256Sums(signed).digests == ["a (1).iso": Self.digest])
  }

  @Test("an index gives packages with their dependencies")
  func index() throws {
    let text = """
      Package: a
      Version: 1:2.0
      Filename: pool/a_2.0.udeb
      Size: 10
      SHA256: \(Self.digest)
      Priority: standard
      Kernel-Version: 6.1
      Depends: b (>= 1), c | d [amd64],e:any
      Provides: f, g (= 1)
      Description: long
       text

      """
    let package = try #require(try DebianPackagesIndex(text).packages.first)
    #expect(package.depends == [["b"], ["c", "d"], ["e"]])
    #expect(package.provides == ["f", "g"])
    #expect(package.kernelVersion == "6.1" && package.priority == "standard" && package.version == "1:2.0")
  }

  @Test("an index with a path out of the archive, or without digests, is refused")
  func badIndex() {
    let head = "Package: a\nVersion: 1\nSize: 1\n"
    #expect(throws: FactoryError.self) {
      try DebianPackagesIndex(head + "SHA256: \(Self.digest)\nFilename: pool/../../etc/passwd\n")
    }
    #expect(throws: FactoryError.self) { try DebianPackagesIndex(head + "Filename: pool/a\n") }
  }
}

@Suite("a kernel file")
struct KernelImageTests {
  @Test("tells its release, and nothing else does")
  func release() {
    var image = [UInt8](repeating: 0, count: 0x3000)
    image.replaceSubrange(0x202..<0x206, with: "HdrS".utf8)
    image.replaceSubrange(0x20E..<0x210, with: [0x00, 0x20])
    image.replaceSubrange(0x2200..<0x2216, with: "6.12.94+deb13-amd64 (x".utf8)
    #expect(KernelImage.release(image) == "6.12.94+deb13-amd64")
    image[0x20F] = 0xFF
    #expect(KernelImage.release(image) == nil)
    #expect(KernelImage.release(Array("<html>".utf8)) == nil)
  }
}

@Suite("the pin of an installer")
struct InstallerPinTests {
  static let file = Place.configs + "/pins/debian-13.pin"

  private func shipped() throws -> InstallerPin {
    try InstallerPin(String(contentsOfFile: Self.file, encoding: .utf8), file: "debian-13.pin")
  }

  @Test("the shipped pin reads, writes and reads back the same")
  func roundTrip() throws {
    let pin = try shipped()
    #expect(pin.pinnedSuite == "trixie-pinned")
    #expect(pin.kernelVersion == "6.12.94+deb13-amd64")
    #expect(try InstallerPin(pin.text, file: "x") == pin)
    #expect(try String(contentsOfFile: Self.file, encoding: .utf8) == pin.text)
  }

  @Test("the shipped index is the one the pin names", .enabled(if: Place.tool("sha256sum") != nil, "needs sha256sum"))
  func index() throws {
    let pin = try shipped()
    let result = try run("sha256sum", Place.configs + "/pins/" + pin.index)
    #expect(result.output.hasPrefix(pin.indexSHA256))
  }

  @Test(
    "a pin with an unknown, repeated, missing or impossible value is refused with its line",
    arguments: [
      ("suite = trixie\ncolour = red\n", 2), ("suite = a\nsuite = b\n", 2), ("suite trixie\n", 1), ("suite = a/b\n", 1),
    ])
  func refuses(text: String, line: Int) throws {
    let error = try #require(throws: FactoryError.self) { try InstallerPin(text, file: "x.pin") }
    #expect(error.location == SourceLocation(file: "x.pin", line: line))
  }

  @Test("a pin without a value names its key")
  func missing() throws {
    let pin = try shipped()
    for line in pin.text.split(separator: "\n") where !line.hasPrefix("#") {
      let rest = pin.text.split(separator: "\n").filter { $0 != line }.joined(separator: "\n")
      let error = try #require(throws: FactoryError.self) { try InstallerPin(rest, file: "x.pin") }
      #expect(error.message.contains("'\(line.prefix { $0 != " " })'"))
    }
  }
}

@Suite("the components an installation loads")
struct UdebClosureTests {
  private func shippedIndex() throws -> DebianPackagesIndex {
    let result = try run("xzcat", Place.configs + "/pins/debian-13.6-udebs.Packages.xz")
    return try DebianPackagesIndex(result.output)
  }

  @Test(
    "of the shipped pin are the ones a real installation asked for",
    .enabled(if: Place.tool("xzcat") != nil, "needs xz"))
  func shipped() throws {
    let index = try shippedIndex()
    #expect(index.packages.count == 380)
    let closure = UdebClosure(index: index, kernelVersion: "6.12.94+deb13-amd64")
    #expect(closure.unresolved == [] && !closure.lacksKernelModules)
    #expect(closure.packages.map(\.name) == Self.asked)
  }

  @Test(
    "for another kernel than the index's are reported as missing their modules",
    .enabled(if: Place.tool("xzcat") != nil))
  func otherKernel() throws {
    let closure = UdebClosure(index: try shippedIndex(), kernelVersion: "6.12.107+deb13-amd64")
    #expect(closure.lacksKernelModules)
  }

  @Test("name what nothing provides")
  func unresolved() throws {
    let digest = DebianArchiveTests.digest
    let text =
      "Package: a\nVersion: 1\nSize: 1\nSHA256: \(digest)\nFilename: pool/a\nPriority: standard\nDepends: b, libc6-udeb, virtual\n\n"
      + "Package: v\nVersion: 1\nSize: 1\nSHA256: \(digest)\nFilename: pool/v\nProvides: virtual\n"
    let closure = UdebClosure(index: try DebianPackagesIndex(text), kernelVersion: "1", alsoNeeded: [])
    #expect(closure.packages.map(\.name) == ["a", "v"])
    #expect(closure.unresolved == ["b"])
  }

  @Test("of an initrd are read from its package status")
  func status() {
    let status = "Package: busybox-udeb\nStatus: x\n\nPackage: nic-modules-6.1.0-di\n"
    #expect(NetbootInitrd.components(status: status, kernelVersion: "6.1.0") == ["busybox-udeb", "nic-modules"])
  }

  /// Requests of the installation of Debian 13 with the pinned installer, by a proxy's log.
  static let asked = [
    "apt-mirror-setup", "apt-setup-udeb", "ata-modules-6.12.94+deb13-amd64-di", "base-installer", "bootstrap-base",
    "btrfs-modules-6.12.94+deb13-amd64-di", "btrfs-progs-udeb", "cdrom-core-modules-6.12.94+deb13-amd64-di",
    "clock-setup", "debootstrap-udeb", "depthcharge-tools-installer", "di-utils-mapdevfs", "disk-detect",
    "dmidecode-udeb", "dosfstools-udeb", "e2fsprogs-udeb", "ext4-modules-6.12.94+deb13-amd64-di", "finish-install",
    "firewire-core-modules-6.12.94+deb13-amd64-di", "fuse3-udeb", "grub-installer", "grub-mount-udeb",
    "isofs-modules-6.12.94+deb13-amd64-di", "jfs-modules-6.12.94+deb13-amd64-di", "jfsutils-udeb",
    "kickseed-common", "libaio1-udeb", "libbsd0-udeb", "libdevmapper1.02.1-udeb", "libfuse3-4-udeb",
    "libinih1-udeb", "libisns-udeb", "liblzo2-2-udeb", "libmd0-udeb", "libmount1-udeb", "libparted-fs-resize0-udeb",
    "libparted2-udeb", "liburcu8-udeb", "loop-modules-6.12.94+deb13-amd64-di", "lvm2-udeb",
    "md-modules-6.12.94+deb13-amd64-di", "mdadm-udeb", "nobootloader", "ntfs-3g-udeb", "open-iscsi-udeb",
    "os-prober-udeb", "partman-auto", "partman-auto-crypto", "partman-auto-lvm", "partman-auto-raid",
    "partman-base", "partman-basicfilesystems", "partman-basicmethods", "partman-btrfs", "partman-cros",
    "partman-crypto", "partman-efi", "partman-ext3", "partman-iscsi", "partman-jfs", "partman-lvm", "partman-md",
    "partman-partitioning", "partman-target", "partman-utils", "partman-xfs", "pata-modules-6.12.94+deb13-amd64-di",
    "pcmcia-storage-modules-6.12.94+deb13-amd64-di", "pkgsel", "rdate-udeb", "sata-modules-6.12.94+deb13-amd64-di",
    "scsi-modules-6.12.94+deb13-amd64-di", "systemd-boot-installer", "tzsetup-udeb", "user-setup-udeb",
    "xfs-modules-6.12.94+deb13-amd64-di", "xfsprogs-udeb",
  ]
}
