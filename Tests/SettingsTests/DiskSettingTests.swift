import Model
import Settings
import SystemPackage
import Testing

@Suite("settings of the disk and its clean-up")
struct DiskSettingTests {
  private func config(_ lines: String) throws -> (config: ImageConfig?, messages: [String]) {
    let scratch = try ScratchFolder()
    let loaded = try scratch.load("[mine]\nlinux = /l\ninitrd = /i\npreseed = /p\n\(lines)\n") {
      $0.kinds = KnownKinds(diskFormats: ["raw", "qcow2", "raw.zst"])
    }
    let (config, _) = loaded.config(for: "mine")
    return (config, loaded.allFindings(of: ["mine"]).map(\.message))
  }

  @Test("'image-size = auto' keeps a size for the installation, a later size takes it back")
  func automatic() throws {
    let config = try #require(try config("image-size = auto\nmargin = 1G\nmax-size = 2G").config)
    #expect(config.disk.isAutomatic && config.disk.size == DiskRequest.automaticSize)
    #expect(config.disk.margin == .gibibytes(1) && config.disk.maxSize == .gibibytes(2))
    let fixed = try #require(try self.config("image-size = 8G").config)
    #expect(!fixed.disk.isAutomatic && fixed.disk.size == .gibibytes(8) && fixed.disk.maxSize == nil)
  }

  @Test("'clean = keep:PATH add:PATH' is read, anything else named")
  func clean() throws {
    let config = try #require(try config("clean = keep:/var/log/apt add:/opt/build, add:/root/*").config)
    #expect(config.cleaning.keep == ["/var/log/apt"] && config.cleaning.add == ["/opt/build", "/root/*"])
    #expect(config.cleaning.scan == .warn)
    for wrong in ["keep:var/log", "drop:/x", "/var/log"] {
      #expect(try self.config("clean = \(wrong)").messages.contains { $0.contains("keep:/var/log/apt") }, "\(wrong)")
    }
  }

  @Test("formats, checksums and the key are typed")
  func formats() throws {
    let config = try #require(
      try config(
        """
        format = qcow2, raw.zst
        qcow2-compression = zstd
        qcow2-cluster-size = 128K
        qcow2-compat = 0.10
        checksums = sha256 sha512
        sign-key = build@example.org
        scan = fail
        """
      ).config)
    #expect(config.disk.qcow2 == DiskFormatOptions(compression: .zstd, clusterSize: .kibibytes(128), compat: .old))
    #expect(config.disk.checksums == ["sha256", "sha512"] && config.disk.signKey == "build@example.org")
    #expect(config.cleaning.scan == .fail)
    for wrong in [
      "qcow2-compression = xz", "checksums = md5", "sign-key = --output", "scan = maybe", "qcow2-compat = 2",
    ] {
      #expect(try self.config(wrong).config == nil, "\(wrong)")
    }
  }
}
