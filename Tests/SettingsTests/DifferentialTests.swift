import Foundation
import Model
import Settings
import SystemPackage
import Testing

@Suite("Reading INI files as Python does")
struct DifferentialTests {
  /// 2,000 sets where time is given (`make fuzz`), 200 otherwise.
  static let count = ProcessInfo.processInfo.environment["IMAGE_FACTORY_FUZZ"] == nil ? 200 : 2000

  @Test(
    "random config sets have Python's values, and an error where Python has one",
    .enabled(if: PythonOracle.python != nil, "python3 is not installed"), arguments: [1, 2])
  func differential(part: UInt64) throws {
    let python = try #require(PythonOracle.python)
    let scratch = try ScratchFolder()
    var sets: [[FilePath]] = []
    for index in 0..<(Self.count / 2) {
      let seed = part << 32 | UInt64(index)
      var config = RandomConfig(random: SeededGenerator(seed: seed), wildness: index % 4 == 0 ? 6 : 0)
      sets.append(
        try (0..<(1 + index % 3)).map { try scratch.write("\(index)-\($0).conf", config.file()) })
    }
    let answers = try PythonOracle.read(sets, python: python, scratch: scratch)
    try #require(answers.count == sets.count)
    var (errors, values) = (0, 0)
    for (index, answer) in answers.enumerated() {
      compare(answer, with: sets[index], scratch: scratch, "part \(part), set \(index)")
      if answer.error != nil { errors += 1 }
      values += answer.sections.values.reduce(0) { $0 + $1.count }
    }
    // The generator must keep asking something: both outcomes, and plenty of values.
    #expect(errors > Self.count / 40 && errors < Self.count / 3)
    #expect(values > Self.count * 5)
  }

  private func compare(_ answer: PythonOracle.Answer, with files: [FilePath], scratch: ScratchFolder, _ what: String) {
    var request = LoaderRequest(host: scratch.host)
    request.shipped = false
    request.configFiles = files
    let loaded = ConfigLoader.load(request)
    let isBroken = loaded.findings.contains { $0.severity == .error && !$0.message.hasPrefix("unknown key") }
    #expect(isBroken == (answer.error != nil), "\(what): \(answer.error ?? "read") \(loaded.findings.map(\.line))")
    if isBroken || answer.error != nil { return }
    #expect(loaded.mergedText() == answer.written, "\(what): merged text")
    // One expectation for all values: thousands of them take longer than the reading.
    var differences: [String] = []
    for (section, expected) in answer.sections {
      let (resolved, problems) = loaded.resolved(for: section)
      if section == "DEFAULT", expected.isEmpty, resolved.isEmpty { continue }
      let found = Dictionary(uniqueKeysWithValues: resolved.map { ($0.key, $0.text) })
      for (key, value) in expected where found[key] != value { differences.append("[\(section)] \(key)") }
      if found.count != expected.count(where: { $0.value != nil }) { differences.append("keys of [\(section)]") }
      if problems.isEmpty != expected.allSatisfy({ $0.value != nil }) { differences.append("errors of [\(section)]") }
    }
    if !differences.isEmpty { Issue.record("\(what): \(differences)") }
  }
}
