import Foundation
import Installers
import Model
import Testing

/// Where a Python with jsonschema is: the tests' own (`Tests/oracles/setup`), or the system's.
enum SchemaJudge {
  static let python: String? = {
    let folders = [
      ProcessInfo.processInfo.environment["IMAGE_FACTORY_ORACLES"], Place.package + "/.build/oracles/venv/bin",
      Place.configs + "/../.build/oracles/venv/bin", "/usr/bin",
    ]
    return folders.compactMap { $0 }.map { $0 + "/python3" }.first { path in
      FileManager.default.isExecutableFile(atPath: path) && ((try? run(path))?.status == 0)
    }
  }()

  private static func run(_ path: String) throws -> Finished {
    try InstallersTests.run("env", path, "-c", "import jsonschema")
  }

  /// Validates all documents of a folder against a schema whose neighbours it refers to; prints a line per error.
  static let script = """
    import glob, json, os, sys
    schemas = {}
    for path in glob.glob(sys.argv[1] + '/*.json'):
        schema = json.load(open(path))
        if '2019-09' in schema.get('$schema', ''): schemas[schema['$id']] = schema
    main = next(s for i, s in schemas.items() if i.endswith('/profile.schema.json'))
    from jsonschema import validators
    kind = validators.validator_for(main)
    kind.check_schema(main)
    try:
        from referencing import Registry, Resource
        registry = Registry().with_resources((i, Resource.from_contents(s)) for i, s in schemas.items())
        judge = kind(main, registry=registry)
    except ImportError:
        from jsonschema import RefResolver
        judge = kind(main, resolver=RefResolver(main['$id'], main, store=schemas))
    for path in sorted(glob.glob(sys.argv[2] + '/*.json')):
        for error in judge.iter_errors(json.load(open(path))):
            print(os.path.basename(path), list(error.absolute_path), error.message[:300])
    """

  /// Lines about the documents; empty when all are valid.
  static func judge(_ documents: [String]) throws -> String {
    let schemas = try #require(Place.shared) + "/validators/agama/SLE-16"
    return try withFolder { folder in
      for (index, text) in documents.enumerated() {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/\(index).json"))
      }
      let result = try InstallersTests.run("env", try #require(python), "-c", script, schemas, folder)
      try #require(result.status == 0, "\(result.output)")
      return result.output
    }
  }
}

@Suite("independent judges of the Agama profile")
struct AgamaOracleTests {
  private static func texts() throws -> [String] {
    try SUSESample.requests(dialect: "Leap_16.0").map { try Sample.text(try Agama().render($0).files.first) }
  }

  @Test(
    "Agama's own schema finds every profile valid", .enabled(if: Place.shared != nil, "needs ../shared"),
    .enabled(if: SchemaJudge.python != nil, "needs Python's jsonschema: run Tests/oracles/setup"))
  func schema() throws {
    let errors = try SchemaJudge.judge(try Self.texts())
    #expect(errors.isEmpty, "\(errors)")
  }

  @Test(
    "the judge finds what is wrong in a profile", .enabled(if: Place.shared != nil, "needs ../shared"),
    .enabled(if: SchemaJudge.python != nil, "needs Python's jsonschema: run Tests/oracles/setup"))
  func judgeWorks() throws {
    let text = try Self.texts()[0]
    let wrong = [
      text.replacing("\"product\"", with: "\"products\""), text.replacing("\"ptableType\"", with: "\"ptable\""),
      text.replacing("\"stopOnBootMenu\": false", with: "\"stopOnBootMenu\": false, \"timeout\": 3"),
    ]
    for document in wrong { #expect(try !SchemaJudge.judge([document]).isEmpty) }
  }

  @Test("every script is accepted by sh, by bash and by shellcheck", arguments: AutoYaSTOracleTests.readers.indices)
  func scripts(reader: Int) throws {
    let words = AutoYaSTOracleTests.readers[reader]
    guard Place.tool(words[0]) != nil else {
      withKnownIssue("skipped: '\(words[0])' is not installed", isIntermittent: true) {}
      return
    }
    var scripts: [String] = []
    for text in try Self.texts() {
      let profile = try ReadJSON(text)
      for kind in ["pre", "post"] {
        let script = try #require(profile.text("scripts", kind, 0, "content"))
        #expect(script.hasPrefix("#!/bin/sh\n"))
        scripts.append(script)
      }
    }
    try ScriptReader.accept(scripts, words)
  }
}

/// A JSON text as Foundation reads it.
struct ReadJSON {
  private let root: Any

  init(_ text: String) throws { root = try JSONSerialization.jsonObject(with: Data(text.utf8)) }

  /// The value at a path of keys and indices.
  func at(_ path: Any...) -> Any? { find(path) }

  func text(_ path: Any...) -> String? { find(path) as? String }

  func texts(_ path: Any...) -> [String] { find(path) as? [String] ?? [] }

  func number(_ path: Any...) -> Int? { (find(path) as? NSNumber)?.intValue }

  func flag(_ path: Any...) -> Bool? { find(path) as? Bool }

  func count(_ path: Any...) -> Int { (find(path) as? [Any])?.count ?? 0 }

  private func find(_ path: [Any]) -> Any? {
    path.reduce(Optional(root)) { value, step in
      if let key = step as? String { return (value as? [String: Any])?[key] }
      guard let index = step as? Int, let list = value as? [Any], list.indices.contains(index) else { return nil }
      return list[index]
    }
  }
}
