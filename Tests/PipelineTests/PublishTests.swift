import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("publishing")
struct PublishStageTests {
  /// What a destination has of one image.
  private static let uploaded = [
    "golden-2026-02-03.qcow2", "golden-2026-02-03.qcow2.sha256sum", "golden-2026-02-03.qcow2.size",
  ]

  /// A plan with a finished image and a checksum, and destinations that are folders.
  private func published(_ test: TestHost, _ destinations: [UploadDestination]) throws -> BuildPlan {
    let plan = test.plan { $0.publishing.destinations = destinations }
    for artifact in plan.disk.artifacts {
      try Folder.create(test.output)
      try AtomicFile.write("image", to: artifact.final)
      try AtomicFile.write("sum", to: artifact.final.appendingExtension("sha256sum"))
      try AtomicFile.write("1\n", to: artifact.final.appendingExtension("size"))
    }
    return plan
  }

  private func destination(_ test: TestHost, _ name: String, exists: Bool = true) throws -> UploadDestination {
    let folder = test.folder.appending(name)
    if exists { try Folder.create(folder) }
    var destination = UploadDestination(
      name: name, type: "rsync", target: folder.string + (exists ? "/" : "/no/folder/"))
    destination.arguments = ["-a"]
    return destination
  }

  @Test("image and checksum arrive at every destination", needs("rsync"))
  func all() async throws {
    try await TestHost.run { test in
      let plan = try published(test, [try destination(test, "fra"), try destination(test, "nyc")])
      let report = try await test.build(plan, [PublishStage()])
      #expect(report.status == .done)
      for name in ["fra", "nyc"] {
        #expect(test.names(test.folder.appending(name)) == PublishStageTests.uploaded)
      }
      #expect(report.uploads.map(\.succeeded) == [true, true])
      #expect(report.stages.first?.facts == ["2 of 2 destinations"])
    }
  }

  @Test("one destination that fails does not hide the others; the exit status is 8", needs("rsync"))
  func oneFails() async throws {
    try await TestHost.run { test in
      let plan = try published(
        test, [try destination(test, "bad", exists: false), try destination(test, "good"), try pigeon(test)])
      let report = try await test.build(plan, [PublishStage(), Scripted<One>()])
      #expect(report.status == .publishingIncomplete)
      #expect(report.status.rawValue == 8)
      #expect(report.uploads.map(\.succeeded) == [false, true, false])
      #expect(report.uploads.map(\.destination) == ["bad", "good", "pigeon"])
      #expect(test.names(test.folder.appending("good")) == PublishStageTests.uploaded)
      #expect(report.stages.map(\.state) == [.failed, .done])
      // Both failures are said; the error is the first one, with the line to paste.
      #expect(report.warnings.count == 2)
      #expect(report.error?.message.hasPrefix("cannot upload to 'bad': 'rsync' exited with status") == true)
      #expect(
        report.error?.details.first?.hasPrefix("command: rsync -a --partial-dir=.rsync-partial --timeout=600 -- ")
          == true)
      #expect(report.error?.hint?.contains("the image is complete in \(plan.outputFolder)") == true)
      #expect(plan.disk.artifacts[0].final.exists)
    }
  }

  private func pigeon(_ test: TestHost) throws -> UploadDestination {
    UploadDestination(name: "pigeon", type: "pigeon", target: "sky")
  }

  @Test(
    "a post-upload command gets its words as they are, ${image} and the settings, and no shell is run", needs("rsync"))
  func hook() async throws {
    try await TestHost.run { test in
      let script = try test.write("hook", Hook.script, mode: 0o755)
      var good = try destination(test, "fra")
      good.postUploadCommands = [
        [script.string, "a b", "$(touch pwned); *", "--file=${image}"], [script.string, "second"],
      ]
      let plan = try published(test, [good])
      var withEnvironment = plan
      withEnvironment.hookEnvironment = ["IMAGE_FACTORY_GOLDEN_NAME": "it's"]
      let report = try await test.build(withEnvironment, [PublishStage()])
      #expect(report.status == .done, "\(report.error?.message ?? "")")
      let image = plan.disk.artifacts[0].final.string
      #expect(
        try test.text(test.output.appending("hook.log")) == """
          3 [a b] [$(touch pwned); *] [--file=\(image)] it's \(test.output)
          1 [second] it's \(test.output)

          """)
      #expect(!test.output.appending("pwned").exists)
    }
  }

  @Test("a post-upload command that never ends is ended after 'hook-timeout'", needs("rsync"))
  func endlessHook() async throws {
    try await TestHost.run { test in
      var endless = try destination(test, "fra")
      endless.postUploadCommands = [["sleep", "600"]]
      var plan = try published(test, [endless])
      plan.publishing.hookTimeoutSeconds = 1
      let report = try await test.build(plan, [PublishStage()])
      #expect(report.status == .publishingIncomplete)
      #expect(report.error?.message.contains("the post-upload-command of 'fra'") == true)
      #expect(report.error?.message.contains("took longer than 1.0 s") == true, "\(report.error?.message ?? "")")
      #expect(plan.disk.artifacts[0].final.exists)
    }
  }

  @Test("a post-upload command that fails makes its destination incomplete", needs("rsync"))
  func failingHook() async throws {
    try await TestHost.run { test in
      var bad = try destination(test, "fra")
      bad.postUploadCommands = [["false", "${image}"]]
      let report = try await test.build(try published(test, [bad]), [PublishStage()])
      #expect(report.status == .publishingIncomplete)
      #expect(report.uploads.map(\.succeeded) == [false])
      #expect(report.error?.message == "cannot run the post-upload-command of 'fra': 'false' exited with status 1")
      #expect(test.names(test.folder.appending("fra")) == PublishStageTests.uploaded)
    }
  }
}

