import DiskImages
import FactoryTestSupport
import HostSystem
import Installers
import Model
import PrivilegedOperations
import SystemPackage
import Testing

@testable import Pipeline

@Suite("xfs and btrfs beside the root", .serialized, ForeignDisk.canMake)
struct ForeignPartsTests {
  private static let noise = "head -c 30000000 /dev/urandom >bulk; sync -f .; rm bulk"

  @Test(
    "what holds nothing to clean gives its free space back, without root", arguments: [GuestVolume.Kind.xfs, .btrfs])
  func clean(kind: GuestVolume.Kind) async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await PartsDisk(
        kind, test,
        script: """
          mkdir tester kept; echo stays >tester/.profile; echo stays >kept/.bash_history; mkdir lost+found
          \(Self.noise)
          """)
      let sums = try await disk.look("find . -type f | sort | xargs sha256sum")
      let before = try SparseFile.sizes(of: disk.plan.disk.raw).allocated
      let outcome = try await disk.clean()
      #expect(
        outcome.facts.first == "Parts" && outcome.facts.last?.hasSuffix(" of '/home' given back") == true,
        "\(outcome.facts)")
      let after = try SparseFile.sizes(of: disk.plan.disk.raw).allocated
      #expect(after.bytes < before.bytes - 29_000_000, "\(before) → \(after)")
      #expect(try await disk.look("find . -type f | sort | xargs sha256sum") == sums)
      #expect(disk.warnings == ["'/home/kept/.bash_history' in the image: a history of commands"])
      _ = try await ZeroStage().run(disk.plan, in: test.context())
      #expect(test.names(disk.plan.workFolder) == ["disk.raw"])
    }
  }

  @Test("what is to be cleaned is named with its place when there is no helper")
  func left() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await PartsDisk(.xfs, test, script: "mkdir tester; echo ls >tester/.bash_history")
      let error = await factoryError { _ = try await disk.clean() }
      #expect(error?.status == .processingFailed)
      #expect(
        error?.message
          == "cannot clean the xfs file system of 'golden' at '/home' without root: the guest left 1 thing to clean",
        "\(error?.message ?? "")")
      #expect(error?.details.first == "'/home/tester/.bash_history' is there")
      #expect(error?.hint?.contains("make install") == true)
    }
  }

  @Test("where its checker is not installed it is left as it is, with a word")
  func checkerless() async throws {
    try await TestHost.run(runner: HelperlessRunner(lacking: ["xfs_repair"])) { test in
      let disk = try await PartsDisk(.xfs, test, script: "mkdir tester; echo ls >tester/.bash_history")
      let before = try FileDigest.sha256(disk.plan.disk.raw)
      _ = try await disk.clean()
      let sentence = "left as it is, not looked through: 'xfs_repair' is not installed"
      #expect(disk.warnings == ["the xfs file system at '/home' is \(sentence)"])
      #expect(try FileDigest.sha256(disk.plan.disk.raw) == before)
    }
  }

  @Test("of an own answer file what is left in it is a warning, as nobody could ask for the helper before")
  func ownAnswerFile() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await PartsDisk(
        .xfs, test, script: "mkdir tester; echo ls >tester/.bash_history", change: { $0.answers.ownFile = "/own.cfg" })
      _ = try await disk.clean()
      #expect(disk.warnings.contains { $0.contains("'/home/tester/.bash_history' is there") }, "\(disk.warnings)")
    }
  }

  @Test("the scan looks through it by the paths of the system")
  func scan() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await PartsDisk(
        .xfs, test, script: "mkdir -p tester/.ssh; echo 'ssh-ed25519 AAAA somebody@host' >tester/.ssh/authorized_keys")
      _ = try await disk.clean()
      #expect(
        disk.warnings == ["'/home/tester/.ssh/authorized_keys' in the image: a key that lets somebody in"])
    }
  }

  @Test("what was not unmounted is told with its place, and is not touched; a damaged one ends the build")
  func unclean() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await PartsDisk(
        .xfs, test, script: "echo x >new; sync new; for i in 1 2 3; do echo $i >$i; done; xfs_io -x -c 'shutdown -f' .")
      _ = try await disk.clean()
      #expect(
        disk.warnings.count == 1
          && disk.warnings[0].hasPrefix(
            "the xfs file system at '/home' is left as it is, not looked through: the guest did not unmount it; "),
        "\(disk.warnings)")
    }
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await PartsDisk(
        .btrfs, test, script: "mkdir tester; head -c 9000000 /dev/urandom >tester/file",
        after: "dd if=/dev/urandom of=\"$1\" bs=64k seek=2 count=1000 conv=notrunc status=none")
      let error = await factoryError { _ = try await disk.clean() }
      #expect(
        error?.message.contains("check the btrfs file system of 'golden' at '/home'") == true,
        "\(error?.message ?? "")")
    }
  }

  @Test("each subvolume of a btrfs is looked through where it is mounted")
  func subvolumes() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await PartsDisk(
        .btrfs, test,
        fstab: "LABEL=people /home btrfs subvol=@home 0 0\nLABEL=people /var/log btrfs subvol=/@log 0 0\n",
        script: """
          btrfs -q subvolume create @home >/dev/null; btrfs -q subvolume create @log >/dev/null; mkdir @home/tester
          echo ls >@home/tester/.zsh_history; mkdir @log/anaconda; echo x >@log/anaconda/syslog; echo x >@log/boot.log
          """, change: { $0.cleaning.logs = ["/var/log"] })
      let error = await factoryError { _ = try await disk.clean() }
      #expect(
        error?.details.dropLast() == [
          "'/home/tester/.zsh_history' is there", "'/var/log/anaconda' is there", "'/var/log/boot.log' is there",
        ], "\(error?.details ?? [])")
    }
  }

  @Test("patterns count from the top of the file system that they reach")
  func patterns() throws {
    let home = MountedPatterns(place: try ImagePath("/home"))
    #expect(home.inside(["/home/*/.x", "/*/y", "/h?me/z", "/etc/x", "/srv"]) == ["/*/.x", "/y", "/z"])
    #expect(home.inside(["/home", "/*"]) == ["/*", "/.*", "/*", "/.*"] && home.inside(["/"]) == [])
    #expect(home.outside(try ImagePath("/a/b"))?.description == "/home/a/b")
    let log = MountedPatterns(place: try ImagePath("/var/log"), folder: try ImagePath("@log"))
    #expect(
      log.inside(["/var/log/x*", "/var", "/var/l*/y/z", "/var/lib/x"]) == [
        "/@log/x*", "/@log/*", "/@log/.*", "/@log/y/z",
      ])
    #expect(log.outside(try ImagePath("/@log/x"))?.description == "/var/log/x")
    #expect(log.outside(try ImagePath("/@home/x")) == nil)
  }

  @Test("a root in a logical volume that cleaned itself is read from a copy, which is gone afterwards")
  func logical() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await ForeignDisk(
        .xfs, test, options: "-i nrext64=1", script: "for i in $(seq 40); do mkdir usr/lib/f$i; done")
      // The same file system as a logical volume: 80 extents of 4 MiB behind the first MiB of the physical volume.
      let text = HandMadeVolume.text(volumes: HandMadeVolume.plain("root", 0, 80))
        .replacing("dev_size = 126976", with: "dev_size = 665600").replacing("pe_count = 15", with: "pe_count = 81")
      let start = try test.write("physical", HandMadeVolume.physical(text, size: 325 << 20))
      let raw = disk.plan.disk.raw
      let table = try test.write("other", "label: dos\nstart=2048,size=665600,type=8e\n")
      try await test.tool(
        "bash", "-ec",
        """
        truncate -s 327M "$1.new"
        dd if="$1" of="$1.new" bs=1M skip=1 seek=2 count=320 conv=notrunc,sparse status=none
        dd if="$2" of="$1.new" bs=1M seek=1 conv=notrunc status=none
        sfdisk -q --no-reread --no-tell-kernel "$1.new" <"$3"
        mv "$1.new" "$1"
        """, "x", raw.string, start.string, table.string)
      let outcome = try await disk.clean()
      #expect(outcome.facts.prefix(2) == ["Guest OS 1", "cleaned by the guest itself"], "\(outcome.facts)")
      let root = try #require(try await ForeignRoot.find(disk.plan, in: test.context()))
      #expect(root.extent == ImageExtent(offset: 2 << 20, length: 320 << 20))
      do {
        let found = try await OutsideTree.find(
          in: root.volume, of: raw, scratch: disk.plan.workFolder, host: test.host)
        guard case .system(let tree) = found else { throw FactoryError(.unexpected, "no system was found") }
        #expect(try await tree.entries(of: ImagePath("/usr/lib")).count == 41)
        #expect(test.names(disk.plan.workFolder).contains { $0.hasPrefix("file-system-to-read-") })
      }
      #expect(test.names(disk.plan.workFolder) == ["disk.raw"])
    }
  }

  @Test("what the host needs for it is asked before, and the helper is a warning where no script of ours cleans")
  func requirements() async throws {
    try await TestHost.run(runner: RecordingRunner(tools: [])) { test in
      func needed(_ format: String, _ place: String, _ group: String? = nil) -> [String] {
        let plan = test.plan {
          $0.cleaning.remove = ["/home/*/.x"]
          $0.answers.format = format
          $0.answers.answers.disk.partitions = [
            .root, PartitionRequest(name: "p", size: nil, fileSystem: .xfs, mountPoint: place, volumeGroup: group),
          ]
        }
        return CleanStage().requirements(of: plan).map { requirement in
          switch requirement {
          case .tool(let tool, _): tool
          case .sudoHelperIfNeeded: "helper?"
          case .sudoHelper: "helper"
          default: "else"
          }
        }
      }
      #expect(needed("preseed", "/home") == ["e2fsck", "grub-fstest", "xfs_repair"])
      #expect(needed("autoyast", "/home", "vg") == ["e2fsck", "grub-fstest", "xfs_repair", "helper?"])
      #expect(needed("autoyast", "/srv") == ["e2fsck", "grub-fstest", "xfs_repair"])
      let found = await RequirementCheck(host: test.host).findings(of: .sudoHelperIfNeeded(purpose: "clean it"))
      #expect(
        found.map(\.severity) == [.warning] && found[0].message.hasSuffix("if the guest leaves something to clean"))
    }
  }

  @Test("the guest's own script is told to keep to such file systems when its root is none")
  func rendering() async throws {
    try await TestHost.run { test in
      func plan(_ root: FileSystemKind, _ part: FileSystemKind, _ group: String? = nil) -> AnswerPlan {
        test.plan {
          $0.answers.answers.disk.partitions = [
            PartitionRequest(name: "root", size: nil, fileSystem: root, mountPoint: "/", volumeGroup: group),
            PartitionRequest(name: "p", size: nil, fileSystem: part, mountPoint: "/home", volumeGroup: group),
          ]
        }.answers
      }
      for (answers, expected) in [
        (plan(.ext4, .xfs), AnswerPlan.SelfCleaning.parts), (plan(.ext4, .btrfs, "vg"), .parts),
        (plan(.ext4, .ext4), nil),
        (plan(.xfs, .ext4), .whole), (plan(.xfs, .xfs, "vg"), .whole),
      ] {
        #expect(answers.selfCleaning == expected)
        let request = Rendering.request(answers, pinnedSuite: nil, proxy: nil, cleaning: Cleaning())
        #expect(
          (request.selfCleaning != nil) == (expected != nil) && request.selfCleansPartsOnly == (expected == .parts))
      }
    }
  }
}
