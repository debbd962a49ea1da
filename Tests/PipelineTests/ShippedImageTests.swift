import Foundation
import HostSystem
import Hypervisor
import Installers
import Model
import Settings
import SystemPackage
import Testing

@testable import Pipeline

@Suite("every shipped image")
struct ShippedImageTests {
  @Test("loads without a finding, and names a format, a watcher and a trust chain that exist")
  func loads() throws {
    let loaded = try Shipped.load()
    #expect(loaded.allFindings(of: loaded.images).map(\.message) == [])
    #expect(Shipped.images.contains("debian-13"))
    for image in Shipped.images {
      let config = try Shipped.config(image)
      #expect(AnswerFiles.names.contains(config.answerFile.format), "\(image)")
      #expect(InstallerWatchers.watcher(for: config.watcher) != nil, "\(image)")
      #expect(TrustChains.names.contains(config.source.trust), "\(image)")
      #expect(image.hasPrefix(config.distribution), "\(image)")
      #expect(
        !config.machine.osinfo.isEmpty && !config.source.keyringPackage.isEmpty || config.source.trust == "treeinfo",
        "\(image)")
      #expect(config.cleaning.empty.contains("/etc/machine-id"), "\(image)")
      #expect(!config.cleaning.logs.isEmpty, "\(image)")
    }
  }

  @Test("takes its installer over https or by a signature", arguments: Shipped.images)
  func protected(image: String) throws {
    let config = try Shipped.config(image)
    let places = config.source.installerMirrors.isEmpty ? [config.source.defaultMirror] : config.source.installerMirrors
    if config.source.trust == "treeinfo" {
      #expect(places.allSatisfy { $0.hasPrefix("https:") })
      #expect(config.source.stage2Path != nil)
    } else {
      #expect(config.source.trust != "none" && !config.source.keyrings.isEmpty)
    }
  }

  @Test("plans with no byte fetched, its kernel line is known to its installer", arguments: Shipped.images)
  func plans(image: String) async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      let config = try Shipped.config(image)
      let result = try await EmptyMirror.plan(config, test)
      let errors = result.findings.filter { $0.severity == .error }
      #expect(errors == [])
      let plan = try #require(result.plan)
      #expect(plan.installer.stage2 != nil || config.source.stage2Path == nil)
      // Whatever the guest boots with comes from here: nothing of an installer is fetched by an unverified URL.
      #expect((plan.installer.stage2Disc != nil) == (plan.answers.format == "kickstart"), "\(image)")
      #expect(!plan.machine.kernelArguments.contains { $0.hasPrefix("root=live:http") }, "\(image)")
      #expect(plan.machine.imageLabelWord == (plan.answers.format == "agama" ? "root=live:CDLABEL=" : nil), "\(image)")
      #expect(
        (plan.machine.installerImage != nil) == ["kickstart", "agama", "autoinstall"].contains(plan.answers.format))
      // The host's own mirror is Debian's: nobody else may be given it.
      if config.distribution != "debian" {
        #expect(plan.answers.answers.archive.mirror == config.source.defaultMirror)
      }
      #expect(plan.answers.dialect == config.answerFile.dialect)
      #expect(plan.machine.kernelArguments.contains { $0.hasPrefix("console=ttyS0") })
      // The same code looks at what users append.
      let format = try Rendering.format(plan.answers.format)
      let label = plan.machine.imageLabelWord.map { [$0 + "LABEL"] } ?? []
      let words = plan.machine.kernelArguments + label
      #expect(words.count > 4 && format.bootWords.findings(words, at: nil).map(\.message) == [], "\(image)")
      #expect(format.check(append: words + ["inst.selfupdate=0"], at: nil).count == 1, "\(image)")
    }
  }

  @Test("renders, and its own distribution's judge has nothing to say", arguments: Shipped.images)
  func renders(image: String) async throws {
    try await TestHost.run { test in
      let config = try Shipped.config(image)
      let files = try Rendering.preview(config, host: test.host, secrets: true)
      #expect(!files.isEmpty)
      #expect(try Rendering.oracle(for: config).contains("FILE"))
      // What is said of users' own files is not true of ours.
      let format = try Rendering.format(config.answerFile.format)
      let found = format.check(files[0].text, file: files[0].name, dialect: config.answerFile.dialect)
      #expect(found.map(\.message) == [], "\(image)")
      let path = try test.write("answers/\(files[0].name)", files[0].text)
      guard let judge = try await Judge.command(config, path, test) else {
        // Said in the test's output; with REQUIRE_TOOLS=1 it is a failure.
        let why = "the judge of '\(config.answerFile.format)' is not here: \(image) is not judged"
        if ChildEnvironment.current()["REQUIRE_TOOLS"] == "1", Shipped.shared != nil { Issue.record("\(why)") }
        return print(why)
      }
      let result = try await SubprocessRunner().run(judge)
      #expect(result.succeeded, "\(image): \(result.lastLines)")
      // debconf warns and succeeds.
      if config.answerFile.format == "preseed" { #expect(result.lastLines == [], "\(image)") }
    }
  }
}

