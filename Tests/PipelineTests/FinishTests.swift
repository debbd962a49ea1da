import DiskImages
import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("from the installed disk to the finished image", needs("sfdisk", "mke2fs", "debugfs", "e2fsck", "qemu-img"))
struct FinishTests {
  private let stages: [any Stage] = [CleanStage(), ZeroStage(), ConvertStage(), ChecksumStage()]

  @Test("logs are saved and gone, the identity is gone, the image is small, clean and has the right checksum")
  func wholeWay() async throws {
    try await TestHost.run { test in
      let disk = try await GuestDisk(test) { plan in
        plan.disk.artifacts.append(
          ArtifactPlan(
            format: "raw", working: plan.disk.raw, final: plan.outputFolder.appending("golden-2026-02-03.raw")))
      }
      let report = try await test.build(disk.plan, stages)
      #expect(report.status == .done, "\(report.error?.message ?? "") \(report.error?.details ?? [])")
      #expect(report.stages.map(\.state) == [.done, .done, .done, .done])
      #expect(report.stages.first?.facts.first == "Test GNU/Linux 13\u{FFFD}[0m")
      let raw = test.output.appending("golden-2026-02-03.raw")
      try await cleaned(disk, raw)
      try await finished(disk, report, raw)
      try saved(test, disk.plan)
    }
  }

  private func cleaned(_ disk: GuestDisk, _ raw: FilePath) async throws {
    #expect(try await disk.list("/var/log", raw) == [])
    #expect(try await disk.list("/etc/ssh", raw) == ["sshd_config"])
    #expect(try await disk.list("/var/lib/apt/lists", raw) == [])
    #expect(try await disk.debugfs("cat /etc/machine-id", raw) == "")
    #expect(try await disk.debugfs("stat /etc/machine-id", raw).contains("Size: 0"))
    #expect(try await disk.debugfs("cat /etc/shadow", raw) == "root:untouched:\n")
    #expect(try await disk.list("/etc/apt", raw) == ["apt.conf.d"])
    #expect(try await disk.debugfs("cat /etc/apt/apt.conf.d/50own", raw) == "APT::Get::Assume-Yes true;\n")
    #expect(try await disk.debugfs("cat /etc/apt/apt.conf.d/60other", raw) == "Acquire::Languages none;\n")
    #expect(try await disk.debugfs("cat /usr/bin/tool", raw).count == 4000)
    try await disk.test.tool("e2fsck", "-fn", "\(raw)?offset=1048576")
    // Not only unlinked: the blocks of what was removed are zeros.
    let traces = Command(
      "grep",
      ["-a", "-o", "-F", "-e", "10.0.2.2:34567", "-e", "MARKER", "-e", "a line of a", "-e", "private", raw.string],
      purpose: "look for traces")
    let found = try await SubprocessRunner().run(traces)
    #expect(found.ending == .exited(1) && found.lastLines == [], "\(found.lastLines.prefix(3))")
  }

  private func finished(_ disk: GuestDisk, _ report: BuildReport, _ raw: FilePath) async throws {
    let test = disk.test
    let qcow2 = test.output.appending("golden-2026-02-03.qcow2")
    try await test.tool("qemu-img", "compare", "-q", "-f", "qcow2", "-F", "raw", qcow2.string, raw.string)
    for name in ["golden-2026-02-03.qcow2.sha256sum", "golden-2026-02-03.raw.sha256sum", "SHA256SUMS"] {
      try await test.tool("sha256sum", "-c", "--strict", name, in: test.output)
    }
    #expect(raw.mode == 0o644 && qcow2.mode == 0o644)
    #expect(report.artifacts.map(\.format) == ["qcow2", "raw"])
    #expect(report.artifacts.map(\.path) == [qcow2.string, raw.string])
    let size = try #require(report.artifacts.last)
    #expect(size.size == .mebibytes(96))
    #expect(size.allocated < .mebibytes(12), "\(size.allocated)")
    #expect(test.names(disk.plan.workFolder) == ["depot.json"])
  }

  private func saved(_ test: TestHost, _ plan: BuildPlan) throws {
    let logs = plan.log.installerLogs
    #expect(logs.mode == 0o750)
    let names = test.names(logs)
    for name in names {
      #expect(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }, "\(name)")
      #expect(!name.contains("link") && !name.contains("fifo") && !name.contains("huge"), "\(name)")
      #expect(logs.appending(name).mode == 0o640)
    }
    for name in ["syslog", "big", "cdebconf_questions.dat", "a_b___touch_pwned_", "-rf", "..hidden", "new_line"] {
      #expect(names.contains("var_log_installer_" + name), "\(name)")
    }
    let text = try test.text(logs.appending("var_log_installer_syslog"))
    #expect(text.contains("hash ******\nforged\u{FFFD}[2J\u{FFFD}1m\n"))
    // Nothing else appeared on the host: no name of the guest's led out of the folder.
    #expect(
      test.names(test.output).filter { !$0.hasPrefix(".") } == [
        "SHA256SUMS", "golden-2026-02-03.installer-logs", "golden-2026-02-03.log", "golden-2026-02-03.qcow2",
        "golden-2026-02-03.qcow2.sha256sum", "golden-2026-02-03.qcow2.size", "golden-2026-02-03.raw",
        "golden-2026-02-03.raw.sha256sum", "golden-2026-02-03.raw.size",
      ])
    let warnings = test.events.all.filter { $0.kind == .warning }.compactMap(\.text)
    #expect(warnings.contains { $0.contains("huge' has 65 MiB and is removed without being saved") })
    let shown = test.events.all.compactMap(\.text).joined()
    #expect(shown.contains("line 1") && !shown.contains("MARKER"))
    #expect(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
    #expect(try !test.text(try #require(plan.log.file)).contains("MARKER"))
  }
}

