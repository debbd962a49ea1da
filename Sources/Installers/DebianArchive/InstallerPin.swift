import Model

/// One exact Debian installer: the package with its kernel and initrd, and the index of the components that belong to it.
///
/// Stored in `configs/pins/NAME.pin` as `key = value` lines; lines that begin with `#` are comments.
package struct InstallerPin: Sendable, Hashable {
  /// A file inside the netboot package.
  package struct Member: Sendable, Hashable {
    /// The path in the package, without a leading slash.
    package var path: String
    package var sha256: String

    package init(path: String, sha256: String) {
      self.path = path
      self.sha256 = sha256
    }
  }

  /// The suite that the installer belongs to: `trixie`.
  package var suite: String
  /// The netboot package below a mirror's root.
  package var package: String
  package var packageSHA256: String
  /// In bytes.
  package var packageSize: Int64
  package var kernel: Member
  package var initrd: Member
  /// What `uname -r` says in the installer; the kernel-module components must be for it.
  package var kernelVersion: String
  /// The compressed index of components, a file beside the pin.
  package var index: String
  package var indexSHA256: String

  package init(
    suite: String, package: String, packageSHA256: String, packageSize: Int64, kernel: Member, initrd: Member,
    kernelVersion: String, index: String, indexSHA256: String
  ) {
    self.suite = suite
    self.package = package
    self.packageSHA256 = packageSHA256
    self.packageSize = packageSize
    self.kernel = kernel
    self.initrd = initrd
    self.kernelVersion = kernelVersion
    self.index = index
    self.indexSHA256 = indexSHA256
  }

  /// The name of the suite that only the depot has: no suite of a mirror is called so.
  package var pinnedSuite: String { "\(suite)-pinned" }

  /// The pin as text, to be read by ``init(_:file:)``.
  package var text: String {
    let heads = [
      "# One exact Debian installer, so that builds go on working when a point release changes the mirror.",
      "# 'image-factory pin NAME' makes a new one from a live mirror.",
    ]
    return (heads + values.map { "\($0.0) = \($0.1)" }).joined(separator: "\n") + "\n"
  }

  private var values: [(String, String)] {
    [
      ("suite", suite), ("package", package), ("package-size", "\(packageSize)"), ("package-sha256", packageSHA256),
      ("kernel", kernel.path), ("kernel-sha256", kernel.sha256), ("kernel-version", kernelVersion),
      ("initrd", initrd.path), ("initrd-sha256", initrd.sha256), ("index", index), ("index-sha256", indexSHA256),
    ]
  }

  /// Reads a pin.
  ///
  /// Throws a `FactoryError` (config invalid) with the line of an unknown or repeated key, or naming the key that is
  /// missing or has an impossible value.
  package init(_ text: String, file: String) throws {
    var values: [String: (value: String, line: Int)] = [:]
    for (number, raw) in text.textLines.enumerated() {
      let line = raw.trimmingBlanks
      if line.isEmpty || line.hasPrefix("#") { continue }
      let place = SourceLocation(file: file, line: number + 1)
      guard let equals = line.firstIndex(of: "=") else {
        throw FactoryError(.configInvalid, "'\(line.printable)' is no 'key = value'", at: place)
      }
      let key = line[..<equals].trimmingBlanks
      guard Self.keys.contains(key) else {
        throw FactoryError(.configInvalid, "unknown key '\(key.printable)' in a pin", at: place)
      }
      guard values[key] == nil else { throw FactoryError(.configInvalid, "'\(key)' stands here twice", at: place) }
      values[key] = (line[line.index(after: equals)...].trimmingBlanks, number + 1)
    }
    let reader = PinReader(values: values, file: file)
    suite = try reader.get("suite") { AnswerGrammar.matches($0, AnswerGrammar.alphanumerics + "-") ? $0 : nil }
    package = try reader.path("package")
    packageSize = try reader.get("package-size") { text in Int64(text).flatMap { $0 > 0 ? $0 : nil } }
    packageSHA256 = try reader.get("package-sha256") { Digest.normalized($0) }
    kernel = Member(
      path: try reader.path("kernel"), sha256: try reader.get("kernel-sha256") { Digest.normalized($0) })
    initrd = Member(
      path: try reader.path("initrd"), sha256: try reader.get("initrd-sha256") { Digest.normalized($0) })
    kernelVersion = try reader.get("kernel-version") {
      AnswerGrammar.matches($0, AnswerGrammar.alphanumerics + "-.+~") ? $0 : nil
    }
    index = try reader.get("index") { $0.contains("/") || $0.isEmpty || $0.hasPrefix(".") ? nil : $0 }
    indexSHA256 = try reader.get("index-sha256") { Digest.normalized($0) }
  }

  private static let keys: Set<String> = [
    "suite", "package", "package-size", "package-sha256", "kernel", "kernel-sha256", "kernel-version", "initrd",
    "initrd-sha256", "index", "index-sha256",
  ]
}

/// The values of a pin file while it is read.
private struct PinReader {
  let values: [String: (value: String, line: Int)]
  let file: String

  func get<Value>(_ key: String, _ read: (String) -> Value?) throws -> Value {
    guard let (text, line) = values[key] else {
      throw FactoryError(.configInvalid, "the pin has no '\(key)'", at: SourceLocation(file: file))
    }
    guard let value = read(text) else {
      throw FactoryError(
        .configInvalid, "'\(text.printable)' cannot be the value of '\(key)'",
        at: SourceLocation(file: file, line: line))
    }
    return value
  }

  /// A relative path without `..`.
  func path(_ key: String) throws -> String {
    try get(key) { text in
      text.isEmpty || text.hasPrefix("/") || text.split(separator: "/").contains("..") ? nil : text
    }
  }
}
