import Model

/// Reads a user's own Kickstart file for what stops Anaconda, or makes it ask: warnings, nothing is changed.
struct KickstartCheck {
  private(set) var findings: [Finding] = []
  private let file: String
  private let dialect: KickstartDialect?
  private let reader: KickstartReader

  /// `dialect` nil: a release we know no commands of; they are not looked at.
  init(_ text: String, file: String, dialect: KickstartDialect?) {
    self.file = file
    self.dialect = dialect
    reader = KickstartReader(text)
    for entry in reader.broken { warn(entry.line, "the line cannot be read: \(entry.problem)") }
    for command in reader.commands { check(command) }
    for section in reader.sections { check(section) }
    findings.sort { ($0.location?.line ?? 0) < ($1.location?.line ?? 0) }
    // What an included file answers is not known.
    if !reader.includes { checkCompleteness() }
  }

  private mutating func warn(_ line: Int?, _ message: String, hint: String? = nil) {
    findings.append(.warning(message, hint: hint, at: SourceLocation(file: file, line: line)))
  }

  private mutating func check(_ command: KickstartReader.Command) {
    let name = command.name.printable
    if let dialect {
      warn(command.line, name, dialect.standing(of: command.name), hint: dialect.replacement(of: command.name))
    }
    checkOptions(command)
    checkPassword(command)
  }

  private mutating func checkOptions(_ command: KickstartReader.Command) {
    guard let dialect else { return }
    for entry in KickstartDialect.options where entry.command == command.name && command.has(entry.option) {
      warn(command.line, "\(entry.command) \(entry.option)", dialect.standing(entry.standings))
    }
  }

  private mutating func warn(
    _ line: Int, _ name: String, _ standing: KickstartDialect.Standing, hint: String? = nil
  ) {
    guard let release = dialect?.rawValue else { return }
    switch standing {
    case .known: break
    case .deprecated: warn(line, "'\(name)' is deprecated in \(release)", hint: hint)
    case .removed: warn(line, "'\(name)' is no longer in \(release): the installation stops there", hint: hint)
    case .unknown: warn(line, "'\(name)' is no command of \(release): the installation stops there")
    }
  }

  private mutating func checkPassword(_ command: KickstartReader.Command) {
    let hasPassword: Bool
    switch command.name {
    case "rootpw": hasPassword = command.words.contains { !$0.hasPrefix("-") }
    case "user": hasPassword = command.has("--password")
    case "bootloader": hasPassword = command.has("--password")
    default: return
    }
    guard hasPassword, !command.has("--iscrypted") else { return }
    warn(
      command.line, "the password of '\(command.name)' stands there in clear text",
      hint: "write a hash with '--iscrypted'; 'openssl passwd -6' makes one")
  }

  private mutating func check(_ section: KickstartReader.Section) {
    let header = section.header
    let name = header.name.printable
    guard KickstartReader.sectionNames.contains(header.name) else {
      return warn(header.line, "'\(name)' is no section of Kickstart")
    }
    if !section.isClosed { warn(header.line, "the section '\(name)' has no '%end'") }
    checkOptions(header)
    if header.name == "%traceback" { warn(header.line, "'%traceback' is deprecated", hint: "use '%onerror'") }
    if ["%pre", "%pre-install", "%post"].contains(header.name), !header.has("--erroronfail") {
      warn(header.line, "when '\(name)' fails, nobody is told", hint: "write '\(name) --erroronfail'")
    }
  }

  /// What Anaconda would ask for, or refuse to begin without. (mandatory spokes of pyanaconda/ui/tui)
  private mutating func checkCompleteness() {
    func isMissing(_ names: String...) -> Bool { !reader.commands.contains { names.contains($0.name) } }
    if isMissing("lang") { warn(nil, "'lang' is missing: the installer would ask for the language") }
    if isMissing("keyboard") { warn(nil, "'keyboard' is missing: the layout would be a guess") }
    if isMissing("timezone") { warn(nil, "'timezone' is missing: the installer would ask for the time zone") }
    if isMissing("rootpw"), !reader.commands.contains(where: KickstartCheck.isAdministrator) {
      warn(
        nil, "'rootpw' is missing and no 'user' is in the group 'wheel': the installer would ask for an administrator",
        hint: "'rootpw --lock' is enough")
    }
    if isMissing("autopart", "part", "partition", "reqpart", "mount", "logvol", "btrfs", "raid") {
      warn(nil, "nothing says how to partition the disk: the installer would ask", hint: "for example 'autopart'")
    }
    let trees = ["ostreesetup", "ostreecontainer", "liveimg", "bootc"]
    let isTree = reader.commands.contains { trees.contains($0.name) }
    if !isTree, isMissing("url", "cdrom", "nfs", "harddrive", "hmc", "rhsm", "method") {
      warn(nil, "no source of the installation is named", hint: "add 'url --url=…'")
    }
    if isMissing("bootloader") { warn(nil, "'bootloader' is missing: where it goes would be a guess") }
    if !isTree, !reader.sections.contains(where: { $0.header.name == "%packages" }) {
      warn(nil, "the section '%packages' is missing: the installer would ask for the software")
    }
    if isMissing("poweroff", "shutdown", "reboot") {
      warn(nil, "'poweroff' is missing: the installer would wait for a key when it is done")
    }
  }

  private static func isAdministrator(_ command: KickstartReader.Command) -> Bool {
    guard command.name == "user", !command.has("--lock"), let groups = command.value(of: "--groups") else {
      return false
    }
    return groups.split(separator: ",").contains { $0.trimmingBlanks == "wheel" }
  }
}
