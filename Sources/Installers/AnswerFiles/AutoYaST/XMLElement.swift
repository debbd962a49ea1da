import Model

/// One element of an AutoYaST profile, written so that YaST reads back exactly the value it was made of.
///
/// Values are checked and escaped in one place, here: nothing a value contains can become an element. YaST cuts blanks and line
/// ends off both ends of plain text, and off nothing in a CDATA section. (yast2 4.6, XML.rb; XML 1.0, 2.2 and 2.11)
struct XMLElement {
  enum Content {
    /// A value, and the setting it comes from.
    case text(String, from: String)
    /// A value that people are never shown.
    case secret(Secret, from: String)
    case children([XMLElement])
  }

  var name: String
  /// YaST's type of the value; nil for strings and maps, which it finds out by itself.
  var type: String?
  var content: Content

  static func map(_ name: String, _ children: [XMLElement]) -> XMLElement {
    XMLElement(name: name, content: .children(children))
  }

  static func list(_ name: String, _ children: [XMLElement]) -> XMLElement {
    XMLElement(name: name, type: "list", content: .children(children))
  }

  /// A list of strings, each in an element named `item`.
  static func strings(_ name: String, _ item: String, _ values: [String], from setting: String) -> XMLElement {
    list(name, values.map { string(item, $0, from: setting) })
  }

  static func string(_ name: String, _ value: String, from setting: String = "answers") -> XMLElement {
    XMLElement(name: name, content: .text(value, from: setting))
  }

  static func secret(_ name: String, _ value: Secret, from setting: String) -> XMLElement {
    XMLElement(name: name, content: .secret(value, from: setting))
  }

  static func boolean(_ name: String, _ value: Bool) -> XMLElement {
    XMLElement(name: name, type: "boolean", content: .text(value ? "true" : "false", from: "answers"))
  }

  static func integer(_ name: String, _ value: Int) -> XMLElement {
    XMLElement(name: name, type: "integer", content: .text("\(value)", from: "answers"))
  }

  static func symbol(_ name: String, _ value: String) -> XMLElement {
    XMLElement(name: name, type: "symbol", content: .text(value, from: "answers"))
  }

  /// The whole document with this element as its root; throws a `FactoryError` that names the setting whose value cannot be
  /// written. Without `revealing` secrets are masked.
  func document(_ request: RenderRequest, revealing: Bool) throws -> String {
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!DOCTYPE \(name)>"]
    try write(into: &lines, indent: "", attributes: " xmlns=\"\(Self.namespace)\"", request, revealing)
    return lines.joined(separator: "\n") + "\n"
  }

  private static let namespace = "http://www.suse.com/1.0/yast2ns"

  private func write(
    into lines: inout [String], indent: String, attributes: String = "", _ request: RenderRequest, _ revealing: Bool
  ) throws {
    let head = indent + "<" + name + attributes + (type.map { " t=\"\($0)\"" } ?? "")
    switch content {
    case .children(let children):
      guard !children.isEmpty else { return lines.append(head + "/>") }
      lines.append(head + ">")
      for child in children { try child.write(into: &lines, indent: indent + "  ", request, revealing) }
      lines.append("\(indent)</\(name)>")
    case .text(let value, let setting):
      if let problem = XMLElement.problem(of: value) {
        throw request.problem(setting, "'\(String(value.prefix(200)).printable)' \(problem)")
      }
      lines.append("\(head)>\(XMLElement.escaped(value))</\(name)>")
    case .secret(let value, let setting):
      if let problem = XMLElement.problem(of: value.reveal()) { throw request.problem(setting, "the value \(problem)") }
      lines.append("\(head)>\(XMLElement.escaped(revealing ? value.reveal() : "\(value)"))</\(name)>")
    }
  }

  /// Why the value would not arrive as it is; nil when it would.
  static func problem(of value: String) -> String? {
    for scalar in value.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A: continue
      case 0x0D: return "contains a carriage return, which XML turns into a line end"
      case 0..<0x20, 0xFFFE, 0xFFFF: return "contains a control character, which XML cannot hold"
      default: continue
      }
    }
    return value.utf8.count > limit ? "is longer than \(limit >> 20) MiB, which YaST's XML parser does not read" : nil
  }

  /// libxml2 refuses text of more than 10 MB in one node.
  private static let limit = 8 << 20

  static func escaped(_ value: String) -> String {
    // Lines stay readable in CDATA; blanks at the ends survive only there.
    if value.unicodeScalars.contains("\n") || isBlank(value.unicodeScalars.first) || isBlank(value.unicodeScalars.last)
    {
      return "<![CDATA[" + value.replacing("]]>", with: "]]]]><![CDATA[>") + "]]>"
    }
    return value.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  private static func isBlank(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map { $0.properties.isWhitespace || $0.value <= 0x20 } ?? false
  }
}
