import HostSystem
package import Model
import Synchronization

/// Passwords that a config gives by file, command or clear text, made into the hashes that answer files carry.
package struct Passwords: Sendable {
  /// What planning does with them.
  package enum Use: Sendable {
    /// Files are read, commands run: for 'build', 'plan' and 'render --secrets'.
    case hash
    /// Files are read to see that they can be, no command is run; a stand-in takes the hash's place.
    case standIn
  }

  private let host: Host

  package init(host: Host) { self.host = host }

  /// A hash for what will be one; nobody's password.
  static let standIn = Secret("$6$imagefactory$" + String(repeating: ".", count: 86))

  /// The config with a hash wherever a password was given, and an error for each that cannot be had.
  package func resolved(_ config: ImageConfig, _ use: Use) async -> (config: ImageConfig, findings: [Finding]) {
    var result = config
    var findings: [Finding] = []
    // A user's own answer file has its own passwords.
    guard config.answerFile.own.isEmpty else { return (config, []) }
    if let source = config.answers.rootPassword {
      result.answers.rootPassword = nil
      if let hash = await self.hash(source, of: "root", config.passwordHashing, use, &findings) {
        result.answers.root = .passwordHash(hash)
      }
    }
    for (index, user) in config.answers.users.enumerated() {
      guard let source = user.password else { continue }
      result.answers.users[index].password = nil
      if let hash = await self.hash(source, of: user.name, config.passwordHashing, use, &findings) {
        result.answers.users[index].passwordHash = hash
      }
    }
    return (result, findings)
  }

  /// The answers with a stand-in for every password that is not hashed yet; nothing is read or run.
  static func standIns(_ answers: InstallAnswers) -> InstallAnswers {
    var result = answers
    if result.rootPassword != nil {
      result.root = .passwordHash(standIn)
      result.rootPassword = nil
    }
    for index in result.users.indices where result.users[index].password != nil {
      result.users[index].passwordHash = standIn
      result.users[index].password = nil
    }
    return result
  }

  private func hash(
    _ source: PasswordSource, of account: String, _ method: PasswordHashing, _ use: Use, _ findings: inout [Finding]
  ) async -> Secret? {
    do {
      let purpose = "hash the password of '\(account)'"
      guard let password = try await clearText(source, of: account, use) else { return Passwords.standIn }
      return try PasswordHash.make(password, method: method, purpose: purpose)
    } catch let error as FactoryError {
      var finding = Finding(.error, error.status, error.message, hint: error.hint, at: source.location)
      if !error.details.isEmpty { finding.message += ": " + error.details.joined(separator: " | ") }
      findings.append(finding)
    } catch {
      findings.append(.config("cannot get the password of '\(account)': \(describe(error))", at: source.location))
    }
    return nil
  }

  /// nil when only running the command would tell.
  private func clearText(_ source: PasswordSource, of account: String, _ use: Use) async throws -> Secret? {
    switch source.kind {
    case .clearText(let secret): return secret
    case .file(let path): return try PasswordFile.read(path)
    case .command(let words):
      let command = PasswordCommand(words, of: account)
      guard use == .hash else {
        try command.check(host.runner)
        return nil
      }
      return try await command.run(host.runner)
    }
  }
}

/// A command whose first line of output is a password.
struct PasswordCommand {
  private let command: Command

  init(_ words: [String], of account: String) {
    // A password manager may ask its agent; nobody is there to answer for longer.
    command = Command(
      words.first ?? "", Array(words.dropFirst()), timeLimit: .seconds(60), purpose: "get the password of '\(account)'")
  }

  /// Throws when the tool is not there.
  func check(_ runner: any CommandRunner) throws(FactoryError) {
    if runner.locate(command.tool) == nil {
      throw FactoryError(
        .configInvalid, "cannot find '\(command.tool.printable)', required to \(command.purpose)",
        hint: "name a program or the path of an executable file; it is run without a shell")
    }
  }

  /// Runs it; what it prints is shown nowhere, and masked in what it says on standard error.
  func run(_ runner: any CommandRunner) async throws -> Secret {
    try check(runner)
    let said = Mutex<[String]>([])
    let result = try await runner.run(command) { line in
      if line.stream == .error { said.withLock { $0 = Array(($0 + [line.text]).suffix(5)) } }
    }
    guard result.succeeded else {
      throw FactoryError(
        .configInvalid, "cannot \(command.purpose): '\(command.tool.printable)' \(result.ending)",
        details: masked(said.withLock { $0 }, result.standardOutput))
    }
    guard let password = PasswordHash.firstLine(result.standardOutput.utf8) else {
      throw FactoryError(
        .configInvalid, "cannot \(command.purpose): what '\(command.tool.printable)' printed is no text")
    }
    return password
  }

  private func masked(_ lines: [String], _ output: String) -> [String] {
    let words = output.split(whereSeparator: \.isNewline).map { Command.Argument.secret(Secret(String($0))) }
    let mask = SecretMask(Command("", arguments: words, purpose: ""))
    return lines.map { mask.masked($0).printable }
  }
}
