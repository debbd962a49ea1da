package import Model

/// The words that one installer's kernel line may have, its own and the kernel's.
///
/// A table is written as text, names with blanks between them; `name.*` stands for all names that begin so, `#` begins a comment.
package struct BootWords: Sendable {
  private let names: Set<String>
  private let starts: [String]
  /// Names that begin so are the installer's, and no kernel module's.
  private let spaces: Set<String>
  /// linuxrc ignores capitals, `-`, `_` and `.` in its own words.
  private let isLoose: Bool
  /// Further words that no table lists.
  private let also: @Sendable (String) -> Bool

  /// The installer's words beside the kernel's.
  init(_ tables: String..., isLoose: Bool = false, also: @escaping @Sendable (String) -> Bool = { _ in false }) {
    let own = tables.flatMap(BootWords.words)
    let all = own + BootWords.words(KernelBootWords.table)
    self.isLoose = isLoose
    self.also = also
    names = Set(all.map(BootWords.plain) + (isLoose ? own.map(BootWords.bare) : []))
    starts = all.filter { $0.hasSuffix("*") }.map { BootWords.plain(String($0.dropLast())) }
    spaces = BootWords.taken.union(all.compactMap(BootWords.space))
  }

  /// What installers' words begin with, so that one's word on another's line is no module's parameter.
  private static let taken: Set<String> = [
    "agama", "ci", "cloud_init", "inst", "live", "locale", "luks", "plymouth", "rd", "subiquity", "systemd", "udev",
    "vconsole",
  ]

  /// Whether somebody reads a word of the kernel line: the installer, its initrd, systemd or the kernel.
  package func knows(_ word: String) -> Bool {
    let name = BootWords.name(of: word)
    let plain = BootWords.plain(name)
    if also(word) { return true }
    if names.contains(plain) || starts.contains(where: plain.hasPrefix) { return true }
    if isLoose, names.contains(BootWords.bare(name)) { return true }
    // `module.parameter`: what parameters a module has is not known here, only whose names are no module's.
    guard let space = BootWords.space(name) else { return false }
    return !spaces.contains(space) && name.split(separator: ".").count == 2
      && AnswerGrammar.matches(name, AnswerGrammar.alphanumerics + "_-.", first: AnswerGrammar.alphanumerics)
  }

  /// A warning for each word that nobody reads.
  package func findings(_ words: [String], at location: SourceLocation?) -> [Finding] {
    words.filter { !knows($0) }.map { word in
      // What is behind the equals sign may be a password.
      let name = BootWords.name(of: word)
      return .warning(
        "'\(name.printable)' on the kernel line is known neither to the installer nor to the kernel", hint: hint(name),
        at: location)
    }
  }

  private func hint(_ name: String) -> String {
    let likely = ShapeText.nearest(name, names.filter { !$0.hasSuffix("*") })
    return likely.map { "did you mean '\($0)'?" } ?? "it does nothing, unless a script of yours reads it"
  }

  private static func words(_ table: String) -> [String] {
    table.split(separator: "\n").filter { !$0.hasPrefix("#") }.flatMap { $0.split(separator: " ") }.map(String.init)
  }

  private static func name(of word: String) -> String { String(word.prefix { $0 != "=" }) }

  /// The kernel takes hyphens for underscores.
  private static func plain(_ name: String) -> String { String(name.map { $0 == "-" ? "_" : $0 }) }

  private static func bare(_ name: String) -> String { name.lowercased().filter { !"-_.".contains($0) } }

  private static func space(_ name: String) -> String? {
    guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
    return plain(String(name[..<dot]))
  }
}
