import Foundation
import Installers
import Model
import Testing

@Suite("hostile values in a preseed")
struct PreseedEscapingTests {
  /// Renders `count` hostile values of a field; those that are not refused go to `body`.
  private func each(
    _ field: HostileField, _ count: Int, _ body: (String, RenderedAnswers) throws -> Void
  ) throws {
    var generator = SeededGenerator(
      seed: UInt64(HostileField.ofPreseed.firstIndex { $0.setting == field.setting } ?? 0))
    for _ in 0..<count {
      let value = HostileValues.value(around: field.base, using: &generator)
      var answers = HostileField.answers()
      field.set(&answers, value)
      do {
        try body(value, try Preseed().render(Sample.request(answers)))
      } catch let error as FactoryError {
        #expect(error.status == .configInvalid, "\(error.message)")
        #expect(error.message.hasPrefix("'\(field.setting)"), "\(field.setting): \(error.message.prefix(200))")
        #expect(error.message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(!error.message.contains("MARKER"))
      }
    }
  }

  private func keys(_ rendered: RenderedAnswers) throws -> [String] {
    try Sample.text(rendered.files.first).split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("#") || line.isEmpty ? "" : line.split(separator: " ").prefix(3).joined(separator: " ")
    }
  }

  @Test(
    "are refused with the setting's name, or add no line to the answers and arrive",
    arguments: HostileField.ofPreseed.indices
  )
  func lines(index: Int) throws {
    let field = HostileField.ofPreseed[index]
    var base = HostileField.answers()
    field.set(&base, field.base)
    let expected = try keys(try Preseed().render(Sample.request(base)))
    try each(field, 60) { value, rendered in
      // A mirror's scheme and a security mirror's place choose the question; nothing else may.
      if !field.setting.contains("mirror") {
        #expect(try keys(rendered) == expected, "\(value.debugDescription.prefix(200))")
      }
      if let key = field.key {
        let got = Sample.answers(try Sample.text(rendered.files.first))[key]
        #expect(got.map { Array($0.utf8) } == Array(value.utf8), "\(key)")
      }
    }
  }

  @Test(
    "that are not refused are in debconf's database byte for byte",
    .enabled(if: Place.tool("debconf-set-selections") != nil, "needs debconf"))
  func database() throws {
    for field in HostileField.ofPreseed where field.key != nil {
      var chosen: RenderedAnswers?
      try each(field, 20) { _, rendered in chosen = rendered }
      guard let chosen else { continue }
      let text = try Sample.text(chosen.files.first)
      let stored = try ScratchDebconf.store(text)
      for (key, value) in Sample.answers(text) {
        #expect(stored[key].map { Array($0.utf8) } == Array(value.utf8), "\(key)")
      }
    }
  }

  @Test("run nothing and change no command in the scripts", arguments: HostileField.ofPreseed.indices)
  func scripts(index: Int) throws {
    guard Place.tool("busybox") != nil else { return }
    let field = HostileField.ofPreseed[index]
    var runs = 0
    try each(field, 24) { value, rendered in
      for file in rendered.files where file.name.hasSuffix(".sh") {
        let text = String(decoding: file.contents, as: UTF8.self)
        #expect(!text.contains("\0"), "\(file.name)")
      }
      guard runs < 4 else { return }
      runs += 1
      try withFolder { folder in
        let commands = try ScriptRun(rendered, in: folder).late()
        #expect(!FileManager.default.fileExists(atPath: folder + "/" + HostileValues.canary), "\(value)")
        let useradd = commands.first { $0.contains("useradd") }
        #expect(useradd?.last == "ada" || field.setting == "user:", "\(commands)")
        if let at = useradd?.firstIndex(of: "--comment"), field.base == "Ada Lovelace" {
          #expect(useradd?[at + 1].utf8.elementsEqual(value.utf8) == true)
        }
        if field.setting == "file:" {
          #expect(commands.contains { $0.prefix(2) == ["/target", "chown"] && $0.last == value })
        }
        if field.base == "/opt/zzsh" { #expect(useradd?.contains(value) == true) }
      }
    }
  }

  @Test(
    "leave scripts that shellcheck and both shells accept",
    .enabled(if: Place.tool("shellcheck") != nil, "needs shellcheck"))
  func readable() throws {
    try withFolder { folder in
      var paths: [String] = []
      for (number, field) in HostileField.ofPreseed.enumerated() {
        var last: RenderedAnswers?
        try each(field, 10) { _, rendered in last = rendered }
        for file in last?.files ?? [] where file.name.hasSuffix(".sh") {
          let path = "\(folder)/\(number)-\(file.name)"
          try Data(file.contents).write(to: URL(fileURLWithPath: path))
          let parsed = try run("busybox", "sh", "-n", path)
          #expect(parsed.status == 0 && parsed.output.isEmpty, "\(path): \(parsed.output)")
          if file.name == "late.sh" { paths.append(path) }
        }
      }
      // What a value quotes may look like a mistake (SC1003, SC1112, SC2016); it is none, because it is quoted.
      let checked = try run(["shellcheck", "-ssh", "-eSC2016,SC1003,SC1112,SC2289,SC1111,SC1110"] + paths)
      #expect(checked.status == 0, "\(checked.output)")
    }
  }

  @Test("on the kernel line are refused, or stay one word")
  func kernelLine() throws {
    var generator = SeededGenerator(seed: 7)
    var kept = 0
    let plain = try Preseed().kernelArguments(Sample.request(Sample.plain()), tuning: InstallerTuning()).count
    for round in 0..<600 {
      var tuning = InstallerTuning()
      var answers = Sample.plain()
      let value = HostileValues.value(around: round % 2 == 0 ? "a=b" : "net.ifnames=0", using: &generator)
      if round % 2 == 0 { tuning.append = [value] } else { answers.kernelArguments = [value] }
      guard let words = try? Preseed().kernelArguments(Sample.request(answers), tuning: tuning) else { continue }
      let line = words.joined(separator: " ")
      #expect(line.split(whereSeparator: \.isWhitespace).map(String.init) == words)
      #expect(words.count <= plain + 1 && words.first == "priority=critical" && words.last == "---")
      if words.contains(value) { kept += 1 }
    }
    #expect(kept > 20)
  }
}

