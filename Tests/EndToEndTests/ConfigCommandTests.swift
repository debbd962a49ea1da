import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

/// The commands about the configuration, as the built program prints them. Parallel, and as any user.
@Suite(
  "The commands about the configuration",
  .enabled(if: FileManager.default.isExecutableFile(atPath: Workshop.binary.string), "image-factory is not built"))
struct ConfigCommandTests {
  /// A folder with configs, and the program in it; nobody's own configuration is read.
  final class Desk: Sendable {
    let scratch: Scratch

    init(_ files: [String: String] = [:]) throws {
      scratch = try Scratch("config")
      try scratch.write("", to: "empty.conf")
      for (name, text) in files {
        if let slash = name.lastIndex(of: "/") { try scratch.makeFolder(String(name[..<slash])) }
        try scratch.write(text, to: name, mode: name.hasSuffix("private.ini") ? 0o600 : 0o644)
      }
    }

    func run(_ words: String..., environment: [String: String] = [:]) async throws -> Child.Result {
      var all = [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
        "HOME": scratch.path.string, "IMAGE_FACTORY_STATE": scratch.path.appending("state").string,
        "IMAGE_FACTORY_CONFIG": scratch.path.appending("empty.conf").string,
      ]
      all.merge(environment) { $1 }
      return try await Child([Workshop.binary.string] + words, environment: all, folder: scratch.path).wait()
    }

    func text(_ name: String) -> String? {
      FileManager.default.contents(atPath: scratch.path.appending(name).string).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }

  struct FoundObject: Decodable {
    var severity: String
    var status: Int32
    var file: String?
    var line: Int?
    var column: Int?
    var message: String
    var hint: String?
  }

