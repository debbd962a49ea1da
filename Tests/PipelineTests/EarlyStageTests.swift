import DiskImages
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("the stage 'create-disk'")
struct CreateDiskStageTests {
  @Test("the disk is raw, sparse and of the size, whatever characters its path has", needs("qemu-img"))
  func made() async throws {
    try await TestHost.run { test in
      let plan = test.plan { plan in
        plan.disk.size = .gibibytes(2)
        plan.disk.raw = plan.workFolder.appending("a:b,c disk.raw")
      }
      let report = try await test.build(plan, [CreateDiskStage()])
      #expect(report.status == .done, "\(report.error?.details ?? [])")
      #expect(report.stages.first?.facts == ["2 GiB"])
      let sizes = try SparseFile.sizes(of: plan.disk.raw)
      #expect(sizes.apparent == .gibibytes(2) && sizes.allocated < .mebibytes(1))
    }
  }

  @Test("a failure is told with qemu-img's words, and the unfinished disk is taken away", needs("qemu-img"))
  func failing() async throws {
    try await TestHost.run { test in
      let plan = test.plan { $0.disk.raw = test.folder.appending("no/such/folder/disk.raw") }
      let report = try await test.build(plan, [CreateDiskStage()])
      #expect(report.status == .processingFailed)
      #expect(report.error?.message == "cannot create the disk of 'golden': 'qemu-img' exited with status 1")
      #expect(report.error?.details.contains { $0.contains("No such file") } == true)
      let second = test.plan()
      _ = try await test.build(
        second, [CreateDiskStage(), Scripted<One> { _ in throw FactoryError(.installationFailed, "no") }])
      #expect(!second.disk.raw.exists)
    }
  }
}

@Suite("the stage 'fetch'")
struct FetchStageTests {
  @Test("kernel and initrd are copied where the plan wants them, with their digests in the report")
  func fetched() async throws {
    try await TestHost.run { test in
      _ = try test.config()
      let plan = test.plan()
      let report = try await test.build(plan, [FetchStage()])
      #expect(report.status == .done, "\(report.error?.message ?? "")")
      #expect(try test.text(plan.workFolder.appending("linux")) == "a kernel")
      #expect(try test.text(plan.workFolder.appending("initrd.gz")) == "an initrd")
      #expect(
        report.fetched.map(\.sha256) == [
          SourceDigest.sha256(Array("a kernel".utf8)), SourceDigest.sha256(Array("an initrd".utf8)),
        ])
      #expect(report.fetched.map(\.trust) == ["a test", "a test"])
      #expect(report.stages.first?.facts == ["all in the cache"])
    }
  }

  @Test("a file that is not the one wanted is refused with exit status 5")
  func wrong() async throws {
    try await TestHost.run { test in
      _ = try test.config()
      let plan = test.plan { $0.installer.kernel.sha256 = String(repeating: "0", count: 64) }
      let report = try await test.build(plan, [FetchStage()])
      #expect(report.status == .fetchFailed && report.status.rawValue == 5)
      #expect(report.error?.message.contains("the kernel of 'golden'") == true)
      #expect(!plan.workFolder.appending("linux").exists)
    }
  }
}

