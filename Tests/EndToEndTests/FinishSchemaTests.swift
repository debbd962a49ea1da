import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// A Python with jsonschema: the tests' own (`Tests/oracles/setup`), or the system's.
private enum SchemaOracle {
  static let python: String? = {
    let folders = [
      ProcessInfo.processInfo.environment["IMAGE_FACTORY_ORACLES"],
      Built.checkout.appending(".build/oracles/venv/bin").string, "/usr/bin",
    ]
    return folders.compactMap { $0.map { $0 + "/python3" } }.first { path in
      let check = Process()
      check.executableURL = URL(fileURLWithPath: path)
      check.arguments = ["-c", "import jsonschema"]
      check.standardError = FileHandle.nullDevice
      guard (try? check.run()) != nil else { return false }
      check.waitUntilExit()
      return check.terminationStatus == 0
    }
  }()

  private static let script = """
    import json, sys
    from jsonschema import Draft202012Validator as Judge
    schema = json.load(open(sys.argv[1]))
    Judge.check_schema(schema)
    text = open(sys.argv[2]).read()
    documents = [text] if sys.argv[3] == 'whole' else text.splitlines()
    if not documents: print('nothing was printed')
    for document in documents:
        for error in Judge(schema).iter_errors(json.loads(document)):
            print(list(error.absolute_path), error.message[:300], document[:300])
    """

  /// What does not fit a schema of `Tests/oracles/schemas`, a line each; `whole`: one document, not one per line.
  static func complaints(_ schema: String, _ text: String, whole: Bool = false, _ bench: FinishBench) async throws
    -> String
  {
    let document = try bench.scratch.write(text, to: "document")
    let result = try await Child.run(
      #require(python), "-c", script, Built.checkout.appending("Tests/oracles/schemas/\(schema).json").string,
      document.string, whole ? "whole" : "lines")
    return result.output + result.errors
  }
}

@Suite(
  "what finish and inspect print with --json",
  .needs("sfdisk", "mke2fs", "debugfs", "e2fsck", "resize2fs", "qemu-img", "zstd", "xz", "tar"),
  .enabled(if: Built.has(Built.factory), "image-factory is not built"),
  .enabled(if: SchemaOracle.python != nil || Tools.areRequired, "no Python with jsonschema (see Tests/oracles/setup)"))
struct FinishSchemaTests {
  @Test("every line of an image that is made fits the schema, the last one is the report")
  func made() async throws {
    let bench = try await FinishBench()
    let settings = ["format = raw, qcow2, raw.zst, raw.xz, tar", "checksums = sha256, sha512", "image-size = auto"]
    let result = try await bench.start(settings: settings, flags: ["--json"]).wait()
    #expect(result.status == 0, "\(result.errors)")
    #expect(try await SchemaOracle.complaints("run", result.output, bench) == "")
    #expect(result.output.split(separator: "\n").last?.contains("\"artifacts\":[{") == true)
  }

  @Test("so do the lines of one that fails, and what is said before anything starts")
  func failed() async throws {
    let bench = try await FinishBench()
    try await Child.run("debugfs", "-w", "-R", "ln /var/log /etc/log", "\(bench.disk)?offset=1048576")
    let failed = try await bench.start(flags: ["--json"]).wait()
    #expect(failed.status == 7, "\(failed.output)")
    #expect(try await SchemaOracle.complaints("run", failed.output, bench) == "")
    let refused = try await bench.start(disk: "/dev/zero", flags: ["--json"]).wait()
    #expect(refused.status == 4 && refused.output == "")
    #expect(try await SchemaOracle.complaints("complaint", refused.errors, bench) == "")
    let unreadable = try await bench.inspect("/dev/zero", ["--json"]).wait()
    #expect(unreadable.status == 7 && unreadable.output == "")
    #expect(try await SchemaOracle.complaints("complaint", unreadable.errors, bench) == "")
  }

  @Test("an inspection is one document that fits its schema: of a raw disk, of a qcow2, of a damaged disk")
  func inspected() async throws {
    let bench = try await FinishBench()
    let qcow2 = bench.scratch.path.appending("disk.qcow2")
    try await Child.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", bench.disk.string, qcow2.string)
    let damaged = bench.scratch.path.appending("damaged.raw")
    try FileManager.default.copyItem(atPath: bench.disk.string, toPath: damaged.string)
    try await Child.run("debugfs", "-w", "-R", "clri /etc", "\(damaged)?offset=1048576")
    for file in [bench.disk, qcow2, damaged] {
      let result = try await bench.inspect(file, ["--json"]).wait()
      #expect(result.status == 0, "\(result.errors)")
      #expect(try await SchemaOracle.complaints("inspect", result.output, whole: true, bench) == "")
      #expect(result.output.contains("\"cleaning\"") == (file != damaged), "\(file)")
    }
  }

  @Test("the schemas find a control character, a field that nobody knows and one that is missing")
  func judge() async throws {
    let bench = try await FinishBench()
    for line in [
      #"{"elapsed":1,"kind":"line","text":"a\u009bb"}"#, #"{"elapsed":1,"kind":"line","more":1}"#, #"{"kind":"line"}"#,
    ] {
      #expect(try await SchemaOracle.complaints("run", line, bench) != "", "\(line)")
    }
    #expect(try await SchemaOracle.complaints("run", #"{"elapsed":1,"kind":"line","text":"a"}"#, bench) == "")
  }
}
