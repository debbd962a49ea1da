import DiskImages
import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("a system on several partitions", needs("sfdisk", "mke2fs", "debugfs", "e2fsck", "zerofree"))
struct SeparateVolumesTests {
  private static let uuid = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
  private static let size: Int64 = 24 << 20

  private static func start(_ number: Int64) -> Int64 { (1 + 24 * (number - 1)) << 20 }

  /// Root, `/var` by UUID, `/home` by label, and a partition that nothing mounts; noise in what is free.
  private func plan(_ test: TestHost, _ change: (inout BuildPlan) -> Void = { _ in }) async throws -> BuildPlan {
    let plan = test.plan {
      $0.cleaning.logs = ["/var/log/installer"]
      $0.cleaning.remove = ["/var/lib/apt/lists/*_*", "/home/*/.cache", "/tmp/*"]
      $0.cleaning.empty = ["/etc/machine-id", "/var/lib/systemd/random-seed"]
      $0.cleaning.keep = ["/home/tester/.cache/kept"]
      change(&$0)
    }
    for (name, text) in [
      ("root/etc/machine-id", "0123456789abcdef0123456789abcdef\n"), ("root/etc/os-release", "PRETTY_NAME=Parts\n"),
      ("root/etc/fstab", "UUID=\(Self.uuid) /var ext4 defaults 0 2\nLABEL=people /home ext4 defaults 0 2\n"),
      ("root/usr/x", ""), ("root/var/log/installer/hidden", "below the mount point\n"), ("root/tmp/x", "gone\n"),
      ("root/home/x", ""), ("var/log/installer/syslog", "a log on a partition of its own\n"),
      ("var/lib/apt/lists/a_b", "list\n"), ("var/lib/systemd/random-seed", "seed\n"), ("var/log/keep", "kept\n"),
      ("home/tester/.bash_history", "ls\n"), ("home/tester/.cache/gone", "x\n"), ("home/tester/.cache/kept", "x\n"),
      ("home/tester/.ssh/authorized_keys", "ssh-ed25519 AAAA build@host\n"), ("spare/file", "x\n"),
    ] {
      try test.write(name, text)
    }
    try Folder.create(plan.workFolder)
    let noise = [UInt8](repeating: 0x4E, count: 98 << 20)
    try AtomicFile.write(noise, to: plan.disk.raw)
    let table = "label: gpt\n" + (0..<4).map { "start=\(2048 + $0 * 49152),size=49152\n" }.joined()
    let script = try test.write("script", table)
    try await test.tool("dd", "if=/dev/zero", "of=\(plan.disk.raw)", "bs=1M", "count=1", "conv=notrunc", "status=none")
    try await test.tool(
      "sh", "-c", "exec sfdisk -q --no-reread --no-tell-kernel \"$1\" < \"$2\"", "sh", plan.disk.raw.string,
      script.string)
    for (number, name, option) in [
      (1, "root", "-Lroot"), (2, "var", "-U\(Self.uuid)"), (3, "home", "-Lpeople"), (4, "spare", "-Lspare"),
    ] as [(Int64, String, String)] {
      try await test.tool(
        "mke2fs", "-q", "-F", "-t", "ext4", option, "-E", "nodiscard,offset=\(Self.start(number)),root_owner=0:0", "-d",
        test.folder.appending(name).string, plan.disk.raw.string, "\(Self.size >> 10)k")
    }
    return plan
  }

  private func debugfs(_ test: TestHost, _ plan: BuildPlan, _ number: Int64, _ request: String) async throws -> String {
    try await test.tool("debugfs", "-w", "-R", request, "\(plan.disk.raw)?offset=\(Self.start(number))").standardOutput
  }

  private func names(_ test: TestHost, _ plan: BuildPlan, _ number: Int64, _ folder: String) throws -> [String] {
    let extent = ImageExtent(offset: Self.start(number), length: Self.size)
    let files = try Ext4FileSystem.open(image: plan.disk.raw, extent: extent, mode: .readOnly)
    guard try files.status(ImagePath(folder)) != nil else { return ["(none)"] }
    return try files.list(ImagePath(folder)).map(\.shownName).filter { $0 != "lost+found" }.sorted()
  }

  private func zerofree(_ test: TestHost, _ plan: BuildPlan, _ number: Int64) async throws -> Substring {
    let part = test.folder.appending("part")
    try SparseFile.extract(ImageExtent(offset: Self.start(number), length: Self.size), of: plan.disk.raw, to: part)
    let said = try await test.tool("zerofree", "-n", "-v", part.string).standardOutput
    try Folder.remove(part)
    return said.split(whereSeparator: \.isWhitespace).last?.split(separator: "/").first ?? ""
  }