/// The independent program that judges a format's answer file.
enum Judge {
  static func command(_ config: ImageConfig, _ file: FilePath, _ test: TestHost) async throws -> Command? {
    func located(_ tool: String) -> String? { ChildEnvironment.locate(tool)?.string }
    func make(_ tool: String?, _ arguments: [String?]) -> Command? {
      guard let tool, arguments.allSatisfy({ $0 != nil }) else { return nil }
      return Command(tool, arguments.compactMap(\.self), timeLimit: .seconds(60), purpose: "judge an answer file")
    }
    let validators = Shipped.shared?.appending("validators")
    let dialect = config.answerFile.dialect
    switch config.answerFile.format {
    case "preseed":
      return make(located("debconf-set-selections"), ["--checkonly", file.string])
    case "kickstart":
      return make(Shipped.oracles?.appending("ksvalidator").string, ["-v", dialect, file.string])
    case "autoyast":
      return make(
        located("xmllint"),
        [
          "--noout", "--nonet", "--relaxng", validators?.appending("autoyast/SLE-15-SP6/rng/profile.rng").string,
          file.string,
        ])
    case "autoinstall":
      // The schemas of the other releases are not there; that of 24.04 has every key of 22.04.
      let schema = dialect == "26.04" ? "resolute" : "noble"
      return try judge(
        test, file, validators?.appending("autoinstall/autoinstall-schema.ubuntu-\(schema).json"),
        document: "autoinstall")
    case "agama":
      return try judge(test, file, validators?.appending("agama/SLE-16/profile.schema.json"), document: "")
    default:
      return nil
    }
  }

  /// jsonschema, with references to schemas beside the first one; `document` is the key under which the answers stand.
  private static func judge(
    _ test: TestHost, _ file: FilePath, _ schema: FilePath?, document: String
  ) throws -> Command? {
    guard let python = Shipped.oracles?.appending("python3"), let schema else { return nil }
    let program = """
      import glob, json, os, sys, yaml
      from jsonschema import validators
      from referencing import Registry, Resource
      from referencing.jsonschema import DRAFT201909
      path, name, key = sys.argv[1:4]
      registry = Registry()
      for other in glob.glob(os.path.join(os.path.dirname(path), '*.json')):
          contents = json.load(open(other))
          for uri in {os.path.basename(other), contents.get('$id', os.path.basename(other))}:
              registry = registry.with_resource(uri, Resource.from_contents(contents, default_specification=DRAFT201909))
      schema = json.load(open(path))
      document = yaml.safe_load(open(name, encoding='utf-8'))
      if key:
          document = document[key]
          unknown = set(document) - set(schema['properties'])
          assert not unknown, unknown
      errors = list(validators.validator_for(schema)(schema, registry=registry).iter_errors(document))
      for error in errors: print(list(error.absolute_path), error.message[:200])
      sys.exit(len(errors) > 0)
      """
    let script = try test.write("judge.py", program)
    return Command(
      python.string, [script.string, schema.string, file.string, document], timeLimit: .seconds(60),
      purpose: "judge an answer file")
  }
}
