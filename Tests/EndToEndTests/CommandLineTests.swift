import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

/// The program without a guest: what it prints, and its exit statuses. Parallel, and as any user.
@Suite(
  "The command line",
  .enabled(if: FileManager.default.isExecutableFile(atPath: Workshop.binary.string), "image-factory is not built"))
struct CommandLineTests {
  /// Runs the program with a home folder of its own, so that nobody's configuration is read.
  private func run(_ words: [String], config: String? = nil) async throws -> Child.Result {
    let scratch = try Scratch("cli")
    let empty = try scratch.write("", to: "empty.conf")
    var words = words
    if let config {
      words += ["--config", try scratch.write(config, to: "test.conf").string]
    }
    return try await Child(
      [Workshop.binary.string] + words,
      environment: [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
        "HOME": scratch.path.string,
        "IMAGE_FACTORY_STATE": scratch.path.appending("state").string, "IMAGE_FACTORY_CONFIG": empty.string,
      ], folder: scratch.path
    ).wait()
  }

  @Test("--version prints the version and nothing else")
  func version() async throws {
    let result = try await run(["--version"])
    #expect(result.status == 0)
    #expect(result.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test("--help names every exit status and every command")
  func help() async throws {
    let result = try await run(["--help"])
    #expect(result.status == 0)
    for status in ExitStatus.allCases { #expect(result.output.contains("\(status.rawValue)  \(status.meaning)")) }
    for command in ["build", "plan", "check", "list", "render", "fetch", "pin", "selftest", "show-config", "settings"] {
      #expect(result.output.contains("  \(command)"), "\(command)")
    }
  }

  @Test(
    "a command line that makes no sense is exit status 2",
    arguments: [
      ["--no-such-flag"], ["plan", "debian-13", "--set", "nothing"], ["build"], ["--image-size"], ["pin", "a/b"],
    ])
  func usage(words: [String]) async throws {
    let result = try await run(words)
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.output == "")
    #expect(!result.errors.isEmpty)
  }

  @Test("a misspelt key is exit status 3, with file, line and the key that was meant")
  func misspelt() async throws {
    let result = try await run(["build", "mine"], config: "[mine]\ninherits = debian\nrelease = 13\nimage-sise = 8G\n")
    #expect(result.status == 3)
    #expect(result.errors.contains("test.conf:4: error: unknown key 'image-sise' in [mine]"), "\(result.errors)")
    #expect(result.errors.contains("did you mean 'image-size'?"))
    #expect(result.errors.contains("nothing was started"))
  }

  @Test("all problems of a configuration are reported together, as objects with --json")
  func together() async throws {
    let config = "[mine]\ninherits = debian\nimage-size = large\nram = little\nformat = floppy\n"
    let result = try await run(["plan", "mine", "--json"], config: config)
    #expect(result.status == 3)
    struct Finding: Decodable {
      var severity: String
      var status: Int32
      var message: String
      var line: Int?
    }
    let findings = try result.errors.split(separator: "\n").map {
      try JSONDecoder().decode(Finding.self, from: Data($0.utf8))
    }
    #expect(Set(findings.compactMap(\.line)).isSuperset(of: [3, 4, 5]), "\(result.errors)")
  }

  @Test("an unknown image is exit status 3 and the known ones are named")
  func unknownImage() async throws {
    let result = try await run(["build", "debian-1"])
    #expect(result.status == 3)
    #expect(result.errors.contains("debian-1"))
    #expect(result.errors.contains("debian-13") || result.errors.contains("debian-12"))
  }

  @Test("the shipped configuration is valid, every image of it")
  func shipped() async throws {
    let result = try await run(["check", "--all", "--strict"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
  }

  @Test("list names the images, as JSON too")
  func list() async throws {
    struct Row: Decodable { var name: String }
    let result = try await run(["list", "--json"])
    let names = try JSONDecoder().decode([Row].self, from: Data(result.output.utf8)).map(\.name)
    #expect(Set(names).isSuperset(of: ["debian-12", "debian-13"]))
    #expect(try await run(["list"]).output.contains("debian-13"))
  }

  @Test("the manual of the settings in man/ is the one that the program prints")
  func manual() async throws {
    let result = try await run(["settings", "--man"])
    let shipped = try String(
      contentsOfFile: Built.checkout.appending("man/image-factory.conf.5").string, encoding: .utf8)
    #expect(result.status == 0)
    #expect(shipped == result.output, "run 'image-factory settings --man > man/image-factory.conf.5'")
  }

  @Test("every setting is in the manual of the settings and in the help of the settings")
  func everySetting() async throws {
    struct Setting: Decodable { var key: String }
    struct Table: Decodable { var settings: [Setting] }
    let json = Data(try await run(["settings", "--json"]).output.utf8)
    let settings =
      try (try? JSONDecoder().decode(Table.self, from: json))?.settings
      ?? JSONDecoder().decode([Setting].self, from: json)
    #expect(settings.count > 60)
    let manual = try await run(["settings", "--man"]).output.replacing("\\-", with: "-")
    for setting in settings { #expect(manual.contains(setting.key), "\(setting.key)") }
  }

  @Test("both manual pages are clean", .needs("mandoc"), arguments: ["image-factory.1", "image-factory.conf.5"])
  func manualPages(name: String) async throws {
    let page = Built.checkout.appending("man").appending(name).string
    let result = try await Child.run("mandoc", "-T", "lint", "-W", "warning", page)
    // The page of the settings is generated and has no date.
    let findings = (result.output + result.errors).split(separator: "\n").filter { !$0.contains("missing date") }
    #expect(findings.isEmpty)
  }

  @Test(
    "the shell scripts of this checkout are clean", .needs("shellcheck"),
    arguments: ["Tests/run-tests", "Tests/check-install", ".ci/run"])
  func scripts(name: String) async throws {
    let result = try await Child.run("shellcheck", Built.checkout.pushing(FilePath(name)).string)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test("every command and every exit status is in image-factory(1)")
  func commandsAreInTheManual() async throws {
    let page = try String(
      contentsOfFile: Built.checkout.appending("man/image-factory.1").string, encoding: .utf8)
    let help = try await run(["--help"]).output
    let list = try #require(help.split(separator: "SUBCOMMANDS:\n").last)
    // A line of a command starts after two blanks, one that goes on much later.
    let commands = list.matches(of: /(?m)^  ([a-z][a-z-]*)/).map { String($0.1) }
    #expect(commands.count >= 10)
    for command in commands { #expect(page.contains(".It Cm \(command)"), "\(command)") }
    for status in ExitStatus.allCases { #expect(page.contains(".It \(status.rawValue)\n"), "\(status)") }
  }

  @Test("finish and inspect need a disk: a missing one is exit status 4 or 7, an empty command line 2")
  func withoutDisk() async throws {
    let config = "[mine]\ninherits = debian\nrelease = 13\nsuite = trixie\n"
    let missing = try await run(["finish", "mine", "--disk", "no-such.raw", "--output", "out"], config: config)
    #expect(missing.status == 4 && missing.errors.contains("cannot finish"), "\(missing.errors)")
    #expect(try await run(["finish", "mine"], config: config).status == 2)
    #expect(try await run(["inspect"]).status == 2)
    let unreadable = try await run(["inspect", "no-such.raw"])
    #expect(unreadable.status == 7 && unreadable.errors.contains("cannot inspect"), "\(unreadable.errors)")
  }

  @Test("render prints the answer file with its secrets masked")
  func render() async throws {
    let config = "[mine]\ninherits = debian\nrelease = 13\nsuite = trixie\nroot-password-hash = \(Workshop.rootHash)\n"
    let masked = try await run(["render", "mine"], config: config)
    #expect(masked.status == 0, "\(masked.errors)")
    #expect(masked.output.contains("d-i "))
    #expect(!masked.output.contains(Workshop.marker))
    let shown = try await run(["render", "mine", "--secrets"], config: config)
    #expect(shown.output.contains(Workshop.rootHash))
  }

  @Test(
    "a flag of the settings table is the same as --set",
    arguments: [["--image-size", "8G"], ["--set", "image-size=8G"]])
  func flags(words: [String]) async throws {
    let result = try await run(["show-config", "debian-13", "--resolved"] + words)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("image-size = 8G"))
  }

  @Test("completions are made for the three shells", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) async throws {
    let result = try await run(["--generate-completion-script", shell])
    #expect(result.status == 0)
    #expect(result.output.contains("selftest"))
    // The settings' flags too, with their values.
    for word in ["image-size", "no-keep-raw", "keep-raw", "yescrypt"] {
      #expect(result.output.contains(word), "\(word)")
    }
  }
}
