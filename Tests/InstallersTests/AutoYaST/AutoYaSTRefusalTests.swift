import Installers
import Model
import SystemPackage
import Testing

typealias SUSERefusal = Refusal<InstallAnswers>

/// What neither AutoYaST nor Agama can say.
enum SUSERefusals {
  static func user(_ change: @escaping @Sendable (inout UserAccount) -> Void)
    -> @Sendable (inout InstallAnswers) -> Void
  {
    {
      var user = UserAccount(name: "ada")
      change(&user)
      $0.users = [user]
    }
  }

  /// Refused by both formats.
  static let all: [SUSERefusal] = [
    SUSERefusal("ostree-url", "not of this distribution") {
      $0.ostree = OSTreeSource(remote: "a", url: "http://a", ref: "b")
    },
    SUSERefusal("error-script", "not a moment of the installer") {
      $0.scripts = [InstallScript(.onError, source: "/x")]
    },
    SUSERefusal("locale", "a line end") { $0.locale = "en_US\nx.UTF-8" },
    SUSERefusal("locale", "not UTF-8") { $0.locale = "de_DE.ISO-8859-1" },
    SUSERefusal("locale", "no country") { $0.locale = "C.UTF-8" },
    SUSERefusal("keymap", "three words") { $0.keymap = "de nodeadkeys more" },
    SUSERefusal("timezone", "a blank") { $0.timeZone = "Etc/UTC " },
    SUSERefusal("hostname", "a domain") { $0.hostname = "a.example.org" },
    SUSERefusal("domain", "a semicolon") { $0.domain = "example.org;reboot" },
    SUSERefusal("mirror", "another scheme") { $0.archive.mirror = "ftp://ftp.debian.org/x" },
    SUSERefusal("security-mirror", "no URL") { $0.archive.securityMirror = "x" },
    SUSERefusal("components", "unknown") { $0.archive.components = ["main", "contrib"] },
    SUSERefusal("packages", "a shell's word") { $0.packages = ["vim;reboot"] },
    SUSERefusal("packages", "a regular expression") { $0.packages = ["/vim.*/"] },
    SUSERefusal("packages", "an option") { $0.packages = ["--x"] },
    SUSERefusal("excluded-packages", "a blank") { $0.excludedPackages = ["a b"] },
    SUSERefusal("groups", "a comma") { $0.groups = ["base,x"] },
    SUSERefusal("kernel-arguments", "a quote") { $0.kernelArguments = ["a=\"b\""] },
    SUSERefusal("services-enable", "a blank") { $0.services.enabled = ["a b"] },
    SUSERefusal("services-mask", "a quote") { $0.services.masked = ["a'b"] },
    SUSERefusal("time-servers", "a quote") { $0.timeServers = ["a'b"] },
    SUSERefusal("firewall-open", "no port") { $0.firewall = Firewall(enabled: true, open: ["70000/tcp"]) },
    SUSERefusal("firewall-open", "ends exchanged") { $0.firewall = Firewall(enabled: true, open: ["20-10/tcp"]) },
    SUSERefusal("root-password-hash", "plain text") { $0.root = .passwordHash(Secret("MARKER")) },
    SUSERefusal("user:Ada", "a capital") { $0.users = [UserAccount(name: "Ada")] },
    SUSERefusal("user:ada", "twice") { $0.users = [UserAccount(name: "ada"), UserAccount(name: "ada")] },
    SUSERefusal("user:ada", "a colon in the full name", user { $0.fullName = "a:b" }),
    SUSERefusal("user:ada", "a blank around the full name", user { $0.fullName = " a" }),
    SUSERefusal("user:ada", "two lines as one key", user { $0.sshKeys = ["ssh-rsa A\nssh-rsa B"] }),
    SUSERefusal("user:ada", "no group", user { $0.groups = ["a,b"] }),
    SUSERefusal("user:ada", "plain text", user { $0.passwordHash = Secret("MARKER") }),
    SUSERefusal("user:ada", "a negative number", user { $0.uid = -1 }),
    SUSERefusal("user:root", "another number") {
      $0.users = [UserAccount(name: "root")]
      $0.users[0].uid = 5
    },
    SUSERefusal("user:root", "a full name") {
      $0.users = [UserAccount(name: "root")]
      $0.users[0].fullName = "x"
    },
    SUSERefusal("file:/etc/../x", "a path out of its folder") {
      $0.files = [PlacedFile(path: "/etc/../x", source: "/x")]
    },
    SUSERefusal("file:/etc/x", "an owner without a group") {
      $0.files = [PlacedFile(path: "/etc/x", source: "/x", owner: "root")]
    },
    SUSERefusal("repository:r", "no URL") {
      $0.archive.repositories = [Repository(name: "r", source: "http://h/debian suite main", key: nil)]
    },
    SUSERefusal("repository:r", "twice") {
      let one = Repository(name: "r", source: "http://h/r", key: nil)
      $0.archive.repositories = [one, one]
    },
    SUSERefusal("partitions", "no root") {
      $0.disk.partitions = [PartitionRequest(name: "a", size: nil, fileSystem: .ext4, mountPoint: "/srv")]
    },
  ]
}

@Suite("what an AutoYaST profile cannot say")
struct AutoYaSTRefusalTests {
  @Test("is refused with the setting's name and place", arguments: SUSERefusals.all)
  func refuses(refusal: SUSERefusal) throws {
    try refusal.check(AutoYaST(), in: SUSESample.request(SUSESample.plain(), dialect: "SLE-15-SP6"))
  }

  @Test("a keyboard layout that YaST would replace is refused")
  func keymap() throws {
    try SUSERefusal("keymap", "unknown") { $0.keymap = "xy" }
      .check(AutoYaST(), in: SUSESample.request(SUSESample.plain(), dialect: "SLE-15-SP6"))
  }

  @Test("an unknown release is refused", arguments: ["", "SLE-16", "RHEL9"])
  func dialect(name: String) throws {
    let error = try #require(throws: FactoryError.self) {
      try AutoYaST().render(SUSESample.request(SUSESample.plain(), dialect: name))
    }
    #expect(error.message.contains("'answer-dialect'"))
  }

  @Test("a word that would be two on the kernel line is refused")
  func kernelLine() {
    var tuning = InstallerTuning()
    tuning.append = ["two words"]
    #expect(throws: FactoryError.self) {
      try AutoYaST().kernelArguments(SUSESample.request(SUSESample.plain()), tuning: tuning)
    }
  }

  @Test("a script without an interpreter is refused")
  func noInterpreter() {
    var answers = SUSESample.plain()
    answers.scripts = [InstallScript(.after, source: "/x")]
    var request = RenderRequest(answers: answers) { _ in Array("echo\n".utf8) }
    request.dialect = "SLE-15-SP6"
    #expect(throws: FactoryError.self) { try AutoYaST().render(request) }
  }

  @Test("a user's own file gets the Python tool's kernel line, and the registry knows the format")
  func own() {
    #expect(AutoYaST().ownFileKernelArguments(fileName: "mine.xml") == ["autoyast=file:///mine.xml"])
    #expect(AnswerFiles.format(named: "autoyast") is AutoYaST)
    #expect(AutoYaST().delivery == .initrd)
    #expect(AutoYaST().oracle(dialect: "SLE-15-SP6").contains("FILE"))
  }
}
