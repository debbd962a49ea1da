import Installers
import Model
import SystemPackage
import Testing

@Suite("what a Kickstart cannot say") struct KickstartRefusalTests {
  typealias Refused = Refusal<InstallAnswers>

  private static func user(_ change: (inout UserAccount) -> Void) -> [UserAccount] {
    var user = UserAccount(name: "ada")
    change(&user)
    return [user]
  }

  private static func root(_ change: (inout PartitionRequest) -> Void) -> [PartitionRequest] {
    var root = PartitionRequest.root
    change(&root)
    return [root]
  }

  static let all: [Refused] = [
    Refused("locale", "a line end") { $0.locale = "en_US\nrootpw x" },
    Refused("keymap", "three words") { $0.keymap = "de nodeadkeys more" },
    Refused("keymap", "a comma, a second layout") { $0.keymap = "de,us" },
    Refused("timezone", "an option") { $0.timeZone = "--nontp" },
    Refused("time-servers", "an option") { $0.timeServers = ["--nts"] },
    Refused("hostname", "a domain") { $0.hostname = "a.example.org" },
    Refused("domain", "a semicolon") { $0.domain = "example.org;reboot" },
    Refused("mirror", "another scheme") { $0.archive.mirror = "nfs://host/tree" },
    Refused("mirror", "none") { $0.archive.mirror = "" },
    Refused("security-mirror", "no URL") { $0.archive.securityMirror = "updates" },
    Refused("components", "not of this format") { $0.archive.components = ["main", "contrib"] },
    Refused("packages", "an excluded one") { $0.packages = ["-kernel"] },
    Refused("packages", "a group") { $0.packages = ["@core"] },
    Refused("packages", "a comment") { $0.packages = ["vim#x"] },
    Refused("excluded-packages", "a blank") { $0.excludedPackages = ["a b"] },
    Refused("groups", "a name instead of an id") { $0.groups = ["Development Tools"] },
    Refused("kernel-arguments", "a quote") { $0.kernelArguments = ["a=\"b\""] },
    Refused("services-enable", "a comma") { $0.services.enabled = ["a,b"] },
    Refused("services-mask", "a shell's word") { $0.services.masked = ["a;reboot"] },
    Refused("firewall-open", "a port beyond the last") {
      $0.firewall = Firewall(enabled: true, open: ["70000/tcp"])
    },
    Refused("firewall-open", "an option") { $0.firewall = Firewall(enabled: true, open: ["--all"]) },
    Refused("firewall-open", "though it is off") { $0.firewall = Firewall(enabled: false, open: ["22/tcp"]) },
    Refused("root-password-hash", "plain text") { $0.root = .passwordHash(Secret("MARKER")) },
    Refused("user:Ada", "a capital") { $0.users = [UserAccount(name: "Ada")] },
    Refused("user:ada", "twice") { $0.users = [UserAccount(name: "ada"), UserAccount(name: "ada")] },
    Refused("user:ada", "a colon in the full name") { $0.users = user { $0.fullName = "a:b" } },
    Refused("user:ada", "a line end in the full name") { $0.users = user { $0.fullName = "a\u{2028}b" } },
    Refused("user:ada", "root's id") { $0.users = user { $0.uid = 0 } },
    Refused("user:ada", "a password as hash") { $0.users = user { $0.passwordHash = Secret("MARKER") } },
    Refused("user:ada", "two lines as one key") { $0.users = user { $0.sshKeys = ["ssh-rsa A\nssh-rsa B"] } },
    Refused("user:root", "two hashes") {
      var root = UserAccount(name: "root")
      root.passwordHash = Secret(Sample.hash)
      $0.users = [root]
      $0.root = .passwordHash(Secret(Sample.hash))
    },
    Refused("file:/etc/../x", "a path out of its folder") { $0.files = [PlacedFile(path: "/etc/../x", source: "/x")] },
    Refused("file:/etc/x", "an owner without a group") {
      $0.files = [PlacedFile(path: "/etc/x", source: "/x", owner: "root")]
    },
    Refused("repository:r", "no URL") {
      $0.archive.repositories = [Repository(name: "r", source: "deb x", key: nil)]
    },
    Refused("repository:a b", "a blank") {
      $0.archive.repositories = [Repository(name: "a b", source: "http://h/", key: nil)]
    },
    Refused("partitions", "no root") {
      $0.disk.partitions = [PartitionRequest(name: "a", size: nil, fileSystem: .ext4, mountPoint: "/srv")]
    },
    Refused("partition:root", "btrfs, which RHEL does not have") {
      $0.disk.partitions = root { $0.fileSystem = .btrfs }
    },
    Refused("partition:root", "a boot loader on a logical volume") {
      $0.disk.partitions = root { $0.volumeGroup = "vg" }
    },
    Refused("packages", "from an OSTree") {
      $0.ostree = OSTreeSource(remote: "a", url: "http://h/repo", ref: "a/b")
      $0.packages = ["vim"]
    },
    Refused("ostree-url", "no URL") { $0.ostree = OSTreeSource(remote: "a", url: "x y", ref: "a/b") },
    Refused("ostree-ref", "an option") { $0.ostree = OSTreeSource(remote: "a", url: "http://h/r", ref: "--nogpg") },
  ]

  @Test("is refused with the setting's name and place", arguments: all)
  func refuses(refused: Refused) throws {
    try refused.check(Kickstart(), in: KickstartSample.request(KickstartSample.plain(), "RHEL9"))
  }

  @Test("a release without a table is refused, with the known ones", arguments: ["", "RHEL8", "F27", "rhel9"])
  func dialects(dialect: String) throws {
    let request = KickstartSample.request(KickstartSample.plain(), dialect)
    let error = try #require(throws: FactoryError.self) { try Kickstart().render(request) }
    #expect(error.message.contains("'answer-dialect'") && error.hint?.contains("'RHEL10'") == true)
  }

  @Test("a script without an interpreter is refused", arguments: InstallScript.Moment.allCases)
  func noInterpreter(moment: InstallScript.Moment) throws {
    var answers = KickstartSample.plain()
    answers.scripts = [InstallScript(moment, source: "/x")]
    var request = RenderRequest(answers: answers) { _ in Array("echo\n".utf8) }
    request.dialect = "RHEL9"
    let error = try #require(throws: FactoryError.self) { try Kickstart().render(request) }
    #expect(error.message.contains("-script'"))
  }

  @Test("a word with a blank cannot stand on the kernel line")
  func kernelLine() throws {
    var tuning = InstallerTuning()
    tuning.append = ["a b"]
    #expect(throws: FactoryError.self) {
      try Kickstart().kernelArguments(KickstartSample.request(KickstartSample.plain(), "RHEL9"), tuning: tuning)
    }
  }
}
