import HostSystem
import Hypervisor
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("a second stage on a disc", needs("xorriso"))
struct SecondStageTests {
  private static let install = Array("the one second stage of this compose".utf8)
  private static let files: [String: [UInt8]] = [
    "images/pxeboot/vmlinuz": Array("a kernel".utf8), "images/pxeboot/initrd.img": Array("an initrd".utf8),
    "images/install.img": install,
    // What dracut would take from the tree as well, and nobody lists.
    "images/updates.img": Array("evil updates".utf8), "images/product.img": Array("an evil product".utf8),
  ]

  /// A tree as Fedora has it, and the plan of an image that is installed from it.
  private func run(
    _ change: @escaping (inout ImageConfig) -> Void = { _ in },
    _ body: (TrustMirror, BuildPlan) async throws -> Void
  ) async throws {
    try await TrustMirror.run([TrustMirror.Kind.all[0]]) { mirror in
      let listed = Self.files.filter { !$0.key.contains("updates") && !$0.key.contains("product") }
      try await mirror.publish(Self.files, listed: listed)
      let config = try mirror.config {
        $0.source.kernelPath = "images/pxeboot/vmlinuz"
        $0.source.initrdPath = "images/pxeboot/initrd.img"
        $0.source.stage2Path = "images/install.img"
        $0.source.depot = false
        $0.answerFile.format = "kickstart"
        $0.answerFile.dialect = "RHEL9"
        $0.answers.archive.suite = ""
        $0.watcher = "anaconda"
        change(&$0)
      }
      let result = await Planner(host: mirror.test.host, shippedFolder: nil).plan(config, hookEnvironment: [:])
      try await body(mirror, try #require(result.plan, "\(result.findings.map(\.message))"))
    }
  }

  /// Everything on a disc, by path, files with their contents.
  private func contents(_ disc: FilePath, _ test: TestHost) async throws -> [String: String] {
    let folder = test.folder.appending("read-back")
    try Folder.remove(folder)
    try await test.tool("xorriso", "-osirrox", "on", "-indev", "stdio:\(disc)", "-extract", "/", folder.string)
    let found = try await test.tool("find", folder.string, "-mindepth", "1", "-printf", "%y %P\\n").standardOutput
    var contents: [String: String] = [:]
    for line in found.split(separator: "\n") {
      let path = String(line.dropFirst(2))
      contents[path] = line.hasPrefix("f") ? try test.text(folder.pushing(FilePath(path))) : "(\(line.prefix(1)))"
    }
    return contents
  }

  @Test("has exactly the verified bytes, is attached as a CD, and the kernel line names it beside the repository")
  func disc() async throws {
    try await run { mirror, plan in
      let test = mirror.test
      let disc = try #require(plan.installer.stage2Disc)
      #expect(plan.installer.stage2?.size == ByteSize(bytes: Int64(Self.install.count)))
      let size = try #require(plan.installer.stage2?.size)
      let needs = await SpaceDemand(host: test.host).needs(of: plan).map { "\($0.size.bytes) \($0.purpose)" }
      #expect(needs.contains("\(size.bytes) copy the second stage of '\(plan.image)'"), "\(needs)")
      #expect(plan.machine.installerImage == disc.path)
      let words = plan.machine.kernelArguments
      #expect(words.contains("inst.repo=\(mirror.server.url)"))
      #expect(words.filter { $0.hasPrefix("inst.stage2=") } == ["inst.stage2=hd:LABEL=\(disc.label)"])
      let argv = VirtInstall.command(for: plan.machine).argv
      let cds = argv.filter { $0.contains("device=cdrom") }
      #expect(cds == ["path=\(disc.path),device=cdrom,bus=sata,format=raw,readonly=on"])
      #expect(argv.contains { $0.contains(" inst.stage2=hd:LABEL=\(disc.label)") })
      #expect(
        PlanText.text(plan).contains("images/install.img (") && PlanText.text(plan).contains("on the disc 'STAGE2'"))

      let report = try await test.build(plan, [FetchStage()])
      #expect(report.status == .done, "\(report.error?.message ?? "") \(report.error?.details ?? [])")
      #expect(report.fetched.count == 3)
      #expect(
        try await contents(disc.path, test) == [
          "images": "(d)", "images/install.img": String(decoding: Self.install, as: UTF8.self),
        ])
      #expect(try await test.tool("blkid", "-o", "value", "-s", "LABEL", disc.path.string).standardOutput == "STAGE2\n")
      #expect(try InstallerDiscs.label(of: disc.path) == "STAGE2")
      #expect(disc.path.mode == 0o644)
      // No copy of install.img, no half-made disc; the guest's updates.img and product.img were never asked for.
      #expect(test.names(plan.workFolder).filter { $0.contains("stage2") } == ["stage2.iso"])
      #expect(!mirror.server.requests.contains { $0.contains("updates.img") || $0.contains("product.img") })
      // A second build of the same work folder makes it anew, from the cache.
      let asked = mirror.server.requests.count
      #expect(try await test.build(plan, [FetchStage()]).status == .done)
      #expect(mirror.server.requests.count == asked)
      #expect(try await contents(disc.path, test).count == 2)
    }
  }

  @Test("that is another one than the list has is refused, and nothing is left of it")
  func changed() async throws {
    try await run { mirror, plan in
      let test = mirror.test
      try test.write("tree/images/install.img", "the one second stage of that compose!")
      let report = try await test.build(plan, [FetchStage()])
      #expect(report.status == .fetchFailed)
      #expect(report.error?.message.contains("the second stage of 'golden'") == true, "\(report.error?.message ?? "")")
      #expect(test.names(plan.workFolder).filter { $0.contains("stage2") } == [])
      #expect(!plan.installer.kernel.target.exists)
      #expect(test.names(test.folder.appending("cache/content")) == [])
    }
  }

  @Test("that cannot be put on a disc ends the build with no half of it left; any name of the cache's folder will do")
  func odd() async throws {
    try await TestHost.run { test in
      let disc = InstallerDisc(path: test.folder.appending("stage2.iso"), label: "STAGE2", member: "images/install.img")
      try test.write("stage2.iso", "of a build before")
      let error = await factoryError {
        try await InstallerDiscs.make(disc, of: test.folder.appending("missing"), host: test.host)
      }
      #expect(error?.status == .processingFailed)
      #expect(error?.message.contains("'STAGE2'") == true, "\(error?.message ?? "")")
      #expect(test.names(test.folder) == [])
      let file = try test.write("a = b\\c*[d]'\"/-e", "bytes")
      try await InstallerDiscs.make(disc, of: file, host: test.host)
      #expect(try await contents(disc.path, test)["images/install.img"] == "bytes")
    }
  }

  @Test("goes on a disc for a file of the user's too, but not when the config says where it is")
  func ownWords() async throws {
    try await run({ $0.answerFile.append = ["inst.stage2=http://mirror.example.org/os"] }) { _, plan in
      #expect(plan.installer.stage2 != nil && plan.installer.stage2Disc == nil)
      #expect(plan.machine.installerImage == nil)
      #expect(plan.machine.kernelArguments.count { $0.hasPrefix("inst.stage2=") } == 1)
      #expect(!FetchStage().requirements(of: plan).contains { if case .tool = $0 { true } else { false } })
    }
    let folder = try ScratchFolder(under: "/tmp", prefix: "kickstart")
    let own = folder.path.appending("mine.ks")
    try AtomicFile.write("text\npoweroff\n", to: own)
    try await run({ $0.answerFile.own = ["kickstart": own] }) { _, plan in
      #expect(plan.machine.kernelArguments.last == "inst.stage2=hd:LABEL=STAGE2")
      #expect(plan.machine.installerImage == plan.installer.stage2Disc?.path)
      let tools = FetchStage().requirements(of: plan)
      #expect(tools.contains(.tool("xorriso", purpose: "make the disc with the installer's second stage")))
    }
    try folder.close()
  }

  @Test("stays the installer's own affair where it takes none from a disc")
  func otherFormats() async throws {
    try await run({
      $0.answerFile.format = "autoyast"
      $0.answerFile.dialect = "SLE-15-SP6"
      $0.watcher = "autoyast"
    }) { _, plan in
      #expect(plan.installer.stage2 != nil && plan.installer.stage2Disc == nil)
      #expect(plan.machine.installerImage == nil)
    }
  }
}

