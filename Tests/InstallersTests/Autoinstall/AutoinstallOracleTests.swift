import Foundation
import Model
import Testing

@testable import Installers

/// Judges that nobody of this project wrote: subiquity's own schemas, PyYAML, shellcheck, gpg.
@Suite("independent judges of the autoinstall file")
struct AutoinstallOracleTests {
  private static let hasSchemas = AutoinstallSample.python != nil && Place.shared != nil

  @Test(
    "every rendered file is valid by subiquity's schema and has no key that it does not know",
    .enabled(if: hasSchemas, "needs ../shared and the Python of Tests/oracles"),
    arguments: [("24.04", "noble"), ("26.04", "resolute")])
  func schema(dialect: String, codename: String) throws {
    let folder = (try #require(Place.shared)) + "/validators/autoinstall/"
    let schema = "\(folder)autoinstall-schema.ubuntu-\(codename).json"
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: schema)))
    let known = Set(try #require((object as? [String: Any])?["properties"] as? [String: Any]).keys)
    #expect(AutoinstallRelease.named(dialect)?.keys == known, "the table is the schema")
    for request in AutoinstallSample.requests() where request.dialect == dialect {
      let answers = try AutoinstallSample.parsed(request)
      #expect(known.isSuperset(of: answers.keys))
      try withFolder { scratch in
        let file = URL(fileURLWithPath: scratch + "/answers.json")
        try JSONSerialization.data(withJSONObject: answers).write(to: file)
        let result = try AutoinstallSample.python([folder + "check.py", schema, file.path])
        #expect(result.status == 0 && result.output.contains("errors: 0\n"), "\(result.output)")
      }
    }
  }

  @Test(
    "the schema's judge finds what is wrong",
    .enabled(if: hasSchemas, "needs ../shared and the Python of Tests/oracles"))
  func judgeWorks() throws {
    let folder = (try #require(Place.shared)) + "/validators/autoinstall/"
    try withFolder { scratch in
      let file = URL(fileURLWithPath: scratch + "/answers.yaml")
      let text = try AutoinstallSample.userData(AutoinstallSample.request(AutoinstallSample.plain()))
      let broken = text.replacing("  shutdown: \"poweroff\"", with: "  shutdown: \"halt\"").split(separator: "\n")
        .drop { $0 != "autoinstall:" }.dropFirst().joined(separator: "\n")
      try Data((broken + "\n").utf8).write(to: file)
      let schema = folder + "autoinstall-schema.ubuntu-noble.json"
      #expect(try AutoinstallSample.python([folder + "check.py", schema, file.path]).output.contains("errors: 1\n"))
    }
  }

  static let readers: [[String]] = [["sh", "-n"], ["shellcheck", "-ssh", "-eSC2016"]]

  @Test("every script is accepted by sh and by shellcheck", arguments: readers.indices)
  func scripts(reader: Int) throws {
    let words = Self.readers[reader]
    guard Place.tool(words[0]) != nil else {
      withKnownIssue("skipped: '\(words[0])' is not installed", isIntermittent: true) {}
      return
    }
    var seen: Set<String> = []
    for request in AutoinstallSample.requests() {
      try withFolder { folder in
        for file in try Autoinstall().render(request).files where file.name.hasSuffix(".sh") {
          let text = try Sample.text(file)
          guard seen.insert(text).inserted else { continue }
          let path = folder + "/" + file.name
          try Data(file.contents).write(to: URL(fileURLWithPath: path))
          let result =
            words.count == 3 ? try run(words[0], words[1], words[2], path) : try run(words[0], words[1], path)
          #expect(result.status == 0 && result.output.isEmpty, "\(file.name): \(result.output)")
        }
      }
    }
    #expect(seen.count >= 6)
  }

  @Test("a binary key becomes the armored one that gpg makes", .enabled(if: Place.tool("gpg") != nil, "needs gpg"))
  func armor() throws {
    try withFolder { folder in
      let home = ["GNUPGHOME": folder]
      chmod(folder, 0o700)
      let made = try run(
        "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "depot@example.org", "ed25519",
        environment: home)
      #expect(made.status == 0, "\(made.output)")
      let binary = folder + "/key"
      _ = try run("gpg", "--batch", "--output", binary, "--export", environment: home)
      let ours = try #require(OpenPGPArmor.armored(Array(try Data(contentsOf: URL(fileURLWithPath: binary)))))
      let theirs = try run("gpg", "--batch", "--armor", "--export", environment: home).output
      let lines = theirs.split(separator: "\n", omittingEmptySubsequences: false).filter {
        !$0.hasPrefix("Comment") && !$0.hasPrefix("Version") && !$0.hasPrefix("gpg:")
      }
      #expect(ours == lines.joined(separator: "\n"))
      #expect(OpenPGPArmor.armored(Array(ours.utf8)) == ours)
      _ = try run("gpgconf", "--kill", "all", environment: home)
    }
    #expect(OpenPGPArmor.armored(Array("<html>".utf8)) == nil)
    #expect(OpenPGPArmor.armored([]) == nil)
  }
}
