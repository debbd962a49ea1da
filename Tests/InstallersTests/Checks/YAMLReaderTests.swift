import Foundation
import Model
import Testing

@testable import Installers

@Suite("the reader of user data")
struct YAMLReaderTests {
  /// Documents of every kind of notation, one behind the other.
  static let documents = [
    "a: 1\nb: two\nc: [1, two, 'three', \"four\"]\nd: {e: f, g: {h: i}}\n",
    "- a\n- b: c\n  d: e\n-\n  f: g\n- - 1\n  - 2\n- {}\n- []\n",
    "a:\n- 1\n- 2\nb:\n  - 3\nc:\n  d:\n  - 4\n",
    "a: |\n  text\n    deeper\n\n  more: text\nb: >-\n  folded\n  text\nc: |2\n    x\nd: 1\n",
    "- |\n  a: b\n  c\n- >\n  d\n- e\n",
    "a: yes\nb: no\nc: On\nd: 'off'\ne: ~\nf: null\ng:\nh: 0x1F\ni: 010\nj: 1_000\nk: 1:30\nl: 1.5\nm: -3\nn: 1e3\no: 1.0e+3\np: .5\n",
    "a: plain text\n  that goes on\n  and on\nb: 'single\n  quoted'\nc: \"double \\\" \\\\ x\"\nd: it's\ne: a#b # comment\n",
    "# comment\n\n---\na: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\nf: &y\n  - 1\ng: *y\n...\nignored: [\n",
    "? [\n", "a: [1,\n  2, # comment\n  3\n  ]\nb: {c: 1,\n d: 2}\n", "\"a b\": 1\n'c': 2\n\"d\" : 3\n",
    "a: !!str 1\nb: http://x:80/y\nc: a:b\nd: -x\ne: - x\n", "a: {b: [c, {d: e}], 'f': \"g, h\"}\nb: [a: 1, b]\n",
    "a:\n  b:\n    c: 1\n  d: 2\n e: 3\n", "a: b: c\n", "a: [1\n", "a: 'x\n", "a\nb: 1\n", "a: 1\n b: 2\n", "",
    "\n# x\n", "x\n",
    "a: *nothing\n", "- a\n  b\n- c\n", "a:\r\n  b: 1\r\n  c: [x]\r\n", "a: @b\n", "a: %b\n", "k: {a: 'it''s'}\n",
    "a: -\n", "a:   \n  b\n",
    "late-commands:\n  - curtin in-target -- sh -c 'echo \"a\"'\n  - [\"sh\", \"-c\", \"x: y\"]\n  - |\n    if true; then\n      x\n    fi\nz: 1\n",
  ]

  @Test(
    "reads what PyYAML reads, with the same types, and refuses what it refuses",
    .enabled(if: AutoinstallSample.python != nil, "needs the Python of Tests/oracles"))
  func pyyaml() throws {
    let program = """
      import datetime, json, sys, yaml
      def plain(value):
          if isinstance(value, dict): return {'o': [[str(k).lower() if isinstance(k, bool) else str(k), plain(v)] for k, v in value.items()]}
          if isinstance(value, list): return {'l': [plain(v) for v in value]}
          if isinstance(value, bool): return {'b': value}
          if isinstance(value, int): return {'i': value}
          if isinstance(value, float): return 'f'
          if isinstance(value, str): return 's'
          return 'n'
      results = []
      for text in json.load(open(sys.argv[1])):
          try:
              results.append(plain(next(yaml.safe_load_all(text), None)))
          except yaml.YAMLError as error: results.append('error')
      print(json.dumps(results))
      """
    let results: [Any] = try withFolder { folder in
      let file = URL(fileURLWithPath: folder + "/documents.json")
      try JSONSerialization.data(withJSONObject: Self.documents).write(to: file)
      let output = try AutoinstallSample.python(["-c", program, file.path]).output
      return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [Any], "\(output)")
    }
    for (text, expected) in zip(Self.documents, results) {
      let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed]
      let theirs = String(
        decoding: try JSONSerialization.data(withJSONObject: expected, options: options), as: UTF8.self)
      let ours = String(
        decoding: try JSONSerialization.data(withJSONObject: Self.plain(text), options: options), as: UTF8.self)
      #expect(ours == theirs, "\(text)")
    }
  }

  private static func plain(_ text: String) -> Any {
    do { return plain(try YAMLReader.read(text)) } catch { return "error" }
  }

  private static func plain(_ node: AnswerNode) -> Any {
    switch node.value {
    case .string: return "s"
    case .boolean(let isTrue): return ["b": isTrue]
    case .integer(let number): return ["i": number]
    case .number: return "f"
    case .null, .unknown: return "n"
    case .list(let nodes): return ["l": nodes.map { plain($0) }]
    case .object(let members): return ["o": members.map { [$0.key, plain($0.node)] as [Any] }]
    }
  }

  @Test("every value knows its line")
  func lines() throws {
    let root = try YAMLReader.read("a:\n  b: 1\n  c:\n  - x\n  -\n    d: [1,\n     {e: 2}]\nf: 3\n")
    #expect(root.members.map(\.node.line) == [1, 8])
    let inner = try #require(root.member("a"))
    #expect(inner.members.map(\.node.line) == [2, 3])
    #expect(inner.member("c")?.items.map(\.line) == [4, 6])
    #expect(inner.member("c")?.items[1].member("d")?.items.map(\.line) == [6, 7])
  }

  @Test("gives up on values nested without end, and survives any bytes", arguments: ["- ", "[", "{a: ", "a:\n "])
  func deep(start: String) {
    _ = try? YAMLReader.read(String(repeating: start, count: 5000))
    var generator = SeededGenerator(seed: 4)
    let parts = [
      "a", ":", " ", "\n", "-", "[", "]", "{", "}", "'", "\"", "#", "|", ">", "&x", "*x", "!", ",", "\t", "\\", "  ",
      "b: ",
    ]
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 1...25, using: &generator)).map { _ in parts.randomElement(using: &generator) ?? ""
      }
      _ = try? YAMLReader.read(text.joined())
    }
  }
}
