import Model

/// Reads a user's own profile for what makes YaST ask, wait, or do nothing without a word.
struct AutoYaSTCheck {
  private(set) var findings: [Finding] = []
  private let file: String
  /// The lines of elements that older releases had, which is said of them already.
  private var old: Set<String> = []

  init(_ text: String, file: String) {
    self.file = file
    let outline = XMLOutline(text)
    guard let root = outline.root else {
      let problem = outline.problem ?? (1, "it has no element")
      warn(
        "the profile is not well-formed XML: \(problem.message)", line: problem.line,
        hint: "'xmllint --noout' says more")
      return
    }
    guard root.name == "profile" else {
      warn("the profile's first element is '\(root.name.printable)' and not 'profile'", line: root.line)
      return
    }
    checkSections(root)
    checkMode(root)
    checkReport(root)
    checkUsers(root)
    checkScripts(root)
    checkOld(root)
    checkShape(root)
    for name in ["partitioning", "software"] where root.child(name) == nil {
      warn("the profile has no section '\(name)': YaST decides by itself", line: root.line)
    }
    findings.sort { ($0.location?.line ?? 0) < ($1.location?.line ?? 0) }
  }

  private mutating func warn(_ message: String, line: Int, hint: String? = nil) {
    findings.append(.warning(message, hint: hint, at: SourceLocation(file: file, line: line)))
  }

  private mutating func checkSections(_ root: XMLOutline.Node) {
    var seen: [String: Int] = [:]
    for section in root.children {
      if let line = seen.updateValue(section.line, forKey: section.name) {
        warn("the section '\(section.name.printable)' is in line \(line) already", line: section.line)
      }
      if AutoYaSTSections.obsolete.contains(section.name) {
        warn(
          "YaST has no module for '\(section.name)' any more: it shows a message and goes on without",
          line: section.line,
          hint: "use 'scripts' or 'files'")
      } else if !AutoYaSTSections.known.contains(section.name) {
        warn(
          "'\(section.name.printable)' is no section of a profile: YaST does nothing with it", line: section.line,
          hint: AutoYaSTSections.nearest(section.name).map { "did you mean '\($0)'?" })
      }
    }
  }

  private mutating func checkMode(_ root: XMLOutline.Node) {
    let mode = root.at("general", "mode")
    let line = mode?.line ?? root.child("general")?.line ?? root.line
    if mode?.child("confirm")?.value != "false" {
      warn(
        "YaST asks for confirmation before it installs", line: mode?.child("confirm")?.line ?? line,
        hint: "set 'general/mode/confirm' to false")
    }
    if mode?.child("halt")?.isTrue != true, mode?.child("final_halt")?.isTrue != true {
      warn("the machine is not switched off at the end", line: line, hint: "set 'general/mode/halt' to true")
    }
  }

  private mutating func checkReport(_ root: XMLOutline.Node) {
    let report = root.child("report")
    // Everything else goes away by itself after ten seconds unless a time-out is set. (yast2 4.6, Report.rb)
    if report?.child("errors") == nil {
      warn(
        "'report/errors' is not set: an error on the screen waits for ever", line: report?.line ?? root.line,
        hint: "set 'show' to false, or a 'timeout'")
    }
    for kind in report?.children ?? [] where kind.child("show")?.value != "false" {
      let standard = kind.name == "errors" ? "0" : "10"
      guard (Int(kind.child("timeout")?.value ?? standard) ?? 0) <= 0 else { continue }
      warn(
        "'report/\(kind.name.printable)' are shown without a time-out and wait for ever", line: kind.line,
        hint: "set 'show' to false, or a 'timeout'")
    }
  }

  private mutating func checkUsers(_ root: XMLOutline.Node) {
    guard let users = root.child("users") else {
      return warn("the profile has no section 'users': root has no password that is known", line: root.line)
    }
    if !users.children.contains(where: { $0.child("username")?.value == "root" }) {
      warn("the profile says nothing about root's account", line: users.line)
    }
    for user in users.children {
      guard let password = user.child("user_password"), !password.value.isEmpty, user.child("encrypted")?.isTrue != true
      else { continue }
      let name = user.child("username")?.value ?? "?"
      warn(
        "the password of '\(name.printable)' is in clear text", line: password.line,
        hint: "put a hash there and set 'encrypted' to true")
    }
  }

  private mutating func checkScripts(_ root: XMLOutline.Node) {
    for script in root.child("scripts")?.children.flatMap(\.children) ?? [] {
      if script.child("source") == nil, script.child("location") == nil {
        warn("the script has neither 'source' nor 'location'", line: script.line)
      }
      if script.child("feedback")?.isTrue == true, (script.child("feedback_type")?.value ?? "").isEmpty {
        warn(
          "the script's output is shown until somebody presses a key", line: script.line,
          hint: "set 'feedback' to false")
      }
    }
    for question in root.at("general", "ask-list")?.children ?? [] where question.child("timeout") == nil {
      warn("the profile asks a question itself and waits for the answer", line: question.line)
    }
  }

  /// Elements that older profiles have and today's YaST does not read, or stops at because of its schema.
  private mutating func checkOld(_ root: XMLOutline.Node) {
    for (path, advice) in AutoYaSTSections.removed {
      var nodes = [root]
      for name in path { nodes = nodes.flatMap { $0.children.filter { $0.name == name } } }
      for node in nodes {
        old.insert("\(node.line) \(node.name)")
        // What the section has to have instead is part of the advice.
        if let section = path.first, path.count == 2, section == "runlevel", let line = root.child(section)?.line {
          old.insert("\(line) \(section)")
        }
        warn("'\(path.joined(separator: "/"))' is not valid any more", line: node.line, hint: advice)
      }
    }
  }

  /// Names, types and values at every depth, as YaST's schema has them.
  private mutating func checkShape(_ root: XMLOutline.Node) {
    var check = ElementCheck(AutoYaSTShapes.all)
    for section in root.children where AutoYaSTShapes.all[section.name] != nil {
      check.check(section, .named(section.name))
    }
    var problems = check.problems.filter { !old.contains("\($0.line) \($0.name)") }
    if let space = root.attributes["xmlns"], space != Self.namespace {
      problems.append(
        ShapeProblem(
          line: root.line, name: root.name, message: "'profile' is not of YaST's namespace",
          hint: "write 'xmlns=\"\(Self.namespace)\"'"))
    }
    for problem in problems { warn(problem.message, line: problem.line, hint: problem.hint) }
    if !problems.isEmpty || !old.isEmpty {
      warn(
        "YaST finds these faults as well and would wait for an answer: \(Self.skip) keeps it from looking",
        line: root.line, hint: "mend them; elements that are not valid are not read")
    }
  }

  static let skip = "'YAST_SKIP_XML_VALIDATION=1' on the kernel line"

  private static let namespace = "http://www.suse.com/1.0/yast2ns"
}
