import Foundation
import Testing

/// A profile as Python's XML reader (expat) sees it, with blanks cut where YaST cuts them: outside CDATA sections.
struct ReadProfile: Decodable, Sendable {
  var name: String
  var type: String?
  var text: String
  var children: [ReadProfile]

  /// The elements at a path of names.
  func all(_ path: String...) -> [ReadProfile] {
    path.reduce([self]) { nodes, name in nodes.flatMap { $0.children.filter { $0.name == name } } }
  }

  /// The text at a path; nil when there is not exactly one element.
  func value(_ path: String...) -> String? {
    let found = path.reduce([self]) { nodes, name in nodes.flatMap { $0.children.filter { $0.name == name } } }
    return found.count == 1 ? found[0].text : nil
  }

  /// Names and types of all elements, without the values.
  var shape: String {
    "\(name):\(type ?? "-")(" + children.map(\.shape).joined(separator: ",") + ")"
  }

  private static let reader = """
    import json, sys, xml.dom.minidom as dom
    def node(e):
        kids = [k for k in e.childNodes if k.nodeType == k.ELEMENT_NODE]
        text = ''.join(k.data if k.nodeType == k.CDATA_SECTION_NODE else k.data.strip(' \\t\\n\\v\\f\\r\\0')
            for k in e.childNodes if k.nodeType in (k.TEXT_NODE, k.CDATA_SECTION_NODE))
        return dict(name=e.tagName, type=e.getAttribute('t') or None, text=text, children=[node(k) for k in kids])
    docs = json.load(open(sys.argv[1]))
    json.dump([node(dom.parseString(d.encode()).documentElement) for d in docs], open(sys.argv[2], 'w'))
    """

  /// Reads all texts with one Python; the tests that call it ask for `python3`.
  static func read(_ texts: [String]) throws -> [ReadProfile] {
    try withFolder { folder in
      try JSONEncoder().encode(texts).write(to: URL(fileURLWithPath: folder + "/in"))
      let result = try run("python3", "-c", reader, folder + "/in", folder + "/out")
      try #require(result.status == 0, "\(result.output.suffix(500))")
      return try JSONDecoder().decode(
        [ReadProfile].self, from: try Data(contentsOf: URL(fileURLWithPath: folder + "/out")))
    }
  }
}
