import DiskImages
import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

/// Real commands; while `e2fsck` looks at the given disk somebody appends to it, as a virtual machine that still runs would.
private struct WritingRunner: HostSystem.CommandRunner {
  private let real = SubprocessRunner(environment: ChildEnvironment.current())

  func run(_ command: Command, onLine: (@Sendable (OutputLine) -> Void)?) async throws -> CommandResult {
    if command.argv.contains(where: { $0.hasPrefix("./given.raw?") }), let folder = command.folder {
      let file = try FileDescriptor.open(folder.appending("given.raw"), .writeOnly, options: .append)
      _ = try file.closeAfter { try file.writeAll([UInt8](repeating: 0, count: 512)) }
    }
    return try await real.run(command, onLine: onLine)
  }

  func locate(_ tool: String) -> FilePath? { real.locate(tool) }
}

@Suite("finishing a disk that something else installed", needs("sfdisk", "mke2fs", "debugfs", "e2fsck", "qemu-img"))
struct FinishDiskTests {
  /// A disk with a guest's file system, outside of any work folder.
  private func given(_ test: TestHost) async throws -> FilePath {
    let disk = try await GuestDisk(test)
    let given = test.folder.appending("given.raw")
    try AtomicFile.rename(disk.plan.disk.raw, to: given)
    try Folder.remove(disk.plan.workFolder)
    return given
  }

  private func config(_ test: TestHost, _ change: (inout ImageConfig) -> Void = { _ in }) throws -> ImageConfig {
    try test.config { config in
      config.disk.formats = ["qcow2", "raw"]
      config.cleaning.logs = ["/var/log/installer"]
      config.cleaning.remove = ["/var/lib/apt/lists/*_*"]
      config.cleaning.empty = ["/etc/machine-id"]
      change(&config)
    }
  }

  private func finish(_ test: TestHost, _ config: ImageConfig, _ disk: FilePath) async throws -> BuildReport {
    try await Builder(host: test.host, shippedFolder: nil).finish(
      config, disk: disk, stopStatus: { .interrupted }, onFindings: { _ in }, observer: { test.events.add($0) })
  }

  @Test("the given disk is not changed by a byte, the image is clean, named, hashed and in several formats")
  func whole() async throws {
    try await TestHost.run { test in
      let given = try await given(test)
      let before = try FileDigest.sha256(given)
      let report = try await finish(test, config(test), given)
      #expect(report.status == .done, "\(report.error?.message ?? "")")
      #expect(report.stages.map(\.name) == ["copy-disk", "clean", "zero", "convert", "checksum"])
      #expect(try FileDigest.sha256(given) == before)
      #expect(report.artifacts.map(\.format) == ["qcow2", "raw"])
      let raw = test.output.appending("golden-2026-02-03.raw")
      try await test.tool("qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", raw.string, report.artifacts[0].path)
      try await test.tool("sha256sum", "-c", "--strict", "SHA256SUMS", in: test.output)
      let list = try await test.tool("debugfs", "-R", "ls -p /var/log", "\(raw)?offset=1048576").standardOutput
      #expect(!list.contains("installer"))
      #expect(!test.names(test.output).contains { $0.hasPrefix(".golden") })
      // It has no say about how long builds take.
      #expect(BuildHistory(folder: test.host.stateFolder).lastGood("golden") == nil)
      let again = try await finish(test, config(test), given)
      #expect(again.baseName == "golden-2026-02-03-2")
    }
  }

  @Test("free blocks of a sound file system are not copied; those of a damaged one may be somebody's")
  func freeBlocks() async throws {
    try await TestHost.run { test in
      let given = try await given(test)
      let lost = try test.write("lost", String(repeating: "x", count: 1 << 20))
      try await test.tool("dd", "if=\(lost)", "of=\(given)", "bs=1M", "seek=60", "conv=notrunc", "status=none")
      let whole = try await finish(test, config(test) { $0.disk.formats = ["raw"] }, given)
      #expect(whole.status == .done, "\(whole.error?.message ?? "")")
      let facts = try #require(whole.stages.first?.facts)
      #expect(facts.contains { $0.hasSuffix(" copied") || $0 == "reflink" }, "\(facts)")
      // A block in use that the bitmap calls free.
      try await test.tool("debugfs", "-w", "-R", "freeb 100 40", "\(given)?offset=1048576")
      let damaged = try await finish(test, config(test) { $0.disk.formats = ["raw"] }, given)
      #expect(damaged.status == .processingFailed)
      #expect(damaged.error?.message.contains("errors") == true, "\(damaged.error?.message ?? "")")
    }
  }

  @Test("a copy of what was just found sound is cleaned without another check; an unclean one is made clean")
  func checkedOnce() async throws {
    try await TestHost.run { test in
      let given = try await given(test)
      func checks(_ stage: String) -> Int {
        test.events.all.count { $0.kind == .line && $0.stage == stage && $0.text?.hasPrefix("e2fsck ") == true }
      }
      let sound = try await finish(test, config(test), given)
      #expect(sound.status == .done && !sound.warnings.contains { $0.contains("unmount") }, "\(sound.warnings)")
      #expect(checks("clean") == 1 && checks("zero") == 1)
      // As it is when the power was switched off.
      try await test.tool("debugfs", "-w", "-R", "set_super_value state 0", "\(given)?offset=1048576")
      let unclean = try await finish(test, config(test), given)
      #expect(unclean.status == .done, "\(unclean.error?.message ?? "")")
      #expect(unclean.warnings.contains("the guest did not unmount its root file system: repaired"))
      #expect(checks("clean") == 3)
    }
  }

