import ArgumentParser
import Model
import Pipeline
import Settings

/// `image-factory show-config [IMAGE]`: the merged configuration; private values are in none of its forms.
struct ShowConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show-config", abstract: "Show the merged configuration.",
    discussion: """
      As the files write it, or with --resolved as the image sees it: inherited and interpolated. --json prints the resolved
      values as one object, with --tree an object for each section. Any section can be named, not only an image.
      """)

  @OptionGroup var image: ImageArgument
  @OptionGroup var options: ConfigOptions
  @OptionGroup var settings: SettingCompletions

  @Flag(name: .long, help: "Show the values that the image sees, interpolated.")
  var resolved = false

  @Flag(name: .long, help: "Show file and line beside each value.")
  var origin = false

  func run() throws {
    let loaded = try options.load()
    // Without a name everything that was read is shown.
    let name = options.tree != nil || isImageNamed || isOneSection ? try image.name(in: loaded, options) : nil
    guard isOneSection else {
      if let name, !loaded.images.contains(name) { try stop(loaded.resolved(for: name).findings, name) }
      Complaint.report(loaded.findings, json: false)
      return Console.raw(loaded.mergedText(for: options.tree == nil ? name : nil))
    }
    let (sections, problems) = sections(of: loaded, name ?? "")
    try stop(loaded.findings.filter { !ShowConfigCommand.isOfUnknownKey($0) } + problems, name ?? "")
    Complaint.report(loaded.findings, json: options.json)
    if options.json { return Console.out(json(sections).text()) }
    Console.raw(sections.map(text).joined(separator: "\n"))
  }

  /// Merged files have all sections, values are those of one image (of a tree: of its sections).
  private var isOneSection: Bool { resolved || origin || options.json }

  private var isImageNamed: Bool { !(image.image ?? Console.environment("IMAGE") ?? "").isEmpty }

  private typealias Section = (name: String, values: [ResolvedValue])

  private func sections(of loaded: LoadedConfig, _ name: String) -> (sections: [Section], findings: [Finding]) {
    if options.tree != nil { return loaded.resolvedSections() }
    let (values, problems) = loaded.resolved(for: name)
    return ([(name, values)], problems)
  }

  private func stop(_ findings: [Finding], _ name: String) throws {
    if let error = FactoryError(findings.sortedByPlace, of: "cannot show '\(name.printable)'") { throw error }
  }

  /// A mistyped key stops a build, but it is what this command is asked to show.
  private static func isOfUnknownKey(_ finding: Finding) -> Bool { finding.message.hasPrefix("unknown key") }

  private func text(_ section: Section) -> String {
    var text = "[\(section.name.printable)]\n"
    for value in section.values {
      let content = resolved ? value.text : value.raw
      var lines = content.split(separator: "\n", omittingEmptySubsequences: false).map(\.printable)
      if origin { lines[0] += "    # \(value.location)" }
      text += "\(value.key.printable) = \(lines.joined(separator: "\n    "))\n"
    }
    return text
  }

  private func json(_ sections: [Section]) -> JSONText {
    let objects = sections.map { section in
      (section.name, JSONText.object(sorted(section.values.map { ($0.key, json($0)) })))
    }
    return options.tree == nil ? objects.first?.1 ?? .object([]) : .object(sorted(objects))
  }

  private func json(_ value: ResolvedValue) -> JSONText {
    guard origin else { return .string(value.text) }
    var members: [(String, JSONText)] = [("file", .string(value.location.file))]
    if let line = value.location.line { members.append(("line", .number(line))) }
    return .object(members + [("value", .string(value.text))])
  }

  /// By bytes, in every locale the same.
  private func sorted(_ members: [(String, JSONText)]) -> [(String, JSONText)] {
    members.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
  }
}
