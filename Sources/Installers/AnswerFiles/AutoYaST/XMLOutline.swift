import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The elements of an XML text with the lines they begin in, as far as a look at a user's profile needs them.
struct XMLOutline {
  struct Node {
    var name: String
    var line: Int
    var attributes: [String: String]
    var text = ""
    var children: [Node] = []

    /// The first child with that name.
    func child(_ name: String) -> Node? { children.first { $0.name == name } }

    /// The element at a path of names below this one.
    func at(_ path: String...) -> Node? {
      path.reduce(Optional(self)) { node, name in node?.child(name) }
    }

    /// The text without the blanks around it, as YaST reads it.
    var value: String { text.trimmingCharacters(in: .whitespacesAndNewlines) }

    var isTrue: Bool { value == "true" }
  }

  /// nil when the text is not well-formed.
  var root: Node?
  /// Where and why the text is not well-formed.
  var problem: (line: Int, message: String)?

  init(_ text: String) {
    let reader = Reader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.shouldResolveExternalEntities = false
    parser.delegate = reader
    if parser.parse(), let first = reader.root {
      root = first
    } else {
      let reason = parser.parserError.map { "error \(($0 as NSError).code) of the XML parser" } ?? "it has no element"
      problem = (
        max(1, reader.firstError ?? parser.lineNumber), reader.isTooDeep ? "its elements are nested too deeply" : reason
      )
    }
  }

  private final class Reader: NSObject, XMLParserDelegate {
    private var open: [Node] = []
    private(set) var root: Node?
    private(set) var isTooDeep = false
    /// The parser goes on behind an error and stops at the last line.
    private(set) var firstError: Int?

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      open.append(Node(name: name, line: parser.lineNumber, attributes: attributes))
      if open.count > 100 {
        isTooDeep = true
        parser.abortParsing()
      }
    }

    func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) {
      firstError = firstError ?? parser.lineNumber
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      guard !open.isEmpty else { return }
      open[open.count - 1].text += string
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
      guard !open.isEmpty else { return }
      open[open.count - 1].text += String(decoding: block, as: UTF8.self)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      guard let done = open.popLast() else { return }
      if open.isEmpty { root = done } else { open[open.count - 1].children.append(done) }
    }
  }
}