  @Test("the clean-up, the scan and the zeroing act where the image's own fstab mounts a file system")
  func whole() async throws {
    try await TestHost.run { test in
      let plan = try await plan(test)
      #expect(try await zerofree(test, plan, 3) != "0")
      _ = try await CleanStage().run(plan, in: test.context())
      _ = try await ZeroStage().run(plan, in: test.context())
      #expect(try names(test, plan, 2, "/log") == ["keep"] && names(test, plan, 2, "/lib/apt/lists") == [])
      #expect(try names(test, plan, 3, "/tester/.cache") == ["kept"] && names(test, plan, 1, "/tmp") == [])
      // Hidden below a mount point: no running system sees it, no clean-up touches it.
      #expect(try names(test, plan, 1, "/var/log/installer") == ["hidden"] && names(test, plan, 4, "/") == ["file"])
      #expect(try await debugfs(test, plan, 2, "stat /lib/systemd/random-seed").contains("Size: 0"))
      #expect(
        try test.text(plan.log.installerLogs.appending("var_log_installer_syslog"))
          == "a log on a partition of its own\n")
      let warnings = test.events.all.filter { $0.kind == .warning }.compactMap(\.text)
      #expect(
        warnings == [
          "'/home/tester/.bash_history' in the image: a history of commands",
          "'/home/tester/.ssh/authorized_keys' in the image: a key that lets somebody in",
        ])
      for number in 1...4 as ClosedRange<Int64> {
        try await test.tool("e2fsck", "-fn", "\(plan.disk.raw)?offset=\(Self.start(number))")
        #expect(try await zerofree(test, plan, number) == "0", "partition \(number)")
      }
    }
  }

  @Test("'one-partition' fails such a disk in the original's words, with nothing changed")
  func onePartition() async throws {
    try await TestHost.run { test in
      let plan = try await plan(test) { $0.cleaning.onePartition = true }
      let before = try FileDigest.sha256(plan.disk.raw)
      let error = await factoryError { _ = try await CleanStage().run(plan, in: test.context()) }
      #expect(error?.status == .processingFailed)
      #expect(
        error?.message.contains("expected exactly one partition in '\(plan.disk.raw)', but found 4 partitions: ")
          == true,
        "\(error?.message ?? "")")
      #expect(try FileDigest.sha256(plan.disk.raw) == before)
    }
  }

  @Test("a journal on another partition is replayed with a warning, a damaged one fails before anything is changed")
  func others() async throws {
    try await TestHost.run { test in
      let plan = try await plan(test)
      _ = try await debugfs(test, plan, 2, "ssv state 0")
      _ = try await CleanStage().run(plan, in: test.context())
      let warnings = test.events.all.filter { $0.kind == .warning }.compactMap(\.text)
      #expect(warnings.contains("the guest did not unmount the file system of partition 2: repaired"), "\(warnings)")
    }
    try await TestHost.run { test in
      let plan = try await plan(test)
      _ = try await debugfs(test, plan, 4, "clri /file")
      let before = try FileDigest.sha256(plan.disk.raw)
      let error = await factoryError { _ = try await CleanStage().run(plan, in: test.context()) }
      #expect(
        error?.message.hasPrefix("cannot check the file system of partition 4: ") == true, "\(error?.message ?? "")")
      #expect(try FileDigest.sha256(plan.disk.raw) == before)
    }
  }

  @Test("inspection shows what would go from every file system, and goes on when one of them is damaged")
  func inspection() async throws {
    try await TestHost.run { test in
      let plan = try await plan(test)
      let config = try test.config { $0.cleaning = plan.cleaning }
      func paths() async throws -> [String] {
        let result = try await Inspector(host: test.host).inspect(plan.disk.raw) { _, _ in config }
        return try #require(result.cleaning, "\(result.problem ?? "")").entries.map(\.path)
      }
      let before = try await paths()
      #expect(before.contains("/var/log/installer") && before.contains("/home/tester/.cache"))
      _ = try await test.tool(
        "dd", "if=/dev/urandom", "of=\(plan.disk.raw)", "bs=1024", "seek=\(Self.start(2) >> 10)", "count=64",
        "conv=notrunc",
        "status=none")
      let after = try await paths()
      #expect(after.contains("/home/tester/.cache") && !after.contains("/var/lib/apt/lists/a_b"))
    }
  }
}
