import Foundation
import Installers
import Model
import Testing

/// Judges that nobody of this project wrote: YaST's own schema, linuxrc's keywords, shells and shellcheck.
@Suite("independent judges of the AutoYaST profile")
struct AutoYaSTOracleTests {
  private static let schema = Place.shared.map { $0 + "/validators/autoyast/SLE-15-SP6" }

  @Test(
    "YaST's schema finds every profile valid, and every section is one of its",
    .enabled(if: Place.shared != nil, "needs ../shared"), .enabled(if: Place.tool("xmllint") != nil, "needs xmllint"),
    arguments: ["SLE-15-SP6", "Tumbleweed"])
  func schema(dialect: String) throws {
    let folder = try #require(Self.schema)
    let rules = try String(contentsOfFile: folder + "/profile.rnc", encoding: .utf8)
    try withFolder { scratch in
      // One run reads the schema once.
      var words = ["xmllint", "--noout", "--nonet", "--relaxng", folder + "/rng/profile.rng"]
      for (index, request) in SUSESample.requests(dialect: dialect).enumerated() {
        let text = try Sample.text(try AutoYaST().render(request).files.first)
        words.append(scratch + "/\(index).xml")
        try Data(text.utf8).write(to: URL(fileURLWithPath: scratch + "/\(index).xml"))
        // The schema lets unknown sections pass; its list of known ones is in a rule.
        for line in text.split(separator: "\n") where line.hasPrefix("  <") && !line.hasPrefix("  </") {
          let name = line.dropFirst(3).prefix { $0.isLetter || $0.isNumber || "-_".contains($0) }
          #expect(rules.contains(" \(name)? "), "\(name)")
        }
      }
      let result = try run(words)
      #expect(result.status == 0, "\(result.output)")
    }
  }

  @Test(
    "every word of the kernel line is linuxrc's or the kernel's", .enabled(if: Place.shared != nil, "needs ../shared"))
  func linuxrc() throws {
    let path = try #require(Place.shared) + "/validators/autoyast/linuxrc-keywords-sle15-sp5.tsv"
    // linuxrc ignores case, hyphens, underscores and dots.
    func bare(_ word: Substring) -> String { word.lowercased().filter { !"-_.".contains($0) } }
    let keywords = Set(
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { bare($0.prefix { $0 != "\t" }) })
    let others: Set<String> = [
      "console", "mitigations", "norandmaps", "ipv6.disable", "net.ifnames", "YAST_SKIP_XML_VALIDATION",
    ]
    var tuning = InstallerTuning()
    tuning.noRandomization = true
    for request in SUSESample.requests(dialect: "SLE-15-SP6") {
      let own = AutoYaST().ownFileWatch.arguments + AutoYaST().ownFileKernelArguments(fileName: "mine.xml")
      let words = try AutoYaST().kernelArguments(request, tuning: tuning) + own
      #expect(words.contains("autoyast=file:///autoinst.xml"))
      for word in words {
        let name = word.prefix { $0 != "=" }
        #expect(keywords.contains(bare(name)) || others.contains(String(name)), "\(word)")
      }
    }
  }

  /// SC2016 would have shell expansions in a full name quoted as such.
  static let readers: [[String]] = [["sh", "-n"], ["bash", "-n"], ["shellcheck", "-ssh", "-eSC2016"]]

  @Test(
    "every script is accepted by sh, by bash and by shellcheck",
    .enabled(if: Place.tool("python3") != nil, "needs python3"),
    arguments: readers.indices)
  func scripts(reader: Int) throws {
    let words = Self.readers[reader]
    guard Place.tool(words[0]) != nil else {
      withKnownIssue("skipped: '\(words[0])' is not installed", isIntermittent: true) {}
      return
    }
    let texts = try SUSESample.requests(dialect: "SLE-15-SP6").map {
      try Sample.text(try AutoYaST().render($0).files.first)
    }
    var scripts = try AutoYaST().ownFileWatch.files.map { try Sample.text($0) }
    for profile in try ReadProfile.read(texts) {
      let found = profile.all("scripts").flatMap { $0.children.flatMap(\.children) }
      #expect(found.count == 2)
      scripts += found.compactMap { $0.value("source") }
    }
    try ScriptReader.accept(scripts, words)
  }
}

/// Gives scripts to a tool that reads without running them.
enum ScriptReader {
  static func accept(_ texts: [String], _ words: [String]) throws {
    try withFolder { folder in
      var paths: [String] = []
      for (index, text) in Set(texts).enumerated() {
        paths.append(folder + "/script-\(index)")
        try Data(text.utf8).write(to: URL(fileURLWithPath: paths[index]))
      }
      // A shell reads one file at a time, shellcheck all of them in much less.
      let runs = words[0] == "shellcheck" ? [paths] : paths.map { [$0] }
      for files in runs {
        let result = try run(words + files)
        #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
      }
    }
  }
}
