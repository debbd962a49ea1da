import Model

/// One package of a `Packages` index.
package struct DebianPackage: Sendable, Hashable {
  package let name: String
  package let version: String
  /// Below the archive's root.
  package let path: String
  /// In bytes.
  package let size: Int64
  /// Lower-case hexadecimal.
  package let sha256: String
  /// `required`, `important`, `standard`, `optional` …
  package let priority: String
  /// The kernel that a module package of the installer is for; nil: any.
  package let kernelVersion: String?
  /// Alternatives of each dependency, without versions and architectures: `a, b | c` is `[[a], [b, c]]`.
  package let depends: [[String]]
  package let provides: [String]
}

/// A `Packages` index of a Debian archive, of packages or of the installer's components (udebs).
package struct DebianPackagesIndex: Sendable, Hashable {
  package let packages: [DebianPackage]

  /// Reads an uncompressed index.
  ///
  /// Throws a `FactoryError` (fetch failed) when a stanza misses name, version, file name, size or SHA-256.
  package init(_ text: String) throws {
    packages = try ControlStanza.parse(text).map { stanza in
      guard let name = stanza["Package"], let version = stanza["Version"], let path = stanza["Filename"],
        let size = stanza["Size"].flatMap({ Int64($0) }), size >= 0,
        let sha256 = stanza["SHA256"].flatMap({ Digest.normalized($0) })
      else {
        let name = stanza["Package"] ?? "?"
        throw FactoryError(.fetchFailed, "the index of packages is incomplete at '\(name.printable)'")
      }
      // The path becomes a part of a URL and of a folder of the cache.
      guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
        throw FactoryError(.fetchFailed, "the index of packages names the file '\(path.printable)' outside the archive")
      }
      return DebianPackage(
        name: name, version: version, path: path, size: size, sha256: sha256,
        priority: stanza["Priority"] ?? "optional", kernelVersion: stanza["Kernel-Version"],
        depends: Self.relations(stanza["Depends"]) + Self.relations(stanza["Pre-Depends"]),
        provides: Self.relations(stanza["Provides"]).flatMap { $0 })
    }
  }

  /// The packages with that name; an index may have several versions.
  package func named(_ name: String) -> [DebianPackage] { packages.filter { $0.name == name } }

  private static func relations(_ text: String?) -> [[String]] {
    guard let text else { return [] }
    return text.split(separator: ",").map { relation in
      relation.split(separator: "|").compactMap { alternative in
        let name = alternative.drop(while: \.isWhitespace).prefix {
          !$0.isWhitespace && $0 != "(" && $0 != ":" && $0 != "["
        }
        return name.isEmpty ? nil : String(name)
      }
    }.filter { !$0.isEmpty }
  }
}
