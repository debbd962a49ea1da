import Foundation
import Model
import SystemPackage
import Testing

@testable import MiniatureGuest

/// Packing from an initrd made here: the host's BusyBox, module files that hold what is read of them.
@Suite("packing a miniature") struct PackingTests {
  static let ready = ["busybox", "mke2fs", "debugfs", "gzip", "xz", "prlimit"].allSatisfy { TestHost.tool($0) != nil }
  static let reason: Comment = "needs busybox-static, e2fsprogs, gzip, xz-utils and util-linux"

  private func module(_ release: String, depends: String) -> [UInt8] {
    Array("\u{7F}ELF\0vermagic=\(release) SMP preempt\0depends=\(depends)\0name=x\0".utf8)
  }

  /// What is read of an installer: BusyBox behind links, modules that depend on each other in a ring, some built in.
  private func installer() throws -> [CpioEntry] {
    let busybox = try SmallFile.read(FilePath(try #require(TestHost.tool("busybox"))))
    let modules = "usr/lib/modules/6.1.0/kernel"
    return [
      .link("bin", to: "usr/bin"), .link("lib", to: "usr/lib"), .link("usr/bin/sh", to: "/bin/busybox"),
      .link("usr/bin/poweroff", to: "busybox"), .text("usr/bin/other", "x"),
      CpioEntry("usr/bin/busybox", .file(busybox), permissions: 0o755),
      .text("usr/lib/modules/6.1.0/modules.builtin", "kernel/drivers/virtio/virtio_pci.ko\n"),
      CpioEntry(
        "\(modules)/virtio_net.ko", .file(module("6.1.0", depends: "net-failover,virtio_pci")), permissions: 0o644),
      CpioEntry(
        "\(modules)/net_failover.ko", .file(module("6.1.0", depends: "failover,virtio_net")), permissions: 0o644),
      CpioEntry("\(modules)/failover.ko", .file(module("6.1.0", depends: "")), permissions: 0o644),
    ]
  }

  /// Makes a miniature from members, packed by gzip, with a module file beside it.
  private func make(
    _ folder: FilePath, _ entries: [CpioEntry], module: [UInt8]? = nil, name: String = "initrd.gz"
  ) async throws -> (MiniatureInitrd, [UInt8]) {
    let plain = folder.appending("plain")
    try SmallFile.write(try CpioWriter.archive(entries), to: plain)
    try TestHost.run(["gzip", "-n", "-f", plain.string])
    let scratch = folder.appending("scratch")
    try FileManager.default.createDirectory(atPath: scratch.string, withIntermediateDirectories: true)
    var modules: [FilePath] = []
    if let module {
      try SmallFile.write(module, to: folder.appending("virtio_blk.ko"))
      try TestHost.run(["xz", "-f", folder.appending("virtio_blk.ko").string])
      modules = [folder.appending("virtio_blk.ko.xz")]
    }
    defer {
      #expect((try? FileManager.default.contentsOfDirectory(atPath: scratch.string)) == [], "nothing stays in scratch")
    }
    let made = try await MiniatureInitrd.make(
      from: folder.appending("plain.gz"), tools: MiniatureTools.find(), modules: modules, scratch: scratch,
      to: folder.appending(name), run: TestHost.port)
    return (made, try SmallFile.read(folder.appending(name)))
  }

  @Test(
    "it holds BusyBox, the host's tools, the modules in loading order, and is the same every time",
    .enabled(if: ready, reason))
  func packs() async throws {
    try await TestHost.withFolder { folder in
      let entries = try installer()
      let (made, bytes) = try await make(folder, entries, module: module("6.1.0", depends: ""))
      #expect(
        made.kernelRelease == "6.1.0" && made.diskDrivers == ["virtio_blk"] && made.size.bytes == Int64(bytes.count))
      let again = try await make(folder, entries.reversed(), module: module("6.1.0", depends: ""), name: "again")
      #expect(again.1 == bytes)
      let unpacked = folder.appending("tree")
      try FileManager.default.createDirectory(atPath: unpacked.string, withIntermediateDirectories: true)
      try TestHost.run(["cpio", "-i", "--quiet", "-f", "dev/*"], in: unpacked, input: bytes)
      func text(_ path: String) -> String { TestHost.text(unpacked.appending(path).string) }
      #expect(text("etc/miniature/modules/virtio_net") == "failover\nnet_failover\nvirtio_net\n")
      #expect(text("etc/miniature/modules/virtio_blk") == "virtio_blk\n")
      #expect(text("init").hasPrefix("#!/bin/sh\n"))
      let links = try FileManager.default.contentsOfDirectory(atPath: unpacked.appending("bin").string)
      #expect(links.sorted() == ["busybox", "poweroff", "sh"], "only names that BusyBox has in the installer")
      #expect(try TestHost.run([unpacked.appending("bin/busybox").string, "echo", "runs"]).output == "runs\n")
      let loader = unpacked.appending("host/loader").string
      if FileManager.default.fileExists(atPath: loader) {
        let folder = unpacked.appending("host/lib").string
        let tool = try TestHost.run([
          loader, "--library-path", folder, unpacked.appending("host/bin/mke2fs").string, "-V",
        ])
        #expect(tool.errors.contains("mke2fs"), "with its own loader and libraries it runs")
      }
    }
  }

  @Test("a module of another kernel is refused, naming both", .enabled(if: ready, reason)) func otherKernel()
    async throws
  {
    try await TestHost.withFolder { folder in
      let error = await #expect(throws: FactoryError.self) {
        try await make(folder, try installer(), module: module("6.2.0", depends: ""))
      }
      #expect(error?.message.contains("is for kernel '6.2.0', the installer's kernel is '6.1.0'") == true)
    }
  }

