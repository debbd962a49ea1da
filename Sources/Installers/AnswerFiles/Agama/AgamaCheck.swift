import Model

/// Reads a user's own profile for what makes Agama ask, refuse, or do nothing.
struct AgamaCheck {
  private(set) var findings: [Finding] = []
  private let file: String

  init(_ text: String, file: String, dialect: String) {
    self.file = file
    do throws(JSONOutline.Problem) {
      try look(at: try Self.read(text), dialect: dialect)
    } catch {
      warn(
        "the profile is no JSON: \(error.message) (column \(error.column))", line: error.line,
        hint: "Jsonnet and XML profiles are not looked at; name them '.jsonnet' or '.xml'")
    }
    findings.sort { ($0.location?.line ?? 0) < ($1.location?.line ?? 0) }
  }

  private static func read(_ text: String) throws(JSONOutline.Problem) -> AnswerNode {
    do {
      return try JSONOutline.read(text)
    } catch let problem as JSONOutline.Problem {
      throw problem
    } catch {
      throw JSONOutline.Problem(line: 1, column: 1, message: "\(error)")
    }
  }

  private mutating func warn(_ message: String, line: Int, hint: String? = nil) {
    findings.append(.warning(message, hint: hint, at: SourceLocation(file: file, line: line)))
  }

  private mutating func look(at root: AnswerNode, dialect: String) throws(JSONOutline.Problem) {
    guard case .object(let members) = root.value else {
      throw JSONOutline.Problem(line: root.line, column: 1, message: "it is no object")
    }
    var seen: [String: Int] = [:]
    for (key, node) in members {
      if let line = seen.updateValue(node.line, forKey: key) {
        warn("'\(key.printable)' is in line \(line) already; the last one counts", line: node.line)
      }
    }
    checkShape(root)
    checkProduct(root, dialect)
    checkAccounts(root)
    if root.member("storage") == nil, root.member("legacyAutoyastStorage") == nil {
      warn("the profile has no 'storage': Agama decides by itself", line: root.line)
    }
    if root.member("questions")?.member("policy")?.string != "auto" {
      warn(
        "Agama's questions wait for an answer", line: root.member("questions")?.line ?? root.line,
        hint: "set 'questions.policy' to 'auto'")
    }
    if let boot = root.member("bootloader"), boot.member("timeout") != nil, boot.member("stopOnBootMenu") != nil {
      warn("'bootloader' has both 'timeout' and 'stopOnBootMenu': Agama refuses the profile", line: boot.line)
    }
    checkScripts(root)
  }

  /// Names and types at every depth.
  private mutating func checkShape(_ root: AnswerNode) {
    var check = ShapeCheck(AgamaShapes.all)
    check.check(root, "profile", .named("profile"))
    for problem in check.problems {
      warn("\(problem.message): Agama refuses the profile", line: problem.line, hint: problem.hint)
    }
  }

  private mutating func checkProduct(_ root: AnswerNode, _ dialect: String) {
    guard let product = root.member("product"), let id = product.member("id")?.string else {
      warn("the profile has no 'product.id': Agama waits for a choice", line: root.member("product")?.line ?? root.line)
      return
    }
    if !dialect.isEmpty, id != dialect {
      warn(
        "the product is '\(id.printable)', the release's is '\(dialect)'",
        line: product.member("id")?.line ?? product.line)
    }
  }

  private mutating func checkAccounts(_ root: AnswerNode) {
    let accounts = ["user", "root"].compactMap { name in root.member(name).map { (name, $0) } }
    let opensSomething = accounts.contains { name, node in
      node.member("password") != nil || (name == "root" && node.member("sshPublicKey") != nil)
    }
    if !opensSomething {
      warn("the profile defines neither a user nor root's password or key: Agama does not install", line: root.line)
    }
    for (name, account) in accounts {
      guard let password = account.member("password"), account.member("hashedPassword")?.isTrue != true else {
        continue
      }
      warn(
        "the password of '\(name)' is in clear text", line: password.line,
        hint: "put a hash there and set 'hashedPassword' to true")
    }
  }

  private mutating func checkScripts(_ root: AnswerNode) {
    for kind in ["pre", "postPartitioning", "post", "init"] {
      for script in root.member("scripts")?.member(kind)?.items ?? [] {
        guard let text = (script.member("content") ?? script.member("body"))?.string, !text.hasPrefix("#!") else {
          continue
        }
        warn("the script does not begin with '#!' and cannot be started", line: script.line)
      }
    }
  }
}