  private func objects(_ text: String) throws -> [FoundObject] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(FoundObject.self, from: Data($0.utf8)) }
  }

  // MARK: show-config

  private static let config = """
    [DEFAULT]
    word = w
    [base]
    template = yes
    ram = 2G
    [mine]
    inherits = base
    kernel = /k
    initrd = /i
    description = ${word} $${word} ${other:place}
    root-password-hash = \(Workshop.rootHash)
    uplod-args = --fast
    [other]
    place = there
    """

  @Test("show-config prints what one image is made of, as written")
  func written() async throws {
    let desk = try Desk(["a.conf": Self.config])
    let result = try await desk.run("show-config", "mine", "--config", "a.conf", "--no-shipped")
    #expect(result.status == 0)
    #expect(result.output.contains("[mine]\ninherits = base\nkernel = /k\n"))
    #expect(result.output.contains("description = ${word} $${word} ${other:place}\n"))
    #expect(!result.output.contains("[other]"))
    #expect(!result.output.contains(Workshop.marker))
    #expect(result.errors.contains("unknown key 'uplod-args'"))
  }

  @Test(
    "show-config --resolved prints values, --origin where each stands, --json one sorted object, every time the same")
  func resolved() async throws {
    let desk = try Desk(["a.conf": Self.config])
    let words = ["show-config", "mine", "--config", "a.conf", "--no-shipped"]
    let lines = try await desk.run(words[0], words[1], words[2], words[3], words[4], "--resolved", "--origin")
    #expect(lines.output.hasPrefix("[mine]\n"))
    #expect(lines.output.contains("description = w ${word} there    # \(desk.scratch.path)/a.conf:10\n"), "\(lines)")
    #expect(lines.output.contains("ram = 2G    # \(desk.scratch.path)/a.conf:5\n"))
    let raw = try await desk.run("show-config", "mine", "--config", "a.conf", "--no-shipped", "--origin")
    #expect(raw.output.contains("description = ${word} $${word} ${other:place}    # "))
    let json = try await desk.run("show-config", "mine", "--config", "a.conf", "--no-shipped", "--json")
    #expect(
      json.output == """
        {
          "description": "w ${word} there",
          "inherits": "base",
          "initrd": "/i",
          "kernel": "/k",
          "ram": "2G",
          "root-password-hash": "******",
          "template": "yes",
          "uplod-args": "--fast",
          "word": "w"
        }

        """)
    // A typing error is shown, not hidden: the values are what was asked for.
    #expect(json.status == 0)
  }

  @Test(
    "show-config stops at what has no value, with the line",
    arguments: [
      ("[a]\nkernel = ${gone}\n", "a.conf:2: error: "), ("[a]\nkernel = ${initrd}\ninitrd = ${kernel}\n", "a.conf:"),
      ("[a]\nkernel\n", "a.conf:2: error: "), ("[a]\n[a]\n", "a.conf:2: error: "), ("[b]\n", "there is no image 'a'"),
    ])
  func unresolved(text: String, expected: String) async throws {
    let desk = try Desk(["a.conf": text])
    let result = try await desk.run("show-config", "a", "--config", "a.conf", "--no-shipped", "--resolved", "--json")
    #expect(result.status == 3)
    #expect(result.output == "")
    let plain = try await desk.run("show-config", "a", "--config", "a.conf", "--no-shipped", "--resolved")
    #expect(plain.status == 3)
    #expect(plain.errors.contains(expected), "\(plain.errors)")
  }

  @Test("show-config --resolved --json has the values of Python's configparser", .needs("python3"))
  func python() async throws {
    let text = """
      [DEFAULT]
      Path: /srv
      list = a
        b
       ; no comment of the value

      [one]
      x = ${path}/${two:y}/$$
      path = /home
      empty =
      [two]
      Y = ${list}
      z = ${one:x} ${path}
      """
    let script = """
      import configparser, json, sys
      c = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
      c.read("p.conf")
      print(json.dumps(dict(c[sys.argv[1]]), sort_keys=True, indent=2, ensure_ascii=False))
      """
    let desk = try Desk(["p.conf": text, "p.py": script])
    for section in ["one", "two"] {
      let expected = try await Child(["python3", "p.py", section], folder: desk.scratch.path).wait()
      let result = try await desk.run(
        "show-config", section, "--config", "p.conf", "--no-shipped", "--resolved", "--json")
      #expect(expected.status == 0 && result.status == 0, "\(expected.errors) \(result.errors)")
      #expect(result.output == expected.output)
    }
  }

  // MARK: trees

  private static let tree = [
    "tree/config/defaults.ini":
      "[build]\nname = ${product}-${personality}\n[image]\nhost = base\ntoken = ${keys:api}\n",
    "tree/config/personality/fr.ini": "[image]\nhost = fr\n",
    "tree/config/private.ini": "[keys]\napi = TreeMarker\n",
    "tree/config/local.ini": """
    [image-factory]
    inherits = debian-13
    hostname = ${image:host}
    kernel = /dev/null
    initrd = /dev/null
    mirror = http://ftp.debian.org/debian
    accelerator = tcg
    hook-secrets = keys:api
    post-build-command = /bin/true
    """,
  ]

  @Test("with --tree show-config gives section, key and value; flags and --set agree; private values are in none of it")
  func tree() async throws {
    let desk = try Desk(Self.tree)
    let flags = ["--tree", "tree", "--resolved", "--json"]
    let result = try await desk.run(
      "show-config", flags[0], flags[1], flags[2], flags[3], "--product", "eos", "--personality=fr")
    let sections = try JSONDecoder().decode([String: [String: String]].self, from: Data(result.output.utf8))
    #expect(sections["build"]?["name"] == "eos-fr")
    #expect(sections["image"]?["host"] == "fr")
    #expect(sections["image"]?["token"] == Secret.mask)
    #expect(sections["keys"] == nil)
    let set = try await desk.run(
      "show-config", flags[0], flags[1], flags[2], flags[3], "--set", "product=eos", "--set", "personality=fr")
    let again = try JSONDecoder().decode([String: [String: String]].self, from: Data(set.output.utf8))
    #expect(again["image"] == sections["image"])
    #expect(again["build"]?["name"] == "eos-fr")
    for form in [[], ["--resolved"], ["--origin"], ["--json"], ["--resolved", "--json", "--origin"]] {
      let words = ["show-config", "--tree", "tree"] + form
      let shown = try await Child(
        [Workshop.binary.string] + words,
        environment: ["PATH": "/usr/bin:/bin", "HOME": desk.scratch.path.string], folder: desk.scratch.path
      ).wait()
      #expect(shown.status == 0, "\(shown.errors)")
      #expect(!(shown.output + shown.errors).contains("TreeMarker"), "\(form)")
      #expect(shown.output.contains("host"), "\(form)")
    }
  }

  @Test("with --tree the attributes name the image, and a plan hides the private values that its hooks get")
  func treePlan() async throws {
    let desk = try Desk(Self.tree)
    struct Plan: Decodable {
      var image: String
      var hookEnvironment: [String: String]
    }
    let result = try await desk.run(
      "plan", "--tree", "tree", "--product", "eos", "--arch", "amd64", "--platform", "pc", "--json",
      environment: ["IMAGE": "debian-13"])
    try #require(result.status == 0, "\(result.errors)")
    let plan = try JSONDecoder().decode(Plan.self, from: Data(result.output.utf8))
    #expect(plan.image == "eos-master-amd64-pc-base")
    #expect(plan.hookEnvironment["EIB_KEYS_API"] == Secret.mask)
    #expect(plan.hookEnvironment["EIB_IMAGE_HOST"] == "base")
    #expect(!result.output.contains("TreeMarker"))
    let other = try await desk.run("plan", "other", "--tree", "tree")
    #expect(other.status == 2)
    #expect(other.errors.contains("'other' is not the image"))
    #expect(try await desk.run("list", "--localdir", "x").status == 2)
  }

  @Test("a tree's private file that others may read is refused")
  func treePrivate() async throws {
    let desk = try Desk(Self.tree)
    chmod(desk.scratch.path.appending("tree/config/private.ini").string, 0o644)
    let result = try await desk.run("show-config", "--tree", "tree", "--resolved", "--json")
    #expect(result.status == 3)
    #expect(result.errors.contains("others than its owner may read it"))
    #expect(!(result.output + result.errors).contains("TreeMarker"))
  }

  // MARK: check

  @Test("check reports the findings of all images it is given, by file and line, and as objects")
  func checkFindings() async throws {
    let text = "[b]\ninherits = debian-13\nram = huge\nsome-key = x\n[a]\ninherits = debian-13\nimage-size = no\n"
    let desk = try Desk(["a.conf": text])
    for images in [["a", "b"], ["--all"]] {
      let result = try await desk.run(
        "check", images[0], images.last == "b" ? "b" : "--json", "--json", "--config", "a.conf")
      #expect(result.status == 3)
      let found = try objects(result.errors)
      #expect(found.dropLast().map(\.line) == [3, 4, 7], "\(result.errors)")
      #expect(found.dropLast().map(\.severity) == ["error", "warning", "error"])
      #expect(found.dropLast().allSatisfy { $0.file?.hasSuffix("/a.conf") == true })
      #expect(found[0].column == 7)
      #expect(found[1].hint != nil)
      #expect(found.last?.status == 3)
    }
  }

  @Test("check --all --json prints an object when nothing is wrong")
  func checkAll() async throws {
    struct Passed: Decodable {
      struct Image: Decodable { var image: String }
      var status: Int32
      var images: [Image]
      var files: [String]
    }
    let result = try await Desk().run("check", "--all", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let passed = try JSONDecoder().decode(Passed.self, from: Data(result.output.utf8))
    #expect(passed.status == 0)
    #expect(Set(passed.images.map(\.image)).isSuperset(of: ["debian-12", "debian-13"]))
    #expect(passed.files.contains { $0.hasSuffix("configs/defaults.conf") })
  }

  @Test("check says which files a build reads and writes, and is exit status 4 when only the host is not ready")
  func checkHost() async throws {
    let text = """
      [mine]
      inherits = debian-13
      kernel = /dev/null
      initrd = /dev/null
      mirror = http://ftp.debian.org/debian
      accelerator = tcg
      late-script = late.sh
      output-dir = /dev/null/images
      cache-dir = cache
      """
    let desk = try Desk(["a.conf": text, "late.sh": "#!/bin/sh\n"])
    let result = try await desk.run("check", "mine", "--config", "a.conf")
    #expect(result.status == 4, "\(result.errors)")
    #expect(result.errors.contains("cannot write to the folder '/dev/null'"))
    let parts = result.output.split(separator: "mine writes\n")
    try #require(parts.count == 2, "\(result.output)")
    #expect(parts[0].contains("/a.conf\n"))
    #expect(parts[0].contains("/late.sh\n"))
    #expect(parts[1].contains("  /dev/null/images/mine-"))
    #expect(parts[1].contains("qcow2.sha256sum\n"))
    #expect(parts[1].contains("/cache/\n"))
  }

  // MARK: settings and help

  @Test("the help of build has a line for every flag of the settings table")
  func help() async throws {
    struct Setting: Decodable {
      var key: String
      var flag: String?
      var type: String
    }
    let desk = try Desk()
    let help = try await desk.run("build", "--help").output
    let json = try await desk.run("settings", "--json").output
    let settings = try JSONDecoder().decode([Setting].self, from: Data(json.utf8))
    let words = Set(help.split(whereSeparator: \.isWhitespace))
    for setting in settings where setting.flag != nil {
      let flag = setting.type == "boolean" ? "--[no-]\(setting.key)" : "--\(setting.key)"
      #expect(words.contains(flag[...]), "\(setting.key)")
    }
    #expect(help.contains("  -f, --format "))
    #expect(help.split(separator: "\n").filter { !$0.hasPrefix("USAGE") }.allSatisfy { $0.count <= 80 })
    #expect(try await desk.run("settings", "--json", "--man").status == 2)
  }

  // MARK: import

  private static let template = """
    {"DestinationType": "virtual", "Version": 1, "Bundles": ["vim"], "Hostname": "box",
     "PartitionLayout": [{"disk": "d", "partition": 1, "size": "rest", "type": "linux"}],
     "FilesystemTypes": [{"disk": "d", "partition": 1, "type": "ext4"}],
     "PartitionMountPoints": [{"disk": "d", "partition": 1, "mount": "/"}],
     "LegacyBios": true, "PostChroot": ["/usr/bin/late"]}
    """

  @Test("import ister writes a config and its scripts that build from anywhere, and never over a file without --force")
  func importIster() async throws {
    let desk = try Desk(["t.json": Self.template, "there/empty": "", "script.sh": ""])
    let result = try await desk.run("import", "ister", "t.json", "--name", "web", "--output", "there/web.conf")
    try #require(result.status == 0, "\(result.errors)")
    #expect(result.output == "")
    #expect(desk.text("there/web.conf")?.contains("[web]\n") == true)
    #expect(desk.text("there/web-late.sh")?.contains("/usr/bin/late\n") == true)
    let shown = try await desk.run("check", "web", "--config", "there/web.conf", "--set", "accelerator=tcg")
    #expect(shown.output.contains("  \(desk.scratch.path)/there/web-late.sh\n"), "\(shown)")
    try desk.scratch.write("mine", to: "there/web.conf")
    let second = try await desk.run("import", "ister", "t.json", "--name", "web", "--output", "there/web.conf")
    #expect(second.status == 2)
    #expect(second.errors.contains("already there: 'there/web-late.sh', 'there/web.conf'"))
    #expect(desk.text("there/web.conf") == "mine")
    let forced = try await desk.run(
      "import", "ister", "t.json", "--name", "web", "--output", "there/web.conf", "--force")
    #expect(forced.status == 0)
    #expect(desk.text("there/web.conf")?.contains("[web]\n") == true)
  }

  @Test("import blueprint prints the config, what belongs beside it in comments")
  func importBlueprint() async throws {
    let text = """
      name = "web"
      version = "1.0.0"
      [[packages]]
      name = "nginx*"
      [[customizations.files]]
      path = "/etc/motd"
      data = "[hello]"
      """
    let desk = try Desk(["b.toml": text])
    let result = try await desk.run("import", "blueprint", "b.toml")
    try #require(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("[web]\n"))
    #expect(result.output.contains("\n# [hello]\n"))
    try desk.scratch.write(result.output, to: "b.conf")
    let shown = try await desk.run("show-config", "web", "--config", "b.conf", "--json")
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(shown.output.contains("\"packages\": \"nginx*\""))
  }

  @Test(
    "an import that the original refuses is exit status 3 with the path, and writes nothing",
    arguments: [
      ("ister", Self.template.replacing("\"rest\"", with: "\"huge\""), "PartitionLayout[0].size"),
      ("ister", "{", "the template"), ("blueprint", "name = \n", "the blueprint"), ("ister", "", "the template"),
    ])
  func importErrors(kind: String, text: String, path: String) async throws {
    let desk = try Desk(["t": text])
    let result = try await desk.run("import", kind, "t", "--output", "x.conf")
    #expect(result.status == 3)
    #expect(result.errors.contains(path), "\(result.errors)")
    #expect(desk.text("x.conf") == nil)
    let missing = try await desk.run("import", kind, "gone", "--json")
    #expect(missing.status == 3)
    #expect(try objects(missing.errors).last?.message.contains("'gone'") == true)
  }
}