  @Test("an initrd without modules, without BusyBox, or that is none at all is refused", .enabled(if: ready, reason))
  func refusesInput() async throws {
    try await TestHost.withFolder { folder in
      let all = try installer()
      let bare = await #expect(throws: FactoryError.self) {
        try await make(folder, all.filter { !$0.path.contains("modules") })
      }
      #expect(bare?.message.contains("no kernel modules") == true)
      let noBusybox = await #expect(throws: FactoryError.self) {
        try await make(folder, all.filter { $0.path != "usr/bin/busybox" })
      }
      #expect(noBusybox?.message.contains("no BusyBox") == true)
      try SmallFile.write(Array("<html>404".utf8), to: folder.appending("page"))
      let page = await #expect(throws: FactoryError.self) {
        try await MiniatureInitrd.make(
          from: folder.appending("page"), tools: MiniatureTools.find(), scratch: folder, to: folder.appending("out"),
          run: TestHost.port)
      }
      #expect(page?.message.contains("neither cpio nor compressed") == true && page?.status == .hostNotReady)
      #expect(
        !FileManager.default.fileExists(atPath: folder.appending("out").string), "nothing is left where it failed")
    }
  }

  @Test(
    "later archives stand over earlier ones, links stay inside, hard links have their content",
    .enabled(if: ready, reason))
  func lookUp() async throws {
    try await TestHost.withFolder { folder in
      let first = try CpioWriter.archive([
        .text("a/file", "old"), .link("out", to: "../../../a"), .link("loop", to: "loop"), .text("a/z", "linked"),
        CpioEntry("a/b", .hardLink(to: "a/z"), permissions: 0o644),
      ])
      let path = folder.appending("two")
      try SmallFile.write(first + (try CpioWriter.archive([.text("a/file", "new")])), to: path)
      var unpacker = Unpacker(folder: folder, run: TestHost.port)
      let initrd = try await InstallerInitrd.open(path, &unpacker)
      defer { initrd.close() }
      #expect(try initrd.content("/out/file") == Array("new".utf8))
      #expect(try initrd.content("a/b") == Array("linked".utf8) && initrd.content("a/z") == Array("linked".utf8))
      #expect(try initrd.content("loop/x") == nil && initrd.content("nowhere") == nil && initrd.content("a") == nil)
      #expect(initrd.names(in: "out") == ["b", "file", "z"])
    }
  }

  @Test("a missing tool is named with its package") func missingTool() {
    let error = #expect(throws: FactoryError.self) { try MiniatureTools.find(in: ["/nonexistent"]) }
    #expect(error?.message.contains("'mke2fs'") == true && error?.hint == "install the package 'e2fsprogs'")
  }

  @Test("a program for another file system is looked for only when it is asked for, and named with its package")
  func makers() throws {
    try TestHost.withFolder { folder in
      for tool in ["mke2fs", "debugfs", "mkfs.btrfs"] { try SmallFile.write([], to: folder.appending(tool)) }
      #expect(try MiniatureTools.find(in: [folder]).programs.keys.sorted() == ["debugfs", "mke2fs"])
      let tools = try MiniatureTools.find(for: [.btrfs], in: [folder])
      #expect(tools.programs["mkfs.btrfs"] == folder.appending("mkfs.btrfs"))
      let error = #expect(throws: FactoryError.self) { try MiniatureTools.find(for: [.xfs], in: [folder]) }
      #expect(error?.message.contains("'mkfs.xfs'") == true && error?.hint == "install the package 'xfsprogs'")
    }
  }

  @Test(
    "Debian's own initrd is read and packed in a few MB",
    .enabled(if: TestHost.installer != nil && ready, TestHost.guestReason))
  func realInstaller() async throws {
    let installer = try #require(TestHost.installer)
    try await TestHost.withFolder { folder in
      let made = try await MiniatureInitrd.make(
        from: installer.appending("initrd.gz"), tools: MiniatureTools.find(), scratch: folder,
        to: folder.appending("out"),
        run: TestHost.port)
      #expect(made.diskDrivers.contains("usb_storage"))
      #expect(made.size < ByteSize(bytes: 16 << 20), "\(made.size)")
    }
  }
}
