package import Model

/// The `.treeinfo` file of a Fedora or Enterprise Linux tree: which files an installer needs, and their digests.
///
/// An INI file (productmd's format 1.2); `[checksums]` has `images/pxeboot/vmlinuz = sha256:DIGEST`. It is not signed.
package struct TreeInfo: Sendable, Hashable {
  /// Lower-case hexadecimal SHA-256 digests by path below the tree's root.
  package let digests: [String: String]
  /// The distribution's name and version as the tree gives them: `Rocky Linux`, `10.1`.
  package let family: String
  package let version: String

  /// Reads the file; throws a `FactoryError` (fetch failed) when it is none: without a section `[checksums]`.
  package init(_ text: String, name: String) throws(FactoryError) {
    var sections: [String: [String: String]] = [:]
    var section = ""
    for line in text.textLines {
      let line = line.trimmingBlanks
      if line.isEmpty || line.hasPrefix(";") || line.hasPrefix("#") { continue }
      if line.hasPrefix("["), line.hasSuffix("]") {
        section = line.dropFirst().dropLast().lowercased()
        sections[section, default: [:]] = sections[section] ?? [:]
      } else if let equals = line.firstIndex(of: "=") {
        let key = line[..<equals].trimmingBlanks
        sections[section, default: [:]][key] = line[line.index(after: equals)...].trimmingBlanks
      }
    }
    guard let sums = sections["checksums"] else {
      let start = text.prefix(60).split(whereSeparator: \.isWhitespace).joined(separator: " ").printable
      throw FactoryError(
        .fetchFailed, "'\(name)' is no .treeinfo with digests; begins with '\(start)'",
        hint: "is the mirror's URL the root of the tree, where .treeinfo and images/ are?")
    }
    var digests: [String: String] = [:]
    for (path, value) in sums where value.lowercased().hasPrefix("sha256:") {
      if let digest = Digest.normalized(value.dropFirst("sha256:".count)) { digests[path] = digest }
    }
    self.digests = digests
    let release = sections["release"] ?? sections["general"] ?? [:]
    family = release["name"] ?? sections["general"]?["family"] ?? ""
    version = release["version"] ?? sections["general"]?["version"] ?? ""
  }
}