/// A debconf database of its own: never the host's.
enum ScratchDebconf {
  /// Feeds the text to debconf-set-selections and reads what the database has then.
  static func store(_ text: String) throws -> [String: String] {
    try withFolder { folder in
      let settings = """
        Config: configdb
        Templates: templatedb

        Name: configdb
        Driver: File
        Filename: \(folder)/config.dat

        Name: templatedb
        Driver: File
        Filename: \(folder)/templates.dat
        """
      try Data(settings.utf8).write(to: URL(fileURLWithPath: folder + "/debconf.conf"))
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/preseed.cfg"))
      let result = try run(
        "debconf-set-selections", folder + "/preseed.cfg",
        environment: ["DEBCONF_SYSTEMRC": folder + "/debconf.conf", "HOME": folder, "LC_ALL": "C.UTF-8"])
      #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
      return stanzas(
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: folder + "/config.dat")), as: UTF8.self))
    }
  }

  /// `Name: …`, `Value: …`, an empty line after each; in values `\n` and `\\` are written for a line end and a backslash.
  private static func stanzas(_ text: String) -> [String: String] {
    var result: [String: String] = [:]
    for stanza in text.components(separatedBy: "\n\n") {
      let lines = stanza.components(separatedBy: "\n")
      guard let name = lines.first(where: { $0.hasPrefix("Name: ") }) else { continue }
      let value = lines.first { $0.hasPrefix("Value:") }?.dropFirst("Value:".count) ?? ""
      result[String(name.dropFirst("Name: ".count))] = value.hasPrefix(" ") ? String(value.dropFirst()) : String(value)
    }
    return result
  }
}

/// Runs the late script under BusyBox's shell, as the installer does, in a folder that stands for its root.
struct ScriptRun {
  private let folder: String

  /// Puts the files into the folder, and programs that note their arguments in the place of those that would change a system.
  init(_ rendered: RenderedAnswers, in folder: String) throws {
    self.folder = folder
    for file in rendered.files {
      try Data(file.contents).write(to: URL(fileURLWithPath: "\(folder)/\(file.name)"))
    }
    let bin = folder + "/bin"
    for path in [bin, folder + "/target/etc/default", folder + "/target/root"] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    try Data("XKBVARIANT=\"\"\n".utf8).write(to: URL(fileURLWithPath: folder + "/target/etc/default/keyboard"))
    // Arguments end with a record separator, commands with a group separator: values have control characters but these.
    let note =
      "#!/bin/sh\nfor word in \"$@\"; do printf '%s\\036' \"$word\"; done >>'\(folder)/commands'\nprintf '\\035' >>'\(folder)/commands'\n"
    for name in ["chroot", "in-target", "logger"] {
      let path = "\(bin)/\(name)"
      try Data((name == "logger" ? "#!/bin/sh\n" : note).utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
  }

  /// Runs it; the commands it would have run in the finished system, word by word.
  func late() throws -> [[String]] {
    var text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: folder + "/late.sh")), as: UTF8.self)
    // The installer's root and the finished system are this folder's; what is said to chroot stays as it is.
    text = text.replacingOccurrences(of: "chroot /target", with: "chroot @TARGET@")
    for (path, place) in [("/target", "/target"), ("</accounts", "</accounts")] {
      text = text.replacingOccurrences(
        of: path, with: path.hasPrefix("<") ? "<\(folder)\(place.dropFirst())" : folder + place)
    }
    for name in ["/authorized-keys-1", "/file-1", "/late-script-2"] {
      text = text.replacingOccurrences(of: "\(name)\n", with: "\(folder)\(name)\n")
        .replacingOccurrences(of: "place_file \(name) ", with: "place_file \(folder)\(name) ")
    }
    text = text.replacingOccurrences(of: "run_in_target \(folder)", with: "run_in_target ")
      .replacingOccurrences(
        of: "cp \"$1\" \"\(folder)/target/root$1\"", with: "cp \"\(folder)$1\" \"\(folder)/target/root$1\""
      )
      .replacingOccurrences(of: "@TARGET@", with: "/target")
    // Some builds of BusyBox prefer their own chroot and logger to those in PATH, but none to a function.
    let standIns = ["chroot", "logger"].map { "\($0)() { '\(folder)/bin/\($0)' \"$@\"; }\n" }.joined()
    try Data("cd '\(folder)'\nPATH='\(folder)/bin':$PATH\n\(standIns)\(text)".utf8).write(
      to: URL(fileURLWithPath: folder + "/run.sh"))
    let result = try run("busybox", "sh", folder + "/run.sh")
    #expect(result.status == 0, "\(result.output)")
    let noted = String(
      decoding: (try? Data(contentsOf: URL(fileURLWithPath: folder + "/commands"))) ?? Data(), as: UTF8.self)
    return noted.split(separator: "\u{1D}").map { command in
      command.split(separator: "\u{1E}", omittingEmptySubsequences: false).map(String.init).dropLast()
    }
  }
}