/// A program that writes down how it was called, in the folder it was called in.
enum Hook {
  static let script = """
    #!/bin/sh
    printf '%s' "$#" >> hook.log
    printf ' [%s]' "$@" >> hook.log
    printf ' %s %s\\n' "$IMAGE_FACTORY_GOLDEN_NAME" "$PWD" >> hook.log

    """
}

@Suite("post-build commands")
struct HooksStageTests {
  @Test("each gets the image as its last argument, with the settings in its environment, and no shell is run")
  func words() async throws {
    try await TestHost.run { test in
      let script = try test.write("hook", Hook.script, mode: 0o755)
      let plan = test.plan {
        $0.publishing.postBuildCommands = [[script.string, "a  b; touch pwned", "`id`"], [script.string, "${image}"]]
        $0.hookEnvironment = ["IMAGE_FACTORY_GOLDEN_NAME": "golden"]
      }
      #expect(HooksStage().applies(to: plan))
      let report = try await test.build(plan, [HooksStage()])
      #expect(report.status == .done, "\(report.error?.message ?? "")")
      let image = plan.disk.artifacts[0].final.string
      #expect(
        try test.text(test.output.appending("hook.log")) == """
          3 [a  b; touch pwned] [`id`] [\(image)] golden \(test.output)
          2 [\(image)] [\(image)] golden \(test.output)

          """)
      #expect(!test.output.appending("pwned").exists)
    }
  }

  @Test("one that fails gives exit status 8 and the image stays; its output is shown, its unprintable part is not")
  func failing() async throws {
    try await TestHost.run { test in
      let script = try test.write("hook", "#!/bin/sh\nprintf 'no \\033[2Jway\\n' >&2\nexit 3\n", mode: 0o755)
      let plan = test.plan { $0.publishing.postBuildCommands = [[script.string], ["true"]] }
      try Folder.create(test.output)
      try AtomicFile.write("image", to: plan.disk.artifacts[0].final)
      let report = try await test.build(plan, [HooksStage()])
      #expect(report.status == .publishingIncomplete)
      #expect(report.error?.message == "cannot run 'post-build-command': '\(script)' exited with status 3")
      #expect(report.error?.details.last == "no \u{FFFD}[2Jway")
      #expect(test.events.all.contains { $0.kind == .line && $0.text == "no \u{FFFD}[2Jway" })
      #expect(plan.disk.artifacts[0].final.exists)
    }
  }

  @Test("no command, no stage")
  func none() async throws {
    try await TestHost.run { test in
      #expect(!HooksStage().applies(to: test.plan()))
      #expect(!PublishStage().applies(to: test.plan()))
      #expect(
        StageOrder.stages(of: test.plan()).map { type(of: $0).name } == [
          "fetch", "render", "create-disk", "install", "clean", "zero", "convert", "checksum",
        ])
    }
  }
}
