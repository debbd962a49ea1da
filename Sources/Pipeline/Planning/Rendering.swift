import Installers
package import Model
import SystemPackage

/// From the answers of a plan to the files the installer gets.
package enum Rendering {
  /// A rendered file as `image-factory render` prints it.
  package struct Preview: Sendable {
    package let name: String
    package let text: String
  }

  /// The guest's name for the public key that signs the pinned suite.
  static let pinnedKeyFile = "pin.gpg"

  /// The request of a plan; `proxy` is known only once the depot listens.
  static func request(
    _ answers: AnswerPlan, pinnedSuite: PinnedSuitePlan?, proxy: String?, cleaning: Cleaning,
    diskSize: ByteSize? = nil, origins: [String: SourceLocation] = [:]
  ) -> RenderRequest {
    var request = RenderRequest(answers: answers.answers)
    request.udebSuite = pinnedSuite?.name
    request.pinnedKeyFile = pinnedSuite == nil ? nil : pinnedKeyFile
    request.proxy = proxy
    request.firmwareLookup = answers.firmwareLookup
    request.holdInitramfs = answers.holdInitramfs
    request.firstBootHostKeys = cleaning.regenerateHostKeys
    request.selfCleaning = answers.selfCleaning == nil ? nil : cleaning
    request.selfCleansPartsOnly = answers.selfCleaning == .parts
    request.dialect = answers.dialect
    request.diskSize = diskSize
    request.origins = origins
    return request
  }

  /// The format of this name; throws ``FactoryError`` when there is none.
  static func format(_ name: String) throws(FactoryError) -> any AnswerFileFormat {
    if let format = AnswerFiles.format(named: name) { return format }
    throw FactoryError(
      .configInvalid, "unknown answer-file format '\(name)'",
      hint: "known: \(AnswerFiles.names.joined(separator: ", "))")
  }

  /// What `render` shows: the depot's port, known only in a build, stands as PORT.
  package static func preview(_ config: ImageConfig, host: Host, secrets: Bool) throws -> [Preview] {
    let mirrors = Mirrors.choose(for: config.source, distribution: config.distribution, host: host.facts)
    var answers = AnswerPlanner.plan(config, mirrors: mirrors, folder: "answers")
    answers.answers = Passwords.standIns(answers.answers)
    if let file = answers.ownFile {
      return [Preview(name: file.string, text: String(decoding: try HostText.read(file), as: UTF8.self))]
    }
    // A suite that only the depot has is the Debian installer's.
    let suite = (answers.format == Preseed.name ? PinnedSuiteName.expected(for: config) : nil).map {
      PinnedSuitePlan(name: $0, index: "", indexSHA256: "", publicKey: "")
    }
    let rendered = try format(answers.format).render(
      request(
        answers, pinnedSuite: suite, proxy: config.source.depot ? "http://10.0.2.2:PORT/" : nil,
        cleaning: config.cleaning, diskSize: config.disk.size, origins: config.origins))
    return rendered.files.map {
      Preview(name: $0.name, text: secrets ? String(decoding: $0.contents, as: UTF8.self) : $0.masked)
    }
  }

  /// The command that checks an image's answer file independently of us, `FILE` standing for it; throws ``FactoryError``.
  package static func oracle(for config: ImageConfig) throws -> String {
    let own = config.answerFile.own.first?.key
    return try format(own ?? config.answerFile.format).oracle(dialect: config.answerFile.dialect)
  }

  /// The config with its answers in another format than its distribution's, for looking at them; throws ``FactoryError``.
  ///
  /// Its dialect is the format's common one, unless the command line names one.
  package static func config(_ config: ImageConfig, inFormat name: String) throws -> ImageConfig {
    _ = try format(name)
    var config = config
    let isOwn = config.answerFile.format == name
    config.answerFile.own = [:]
    config.answerFile.format = name
    if !isOwn, config.origins["answer-dialect"]?.file.hasPrefix("--") != true {
      config.answerFile.dialect = commonDialects[name] ?? ""
    }
    // What only the distribution's own format can say is its distribution's, not what somebody asks for.
    if !isOwn { forgetOwn(&config, name) }
    return config
  }

  private static func forgetOwn(_ config: inout ImageConfig, _ format: String) {
    func isAsked(_ key: String) -> Bool { config.origins[key]?.file.hasPrefix("--") == true }
    if format != Preseed.name, !isAsked("suite") { config.answers.archive.suite = "" }
    if !isAsked("update-mirrors") { config.source.updateMirrors = [] }
  }

  private static let commonDialects = [
    "kickstart": "RHEL10", "autoyast": "SLE-15-SP6", "autoinstall": "24.04", "agama": "Leap_16.0",
  ]
}
