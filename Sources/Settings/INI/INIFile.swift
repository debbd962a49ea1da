package import Model

/// One INI file as it was written: sections and keys in order, values not interpolated, every problem found.
package struct INIFile: Sendable {
  /// The name shown in messages, usually the path.
  package let name: String
  /// In order of first appearance; `DEFAULT` is one of them.
  package internal(set) var sections: [INISection] = []
  /// Errors of the syntax, in order of their lines.
  package internal(set) var problems: [Finding] = []

  /// The name of the section that every other section sees.
  package static let defaultSection = "DEFAULT"

  init(name: String) { self.name = name }

  /// Reads `bytes` as Python's `configparser.ConfigParser` does (strict, comment prefixes `#` and `;`, delimiters `=` and `:`).
  ///
  /// Never fails: what cannot be read is one of ``problems``.
  package init(name: String, bytes: [UInt8]) {
    var reader = INIReader(name: name, bytes: bytes)
    self = reader.read()
  }

  /// Reads a text; for tests and imported files.
  package init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }
}

/// A section and its keys in the order written.
package struct INISection: Sendable {
  package let name: String
  /// The header's line, counted from 1.
  package let line: Int32
  package internal(set) var entries: [INIEntry] = []
}

/// One key and its value; small, because a file may hold a million.
package struct INIEntry: Sendable {
  /// In lower case.
  package let key: String
  /// Lines joined by line feeds, blanks at both ends of each removed.
  package internal(set) var value: String
  /// The line of the key, counted from 1.
  package let line: Int32
  /// Columns of key and value, counted from 1 in characters.
  package let keyColumn: Int32
  package let column: Int32
}