  @Test("a disk that is written to while it is copied is no image, and nothing is left of it")
  func changing() async throws {
    try await TestHost.run(runner: WritingRunner()) { test in
      let given = try await given(test)
      let report = try await finish(test, config(test), given)
      #expect(report.status == .processingFailed)
      #expect(report.error?.message == "the disk '\(given)' was changed while it was copied")
      let left = test.names(test.output)
      #expect(!left.contains { $0.contains(".raw") || $0.contains(".qcow2") || $0.contains(".build") }, "\(left)")
    }
  }

  @Test("'image-size = auto' makes the disk as small as what is in it")
  func automatic() async throws {
    try await TestHost.run { test in
      let given = try await given(test)
      let report = try await finish(
        test,
        config(test) { config in
          config.disk.isAutomatic = true
          config.disk.margin = .mebibytes(2)
          config.disk.formats = ["raw"]
        }, given)
      #expect(report.status == .done, "\(report.error?.message ?? "")")
      #expect(report.stages.map(\.name) == ["copy-disk", "clean", "zero", "shrink", "checksum"])
      let size = try #require(report.artifacts.first).size
      #expect(size < .mebibytes(60) && size.bytes % (1 << 20) == 0, "\(size)")
      let raw = FilePath(try #require(report.artifacts.first).path)
      let table = try PartitionTable.read(raw)
      let root = try RootPartition.find(in: raw, table)
      #expect(root.extent.end == size.bytes)
      try await test.tool("e2fsck", "-fn", "\(raw)?offset=1048576")
    }
  }

  @Test("a disk without a root file system, a missing one and an unknown format are refused and leave nothing")
  func refused() async throws {
    try await TestHost.run { test in
      let empty = try test.write("empty.raw", [UInt8](repeating: 0, count: 1 << 20))
      for disk in [empty, test.folder.appending("missing.raw")] {
        let error = await factoryError { _ = try await finish(test, config(test), disk) }
        #expect(error?.status == .hostNotReady)
      }
      #expect(test.names(test.output) == [])
      let given = try await given(test)
      try await test.tool("debugfs", "-w", "-R", "ln /var/log /etc/log", "\(given)?offset=1048576")
      let report = try await finish(test, config(test), given)
      #expect(report.status == .processingFailed)
      #expect(
        test.names(test.output).filter { $0.contains("qcow2") || $0.contains("raw") || $0.contains("build") } == [])
    }
  }

  @Test(
    "inspection tells distribution, sizes and what the clean-up would take; nothing changes, nothing unescaped is shown"
  )
  func inspection() async throws {
    try await TestHost.run { test in
      let given = try await given(test)
      let before = try FileDigest.sha256(given)
      let config = try config(test)
      let result = try await Inspector(host: test.host).inspect(given) { _, _ in config }
      #expect(try FileDigest.sha256(given) == before)
      #expect(result.format == "raw" && result.disk.volumes.first?.distribution?.hasPrefix("Test GNU/Linux 13") == true)
      let entries = try #require(result.cleaning).entries
      #expect(entries.contains { $0.path == "/var/log/installer" && $0.action == .save })
      #expect(entries.contains { $0.path == "/etc/machine-id" && $0.action == .empty && $0.size.bytes == 33 })
      #expect(entries.contains { $0.path.hasPrefix("/var/lib/apt/lists/") && $0.size > .mebibytes(11) })
      #expect(result.cleaning?.leftovers.contains { $0.path == "/etc/apt/apt.conf" && $0.kind == .buildProxy } == true)
      let text = InspectText.text(result)
      #expect(
        text.split(separator: "\n").allSatisfy {
          $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }
        })
    }
  }

  @Test("a qcow2 is looked at through a raw copy; one with a backing file of the host is refused")
  func qcow2() async throws {
    try await TestHost.run { test in
      let given = try await given(test)
      let image = test.folder.appending("image.qcow2")
      try await test.tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", given.string, image.string)
      let result = try await Inspector(host: test.host).inspect(image) { _, _ in nil }
      #expect(result.format == "qcow2" && result.disk.volumes.count == 1 && result.cleaning == nil)
      let refused = await factoryError { _ = try await finish(test, config(test), image) }
      #expect(refused?.findings.contains { $0.hint?.contains("qemu-img convert -f qcow2") == true } == true)
      // A raw disk whose boot code begins as a qcow2 is a raw disk.
      let boot = try test.write("boot", [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3] as [UInt8])
      try await test.tool("dd", "if=\(boot)", "of=\(given)", "conv=notrunc", "status=none")
      let disguised = try await Inspector(host: test.host).inspect(given) { _, _ in nil }
      #expect(disguised.format == "raw" && disguised.disk.volumes.count == 1)
      #expect(try await finish(test, config(test), given).status == .done)
      let trap = test.folder.appending("trap.qcow2")
      try await test.tool(
        "qemu-img", "create", "-q", "-f", "qcow2", "-b", "/etc/hostname", "-F", "raw", trap.string, "1M")
      let error = await factoryError { _ = try await Inspector(host: test.host).inspect(trap) { _, _ in nil } }
      #expect(error?.message.contains("refers to other files") == true)
      let packed = try test.write("disk.raw.zst", [0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0])
      let hint = await factoryError { _ = try await Inspector(host: test.host).inspect(packed) { _, _ in nil } }
      #expect(hint?.hint?.hasPrefix("unpack it first: zstd -d ") == true)
    }
  }
}