@Suite("an installer's image that is named by its label", needs("xorriso"))
struct ImageLabelTests {
  private func image(_ label: String, _ test: TestHost) async throws -> FilePath {
    try test.write("tree/boot/linux", "a kernel")
    let image = test.folder.appending("live.iso")
    try Folder.remove(image)
    try await test.tool(
      "xorriso", "-as", "mkisofs", "-quiet", "-V", label, "-J", "-R", "-o", image.string,
      test.folder.appending("tree").string)
    return image
  }

  @Test("has the label read from itself, as blkid reads it, and the kernel word ends in it")
  func label() async throws {
    try await TestHost.run { test in
      let live = try await image("Install-Leap-16.0-x86_64", test)
      #expect(try InstallerDiscs.label(of: live) == "Install-Leap-16.0-x86_64")
      let seen = try await test.tool("blkid", "-o", "value", "-s", "LABEL", live.string).standardOutput
      #expect(seen == "Install-Leap-16.0-x86_64\n")
      var machine = test.plan().machine
      machine.kernelArguments = ["quiet"]
      machine.installerImage = live
      #expect(try InstallerDiscs.labelled(machine).kernelArguments == ["quiet"])
      machine.imageLabelWord = "root=live:CDLABEL="
      let words = try InstallerDiscs.labelled(machine).kernelArguments
      #expect(words == ["quiet", "root=live:CDLABEL=Install-Leap-16.0-x86_64"])
    }
  }

  @Test("is refused when the label cannot stand on a kernel line, or when it is no image")
  func refused() async throws {
    try await TestHost.run { test in
      for label in ["two words", "a/b", "x init=/bin/sh"] {
        let live = try await image(label, test)
        let error = await factoryError { _ = try InstallerDiscs.label(of: live) }
        #expect(error?.status == .fetchFailed && error?.message.contains("'\(label)'") == true)
      }
      let text = try test.write("text.iso", String(repeating: "no image ", count: 5000))
      let long = await factoryError { _ = try InstallerDiscs.label(of: text) }
      #expect(long?.message.contains("is no ISO 9660 image") == true)
      let short = await factoryError { _ = try InstallerDiscs.label(of: try test.write("short.iso", "x")) }
      #expect(short?.message.contains("is no ISO 9660 image") == true)
      let missing = await factoryError { _ = try InstallerDiscs.label(of: test.folder.appending("none.iso")) }
      #expect(missing?.message.contains("cannot read the installer's image") == true)
    }
  }
}