@Suite("finishing that cannot go on", needs("sfdisk", "mke2fs", "debugfs", "e2fsck", "qemu-img"))
struct BrokenFinishTests {
  @Test("a damaged file system is refused before anything in it is changed")
  func damaged() async throws {
    try await TestHost.run { test in
      let disk = try await GuestDisk(test)
      // A folder that two names lead to.
      try await test.tool("debugfs", "-w", "-R", "ln /var/log /etc/log", "\(disk.plan.disk.raw)?offset=1048576")
      let before = try FileDigest.sha256(disk.plan.disk.raw)
      let error = await factoryError { _ = try await CleanStage().run(disk.plan, in: test.context()) }
      #expect(error?.status == .processingFailed)
      #expect(error?.message.hasPrefix("cannot check the root file system") == true, "\(error?.message ?? "")")
      // e2fsck's own words.
      #expect(error?.details.contains { $0.contains("WARNING: Filesystem still has errors") } == true)
      #expect(error?.details.count ?? 0 <= 8)
      #expect(try FileDigest.sha256(disk.plan.disk.raw) == before)
    }
  }

  @Test("an empty disk is no installed system")
  func empty() async throws {
    try await TestHost.run { test in
      let plan = test.plan()
      try Folder.create(plan.workFolder)
      _ = try await CreateDiskStage().run(plan, in: test.context())
      let error = await factoryError { _ = try await CleanStage().run(plan, in: test.context()) }
      #expect(error?.status == .processingFailed)
      #expect(error?.message.hasPrefix("cannot find the root file system: ") == true)
    }
  }

  @Test("printing of the guest's logs can be turned off; they are saved all the same")
  func quiet() async throws {
    try await TestHost.run { test in
      let disk = try await GuestDisk(test) { $0.log.printInstallerLogs = false }
      _ = try await CleanStage().run(disk.plan, in: test.context())
      #expect(!test.events.all.contains { $0.text?.contains("line 1") == true })
      #expect(disk.plan.log.installerLogs.appending("var_log_installer_syslog").exists)
    }
  }
}

@Suite("checksums and final names")
struct ChecksumStageTests {
  @Test("when one of two artifacts cannot be finished the other one is taken away again")
  func undone() async throws {
    try await TestHost.run { test in
      let plan = test.plan { plan in
        plan.disk.artifacts.append(
          ArtifactPlan(format: "raw", working: plan.disk.raw, final: plan.outputFolder.appending("golden.raw")))
      }
      try Folder.create(plan.workFolder)
      try AtomicFile.write("image", to: plan.disk.artifacts[0].working)
      let report = try await test.build(plan, [ChecksumStage()])
      #expect(report.status != .done && report.artifacts.isEmpty)
      #expect(test.names(test.output).filter { $0.contains("qcow2") || $0.contains("raw") } == [])
    }
  }

  @Test("what fails after it leaves the image where it is")
  func kept() async throws {
    try await TestHost.run { test in
      let plan = test.plan()
      try Folder.create(plan.workFolder)
      try AtomicFile.write("image", to: plan.disk.artifacts[0].working)
      let report = try await test.build(
        plan, [ChecksumStage(), Scripted<One> { _ in throw FactoryError(.publishingIncomplete, "no") }])
      #expect(report.status == .publishingIncomplete)
      #expect(
        test.names(test.output).filter { $0.contains("qcow2") } == [
          "golden-2026-02-03.qcow2", "golden-2026-02-03.qcow2.sha256sum", "golden-2026-02-03.qcow2.size",
        ])
    }
  }

  @Test("a file that is in the way by now is neither replaced nor removed", arguments: ["", ".sha256sum", ".size"])
  func inTheWay(suffix: String) async throws {
    try await TestHost.run { test in
      let plan = test.plan()
      try Folder.create(plan.workFolder)
      try AtomicFile.write("image", to: plan.disk.artifacts[0].working)
      let precious = FilePath(plan.disk.artifacts[0].final.string + suffix)
      try AtomicFile.write("precious", to: precious)
      let report = try await test.build(plan, [ChecksumStage()])
      #expect(report.status == .processingFailed)
      #expect(try test.text(precious) == "precious")
      #expect(test.names(test.output).filter { $0.contains("qcow2") } == [precious.lastComponent?.string])
    }
  }
}
