import DiskImages
import HostSystem
import Installers
import Model
import PrivilegedOperations
import SystemPackage
import Testing

@testable import Pipeline

@Suite("a root that the kernel alone can write")
struct ForeignRootTests {
  private func layout(_ kind: FileSystemKind) -> DiskLayout {
    var layout = DiskLayout()
    layout.partitions = [PartitionRequest(name: "root", size: nil, fileSystem: kind, mountPoint: "/")]
    return layout
  }

  @Test("an xfs or btrfs root that does not clean itself asks for the sudo helper and the checker, ext4 does not")
  func requirements() async throws {
    try await TestHost.run(runner: RecordingRunner(tools: [])) { test in
      for (kind, checker) in [(FileSystemKind.xfs, "xfs_repair"), (.btrfs, "btrfs")] {
        let plan = test.plan {
          $0.answers.answers.disk = layout(kind)
          $0.answers.format = "autoyast"
        }
        let requirements = CleanStage().requirements(of: plan)
        let purpose = "clean the \(kind) file system of '\(plan.image)'"
        #expect(requirements.contains(.sudoHelper(purpose: purpose)))
        #expect(requirements.contains(.tool(checker, purpose: "check the \(kind) file system of '\(plan.image)'")))
        let found = await RequirementCheck(host: test.host).findings(of: .sudoHelper(purpose: purpose))
        #expect(found.map(\.message) == ["cannot find 'image-factory-sudo-helper', required to \(purpose)"])
        #expect(found.first?.status == .hostNotReady)
      }
      #expect(CleanStage().requirements(of: test.plan { $0.answers.answers.disk = layout(.ext4) }).count == 1)
    }
  }

  @Test("a root that cleans itself asks for what looks into it and not for root", arguments: ["preseed", "kickstart"])
  func withoutRoot(format: String) async throws {
    try await TestHost.run(runner: RecordingRunner(tools: [])) { test in
      func needed(_ change: (inout BuildPlan) -> Void) -> [String] {
        let plan = test.plan {
          $0.answers.answers.disk = layout(.xfs)
          $0.answers.format = format
          change(&$0)
        }
        return CleanStage().requirements(of: plan).map { requirement in
          switch requirement {
          case .tool(let tool, _): tool
          case .sudoHelper: "helper"
          default: "else"
          }
        }
      }
      #expect(needed { _ in } == ["e2fsck", "grub-fstest", "xfs_repair"])
      #expect(needed { $0.answers.answers.disk = layout(.btrfs) } == ["e2fsck", "grub-fstest", "btrfs"])
      // What one's own file makes is seen when it is there.
      #expect(needed { $0.answers.ownFile = "/srv/mine" } == ["e2fsck"])
      let found = await RequirementCheck(host: test.host).findings(of: .tool("grub-fstest", purpose: "look"))
      #expect(found.first?.hint == "install the package 'grub-common'")
    }
  }

  @Test("only a root that the kernel alone can write is told to clean itself")
  func rendering() async throws {
    try await TestHost.run { test in
      for (kind, format, expected) in [
        (FileSystemKind.xfs, "preseed", true), (.btrfs, "kickstart", true), (.ext4, "preseed", false),
        (.xfs, "autoinstall", false), (.btrfs, "agama", false),
      ] {
        let plan = test.plan {
          $0.answers.answers.disk = layout(kind)
          $0.answers.format = format
          $0.cleaning.remove = ["/tmp/*"]
        }
        let request = Rendering.request(plan.answers, pinnedSuite: nil, proxy: nil, cleaning: plan.cleaning)
        #expect((request.selfCleaning == plan.cleaning) == expected && (request.selfCleaning == nil) == !expected)
      }
    }
  }

  @Test("what the helper wrote is read record by record; a cut output is an error")
  func output() async throws {
    try await TestHost.run { test in
      let whole =
        HelperRecord(.root).bytes + HelperRecord(.file, name: Array("/a".utf8), dataSize: 3).bytes + Array("one".utf8)
        + HelperRecord(.skipped, name: Array("/b".utf8), dataSize: 1).bytes + [0x78] + HelperRecord(.end).bytes
      let file = test.folder.appending("records")
      try AtomicFile.write(whole, to: file)
      var seen: [String] = []
      try HelperOutput(file).forEach { record, data in
        var text = ""
        while let piece = try data() { text += String(decoding: piece, as: UTF8.self) }
        seen.append("\(record.kind) \(String(decoding: record.name, as: UTF8.self)) \(text)")
      }
      #expect(seen == ["root  ", "file /a one", "skipped /b x"])
      for length in 0..<whole.count {
        try AtomicFile.write(Array(whole.prefix(length)), to: file)
        #expect(throws: FactoryError.self, "\(length) bytes") { try HelperOutput(file).forEach { _, _ in } }
      }
      try AtomicFile.write(HelperRecord(.file, dataSize: 1 << 40).bytes, to: file)
      #expect(throws: FactoryError.self) { try HelperOutput(file).forEach { _, _ in } }
    }
  }

  @Test("files that were handed out are judged by the rules of the scan")
  func scan() throws {
    var answers = InstallAnswers()
    var user = UserAccount(name: "tester")
    user.sshKeys = ["ssh-ed25519 BBBB wanted"]
    answers.users = [user]
    let scan = LeftoverScan(answers: answers, cleaning: Cleaning(), proxy: "10.0.2.2:34567")
    func kinds(_ path: String, _ text: String) throws -> [Leftover.Kind] {
      scan.examine(try ImagePath(path), Array(text.utf8)).map(\.kind)
    }
    #expect(try kinds("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA build@host") == [.authorizedKeys])
    #expect(try kinds("/home/tester/.ssh/authorized_keys", "ssh-ed25519 BBBB wanted") == [])
    #expect(try kinds("/home/tester/.bash_history", "ls") == [.shellHistory])
    #expect(try kinds("/root/anaconda-ks.cfg", "rootpw x") == [.answerFile])
    #expect(try kinds("/var/log/installer/sub/x", "y") == [.answerFile])
    #expect(try kinds("/etc/machine-id", "0123") == [.machineIdentity])
    #expect(try kinds("/etc/machine-id", "") == [])
    #expect(try kinds("/etc/environment", "http_proxy=http://10.0.2.2:34567/") == [.buildProxy])
    #expect(try kinds("/etc/hostname", "golden") == [])
  }
}
