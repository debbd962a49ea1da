import Model
import Settings
import Testing

@Suite("Importing blueprints")
struct BlueprintImportTests {
  private static let good = """
    # A blueprint with everything that has a home.
    name = "my server"
    description = "Base: \\u00fcber \\"all\\""
    version = "0.0.1"

    [[packages]]
    name = "tmux"
    version = "2.9*"
    [[packages]]
    name = "vim*"
    version = "*"
    [[modules]]
    name = 'httpd'
    [[groups]]
    name = "@core"

    [customizations]
    hostname = "baseimage"
    kernel.append = "nosmt=force"

    [customizations.timezone]
    timezone = "US/Eastern"
    ntpservers = [
      "0.pool.example", # comment
      '1.pool.example',
    ]
    [customizations.locale]
    languages = ["en_US.UTF-8"]
    keyboard = "us"
    [customizations.firewall]
    ports = ["22:tcp", "80:tcp"]
    [customizations.firewall.services]
    enabled = ["ftp"]
    [customizations.services]
    enabled = ["sshd"]
    disabled = ["postfix"]
    masked = ["rpcbind"]
    [[customizations.user]]
    name = "admin"
    description = "Admin"
    password = "$6$salt$0123456789"
    groups = ["users", "wheel"]
    uid = 1_234
    shell = "/bin/bash"
    [[customizations.sshkey]]
    user = "admin"
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a@b"
    [[customizations.filesystem]]
    mountpoint = "/var"
    minsize = 2147483648
    [[customizations.filesystem]]
    mountpoint = "/"
    minsize = "5 GiB"
    [[customizations.files]]
    path = "/etc/custom"
    mode = "0600"
    user = "admin"
    group = "wheel"
    data = \"\"\"
    Hello
    world
    \"\"\"
    """

  @Test("name, packages with globs, groups and customizations arrive in a config that loads without a finding")
  func good() throws {
    let imported = ConfigImport.blueprint(Self.good, ImportRequest(file: "x.toml", inherits: "debian-x"))
    #expect(imported.findings.map(\.line) == [])
    let loaded = try ScratchFolder().load(
      "[debian-x]\ntemplate = yes\nlinux=/l\ninitrd=/i\npreseed=/p\n" + (imported.text ?? ""))
    #expect(loaded.allFindings(of: loaded.images).map(\.line) == [])
    let config = try #require(loaded.config(for: "my-server").config)
    let answers = config.answers
    #expect(config.description == "Base: über \"all\"")
    #expect(answers.packages == ["tmux=2.9*", "vim*", "httpd"] && answers.groups == ["@core"])
    #expect(
      answers.hostname == "baseimage" && answers.kernelArguments == ["nosmt=force"] && answers.timeZone == "US/Eastern")
    #expect(answers.timeServers == ["0.pool.example", "1.pool.example"] && answers.keymap == "us")
    #expect(answers.firewall == Firewall(enabled: true, open: ["22/tcp", "80/tcp", "ftp"]))
    #expect(
      answers.services.enabled == ["sshd"] && answers.services.disabled == ["postfix"]
        && answers.services.masked == ["rpcbind"])
    let user = try #require(answers.users.first)
    #expect(user.name == "admin" && user.uid == 1234 && user.groups == ["users", "wheel"] && user.sshKeys.count == 1)
    #expect(answers.disk.partitions.map(\.mountPoint) == ["/var", "/"])
    #expect(config.disk.size.bytes == (7 << 30) + (2 << 20))
    #expect(answers.files.map(\.path) == ["/etc/custom"] && answers.files.map(\.owner) == ["admin:wheel"])
    #expect(imported.files.map(\.content) == ["Hello\nworld\n"])
  }

  @Test("a version is written as the distribution's installer wants it")
  func versions() {
    let text = "name = \"x\"\ndistro = \"fedora-42\"\n[[packages]]\nname = \"tmux\"\nversion = \"2.9\"\n"
    let imported = ConfigImport.blueprint(text, ImportRequest(file: "x.toml"))
    #expect(imported.text?.contains("inherits = fedora-42\n") == true)
    #expect(imported.text?.contains("packages = tmux-2.9\n") == true)
  }

  @Test("what has no home is named with the reason")
  func unsupported() {
    let text =
      Self.good + """

        [[customizations.directories]]
        path = "/x"
        [customizations.openscap]
        profile_id = "x"
        [customizations.nonsense]
        [[containers]]
        source = "x"
        """
    let imported = ConfigImport.blueprint(text, ImportRequest(file: "x.toml"))
    #expect(imported.text != nil)
    #expect(
      imported.findings.compactMap { $0.message.split(separator: ":").first.map(String.init) }.sorted() == [
        "containers", "customizations.directories", "customizations.nonsense", "customizations.openscap",
      ])
  }

  @Test(
    "broken or refused blueprints are errors",
    arguments: [
      ("x = 1", "x.toml: error: name: is missing"),
      ("name = x", "x.toml:1: error: the blueprint: 'x' is no value; a text stands in quotes"),
      ("name = \"x", "x.toml:1: error: the blueprint: a text is not closed"),
      ("name = \"x\"\nname = \"y\"", "x.toml:2: error: the blueprint: the key 'name' stands twice"),
      ("[a]\n[a]", "x.toml:2: error: the blueprint: the table 'a' stands twice"),
      ("name = \"x\" y", "x.toml:1: error: the blueprint: something follows the end of a line"),
      ("name = [\"x\"]", "x.toml: error: name: is a list, expected a text"),
      (
        "name = \"x\"\n[[customizations.user]]\nname = \"u\"\npassword = \"clear\"",
        "x.toml: error: customizations.user[0].password: is in clear text (write a hash as 'openssl passwd -6' makes it)"
      ),
    ])
  func refused(text: String, expected: String) {
    let imported = ConfigImport.blueprint(text, ImportRequest(file: "x.toml"))
    #expect(
      imported.findings.filter { $0.severity == .error }.map(\.line).contains(expected),
      "\(imported.findings.map(\.line))")
    #expect(imported.text == nil)
  }

  @Test("a value can break out of no line of the config")
  func injection() throws {
    let text =
      "name = \"x\"\ndescription = \"a\\n[evil]\\nlinux = /e\\u2028[evil2]\"\n[[packages]]\nname = \"p\\n[evil3]\"\n"
    let imported = ConfigImport.blueprint(text, ImportRequest(file: "x.toml"))
    let file = INIFile(name: "x", text: imported.text ?? "")
    #expect(file.problems.isEmpty && file.sections.map(\.name) == ["x"])
  }
}
