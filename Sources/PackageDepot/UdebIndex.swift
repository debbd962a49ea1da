/// The packages a `Packages` index names, read strictly: it comes from a mirror and decides what a guest installs.
package struct UdebIndex: Sendable, Hashable {
  /// One stanza.
  package struct Entry: Sendable, Hashable {
    package let package: String
    package let version: String
    package let architecture: String
    /// The path in the mirror: relative, without `..`.
    package let filename: String
    /// In bytes.
    package let size: Int64
    /// 64 hexadecimal digits, lower case.
    package let sha256: String
    /// `standard`, `required` …; empty when not given.
    package let priority: String
    /// The kernel that a module package is for, or nil for all others.
    package let kernelVersion: String?
    /// As written; empty when not given.
    package let depends: String
    /// As written; empty when not given.
    package let provides: String
  }

  /// In the order of the index.
  package let entries: [Entry]

  /// More than any real index: Debian's whole main has some 70,000 stanzas in 50 MB.
  private static let mostBytes = 128 << 20

  /// Reads a plain (not compressed) index.
  ///
  /// - Throws: `UdebIndexError` with the line of the first fault.
  package init(parsing bytes: [UInt8]) throws {
    guard bytes.count <= Self.mostBytes else {
      throw UdebIndexError(
        line: 0, reason: "the index has \(bytes.count) bytes, that is no index of installer packages")
    }
    var entries: [Entry] = []
    var stanza = ControlStanza(line: 1)
    var number = 0
    var rest = bytes[...]
    while !rest.isEmpty {
      number += 1
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      let line = rest[..<end]
      rest = end == rest.endIndex ? [] : rest[(end + 1)...]
      if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
        if !stanza.isEmpty { entries.append(try Entry(stanza)) }
        stanza = ControlStanza(line: number + 1)
      } else {
        try stanza.add(line, number: number)
      }
    }
    if !stanza.isEmpty { entries.append(try Entry(stanza)) }
    self.entries = entries
  }
}

/// A fault in a `Packages` index.
package struct UdebIndexError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Counted from 1; 0 for the index as a whole.
  package let line: Int
  package let reason: String

  package var description: String { line > 0 ? "line \(line) of the package index: \(reason)" : reason }
}

extension UdebIndex.Entry {
  fileprivate init(_ stanza: ControlStanza) throws {
    func fault(_ reason: String) -> UdebIndexError { UdebIndexError(line: stanza.line, reason: reason) }
    func need(_ field: String) throws -> String {
      guard let value = stanza[field], !value.isEmpty else { throw fault("the stanza has no field '\(field)'") }
      guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw fault("the field '\(field)' has blanks or characters that do not belong there")
      }
      return value
    }
    package = try need("Package")
    version = try need("Version")
    architecture = try need("Architecture")
    filename = try need("Filename")
    sha256 = try need("SHA256").lowercased()
    let count = try need("Size")
    guard count.allSatisfy({ ("0"..."9").contains($0) }), let size = Int64(count) else {
      throw fault("the size of '\(package)' is no number")
    }
    self.size = size
    guard sha256.count == 64, sha256.allSatisfy(\.isHexDigit) else {
      throw fault("the SHA256 of '\(package)' does not have 64 hexadecimal digits")
    }
    let parts = filename.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      throw fault("the path of '\(package)' leaves the mirror")
    }
    priority = stanza["Priority"] ?? ""
    kernelVersion = stanza["Kernel-Version"]
    depends = stanza["Depends"] ?? ""
    provides = stanza["Provides"] ?? ""
  }
}