@Suite("the stage 'render'")
struct RenderStageTests {
  @Test("answers and scripts are for their owner only, with the depot's address in them")
  func rendered() async throws {
    try await TestHost.run { test in
      let plan = test.plan {
        $0.answers.answers.root = .passwordHash(Secret(TestHost.marker))
        $0.depot = DepotPlan(mirrors: ["http://ftp.debian.org/debian"], pinnedSuite: nil)
      }
      try Folder.create(plan.workFolder)
      try AtomicFile.write("an initrd", to: plan.machine.initrd)
      try DepotAddress(proxy: "http://10.0.2.2:34567/").write(plan)
      let report = try await test.build(plan, [RenderStage()])
      #expect(report.status == .done, "\(report.error?.message ?? "")")
      let folder = plan.answers.folder
      #expect(folder.mode == 0o700)
      for name in test.names(folder) { #expect((folder.appending(name).mode ?? 0o777) & 0o077 == 0, "\(name)") }
      #expect(try test.text(folder.appending("preseed.cfg")).contains("10.0.2.2:34567"))
      let texts = try test.names(folder).map { try test.text(folder.appending($0)) }
      #expect(texts.count { $0.contains(TestHost.marker) } == 1)
    }
  }

  @Test("what the planner injects is what the stage puts into the initrd, for its owner only", needs("cpio"))
  func sameNames() async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      let own = try test.write("mine.cfg", "d-i mirror/country string manual\n")
      for change in [{ _ in }, { $0.answerFile.own = ["preseed": own] }] as [(inout ImageConfig) -> Void] {
        let config = try test.config {
          $0.source.depot = false
          change(&$0)
        }
        let result = await Planner(host: test.host, shippedFolder: nil).plan(config, hookEnvironment: [:])
        let plan = try #require(result.plan, "\(result.findings)")
        try Folder.create(plan.workFolder)
        _ = try await FetchStage().run(plan, in: test.context())
        #expect(plan.machine.initrd.mode == 0o600)
        _ = try await RenderStage().run(plan, in: test.context())
        let injected = plan.machine.injectedFiles.compactMap { $0.lastComponent?.string }.sorted()
        #expect(test.names(plan.answers.folder) == injected)
        #expect(plan.machine.initrd.mode == 0o600)
        try await unpacked(test, plan, injected)
        try Folder.remove(plan.workFolder)
      }
    }
  }

  /// cpio(1) finds the same files behind the initrd's own nine bytes and the padding.
  private func unpacked(_ test: TestHost, _ plan: BuildPlan, _ names: [String]) async throws {
    let root = plan.workFolder.appending("unpacked")
    try Folder.create(root)
    try await test.tool(
      "sh", "-c", "tail -c +13 \"$1\" | cpio --extract --quiet", "sh", plan.machine.initrd.string, in: root)
    #expect(try test.text(plan.machine.initrd).hasPrefix("an initrd\0\0\0"))
    #expect(Set(test.names(root)).isSuperset(of: names))
    for name in names {
      #expect(try AtomicFile.read(root.appending(name)) == AtomicFile.read(plan.answers.folder.appending(name)))
      #expect(root.appending(name).mode == plan.answers.folder.appending(name).mode)
    }
  }

  @Test("one's own file is used byte for byte")
  func own() async throws {
    try await TestHost.run { test in
      let bytes = Array("d-i x/y string \u{1B}[0m\r\n".utf8) + [0xFF, 0x00]
      let own = try test.write("my answers.cfg", bytes)
      let plan = test.plan { $0.answers.ownFile = own }
      try Folder.create(plan.workFolder)
      try AtomicFile.write("an initrd", to: plan.machine.initrd)
      let outcome = try await RenderStage().run(plan, in: test.context())
      #expect(try AtomicFile.read(plan.answers.folder.appending("my answers.cfg")) == bytes)
      #expect(plan.answers.folder.appending("my answers.cfg").mode == 0o600)
      #expect(outcome.facts == ["your own my answers.cfg"])
      #expect(RenderStage().requirements(of: plan) == [.readableFile(own, purpose: "answer the installer")])
    }
  }
}

@Suite("the stage 'depot'")
struct DepotStageTests {
  @Test("it listens for the build, tells the other stages where, and is closed at the end")
  func opened() async throws {
    try await TestHost.run { test in
      let plan = test.plan { $0.depot = DepotPlan(mirrors: ["http://ftp.debian.org/debian"], pinnedSuite: nil) }
      try Folder.create(plan.workFolder)
      let cleanUp = CleanUpStack()
      let outcome = try await DepotStage().run(plan, in: test.context(cleanUp))
      let proxy = try DepotAddress.read(plan).proxy
      #expect(outcome.facts.first.map { proxy == "http://10.0.2.2:\($0.dropFirst(5))/" } == true)
      #expect(plan.workFolder.appending("depot.json").mode == 0o600)
      #expect(await cleanUp.unwind(succeeded: true) == [])
    }
  }

  @Test("an index that is not the pin's is refused before anything is signed")
  func changedIndex() async throws {
    try await TestHost.run { test in
      let index = try test.write("pin.xz", "changed")
      let plan = test.plan { plan in
        let digest = String(repeating: "0", count: 64)
        plan.depot = DepotPlan(
          mirrors: ["http://ftp.debian.org/debian"],
          pinnedSuite: PinnedSuitePlan(
            name: "trixie-pinned", index: index, indexSHA256: digest, publicKey: plan.workFolder.appending("pin.gpg")))
      }
      let report = try await test.build(plan, [DepotStage()])
      #expect(report.status == .fetchFailed)
      #expect(report.error?.message == "the pin's index '\(index)' is not the one that the pin names")
      #expect(report.error?.details.count == 2)
    }
  }
}
