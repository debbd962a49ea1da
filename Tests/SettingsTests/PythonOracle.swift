import Foundation
import SystemPackage

/// Python's own configparser, the reference for reading INI files.
enum PythonOracle {
  static let python: String? =
    ["/usr/bin/python3", "/usr/local/bin/python3", "/bin/python3"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    } ?? search()

  private static func search() -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// What Python says about one set of files.
  struct Answer: Decodable {
    /// The exception of reading; nil when all files were read.
    var error: String?
    /// Section → key → value, or null where getting it raises.
    var sections: [String: [String: String?]]
    /// What `ConfigParser.write` prints.
    var written: String
  }

  private static let script = """
    import configparser, io, json, sys
    answers = []
    for files in json.load(sys.stdin):
        parser = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
        answer = {"error": None, "sections": {}, "written": ""}
        try:
            for name in files:
                with open(name, encoding="utf-8") as stream:
                    parser.read_file(stream)
        except (configparser.Error, UnicodeDecodeError) as error:
            answer["error"] = type(error).__name__
        else:
            for section in ["DEFAULT"] + parser.sections():
                values = {}
                names = parser.defaults() if section == "DEFAULT" else parser.options(section)
                for key in names:
                    try:
                        values[key] = parser.get(section, key)
                    except configparser.Error:
                        values[key] = None
                answer["sections"][section] = values
            stream = io.StringIO()
            parser.write(stream)
            answer["written"] = stream.getvalue()
        answers.append(answer)
    json.dump(answers, sys.stdout)
    """

  /// Reads every set of files, each into a parser of its own.
  static func read(_ sets: [[FilePath]], python: String, scratch: ScratchFolder) throws -> [Answer] {
    let input = try scratch.write(
      "sets.json", bytes: Array(JSONEncoder().encode(sets.map { $0.map(\.string) })))
    let output = scratch.path.appending("answers.json")
    _ = FileManager.default.createFile(atPath: output.string, contents: nil)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-I", "-c", script]
    process.standardInput = FileHandle(forReadingAtPath: input.string)
    process.standardOutput = FileHandle(forWritingAtPath: output.string)
    try process.run()
    process.waitUntilExit()
    return try JSONDecoder().decode([Answer].self, from: Data(contentsOf: URL(fileURLWithPath: output.string)))
  }
}
