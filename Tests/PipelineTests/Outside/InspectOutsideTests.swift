import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage
import Testing

@testable import Pipeline

/// Real commands but for those that are not installed.
private struct Lacking: HostSystem.CommandRunner {
  let tools: [String]
  private let real = SubprocessRunner(environment: ChildEnvironment.current())

  init(_ tools: String...) { self.tools = tools }

  func run(_ command: Command, onLine: (@Sendable (OutputLine) -> Void)?) async throws -> CommandResult {
    try await real.run(command, onLine: onLine)
  }

  func locate(_ tool: String) -> FilePath? { tools.contains(tool) ? nil : real.locate(tool) }
}

@Suite("an xfs or btrfs that is inspected", .serialized, ForeignDisk.canMake)
struct InspectOutsideTests {
  private static let script = """
    printf 'ID=test\\nVERSION_ID=1\\nPRETTY_NAME="Guest \\033[2J 1"\\n' >etc/os-release
    mkdir -p var/log/installer root/.ssh
    echo 12345 >var/log/installer/syslog; echo 0123 >etc/machine-id
    echo ls >var/cache/build/more
    echo 'ssh-ed25519 AAAA somebody@host' >root/.ssh/authorized_keys
    head -c 30000000 /dev/urandom >usr/bin/bulk; sync -f .; rm usr/bin/bulk
    fstrim() { :; }
    """

  @Test(
    "shows what the clean-up would take, and what of it nobody needs, without root or a byte written",
    arguments: [GuestVolume.Kind.xfs, .btrfs])
  func root(kind: GuestVolume.Kind) async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await ForeignDisk(
        kind, test, script: Self.script,
        after: kind == .xfs ? "xfs_admin -L data \"$1\"" : "btrfs filesystem label \"$1\" data")
      let digest = try FileDigest.sha256(disk.plan.disk.raw)
      let config = try test.config { $0.cleaning = ForeignDisk.cleaning }
      let asked = Collected<String>()
      let result = try await Inspector(host: test.host).inspect(disk.plan.disk.raw) {
        asked.add("\($0) \($1)")
        return config
      }
      #expect(try FileDigest.sha256(disk.plan.disk.raw) == digest)
      #expect(asked.all == ["test 1"] && result.problem == nil, "\(result.problem ?? "")")
      let volume = try #require(result.disk.volumes.first)
      #expect(volume.fileSystem == kind.rawValue && volume.label == "data" && volume.problem == nil, "\(volume)")
      #expect(volume.distribution?.hasPrefix("Guest ") == true)
      #expect((volume.reclaimable?.bytes ?? 0) > 29_000_000 && result.disk.reclaimable.bytes > 29_000_000, "\(volume)")
      let used = try #require(volume.used)
      #expect(used.bytes > 3_000_000 && used < volume.size, "\(volume)")
      let entries = try #require(result.cleaning).entries
      #expect(
        entries.map { "\($0.action) \($0.path) \($0.size.bytes)" } == [
          "save /var/log/installer 6", "remove /var/cache/build 8", "empty /etc/machine-id 5",
        ], "\(entries)")
      #expect(result.cleaning?.leftovers.map(\.path) == ["/root/.ssh/authorized_keys"])
      let text = InspectText.text(result)
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
    }
  }

  @Test("shows those beside an ext root with it")
  func part() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await PartsDisk(.xfs, test, script: "mkdir tester; echo ls >tester/.bash_history")
      let config = try test.config { $0.cleaning = disk.plan.cleaning }
      let result = try await Inspector(host: test.host).inspect(disk.plan.disk.raw) { _, _ in config }
      #expect(result.cleaning?.entries.map(\.path) == ["/home/tester/.bash_history"], "\(result.problem ?? "")")
      #expect(result.disk.volumes.map(\.label) == [nil, "people"])
      #expect(result.disk.volumes.map(\.distribution) == ["Parts", nil])
    }
  }

  @Test("says what was not unmounted, and which tool is missing")
  func problems() async throws {
    try await TestHost.run(runner: Lacking("grub-fstest")) { test in
      let disk = try await ForeignDisk(
        .xfs, test,
        script: "for i in 1 2 3; do echo $i >etc/$i; done; xfs_io -x -c 'shutdown -f' .; fstrim() { :; }; sync() { :; }"
      )
      let result = try await Inspector(host: test.host).inspect(disk.plan.disk.raw) { _, _ in nil }
      #expect(result.disk.volumes.first?.problem == "it was not unmounted")
      #expect(result.problem?.contains("cannot find 'grub-fstest'") == true, "\(result.problem ?? "")")
    }
  }
}
