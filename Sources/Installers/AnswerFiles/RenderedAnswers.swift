import Model

/// The files that answer the installer, to be put into the root of its initrd.
package struct RenderedAnswers: Sendable {
  /// The answer file first.
  package var files: [RenderedFile]

  package init(files: [RenderedFile]) { self.files = files }

  /// The file with that name; nil when it was not needed.
  package func file(_ name: String) -> RenderedFile? { files.first { $0.name == name } }

  /// All files as text for people, secrets masked: what `image-factory render` prints.
  package var masked: String {
    if files.count == 1, let only = files.first { return only.masked }
    return files.map { file in "==> \(file.name) <==\n" + file.masked }.joined(separator: "\n")
  }
}

/// One file of the initrd's root.
///
/// Its description never shows the contents, which may hold password hashes.
package struct RenderedFile: Sendable, CustomStringConvertible, CustomReflectable {
  /// The name in the initrd's root, without a slash.
  package let name: String
  package let contents: [UInt8]
  /// File mode bits; nothing here is for other users.
  package let mode: UInt16
  /// The contents for people: secrets are ``Secret/mask``, binary files are described.
  package let masked: String

  /// A text without secrets.
  package init(_ name: String, text: String, mode: UInt16 = 0o600) {
    self.init(name, contents: Array(text.utf8), masked: text, mode: mode)
  }

  /// A file of the host, shown by its size only.
  package init(_ name: String, copy contents: [UInt8], mode: UInt16 = 0o600) {
    self.init(name, contents: contents, masked: "(\(contents.count) bytes)\n", mode: mode)
  }

  /// Contents with secrets, and the text that stands for them.
  package init(_ name: String, contents: [UInt8], masked: String, mode: UInt16 = 0o600) {
    self.name = name
    self.contents = contents
    self.mode = mode
    self.masked = masked
  }

  package var description: String { "\(name) (\(contents.count) bytes)" }
  package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
