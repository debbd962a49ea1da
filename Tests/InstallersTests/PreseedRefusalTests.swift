import Installers
import Model
import SystemPackage
import Testing

@Suite("what a preseed cannot say")
struct PreseedRefusalTests {
  static let all: [Refusal<InstallAnswers>] = [
    Refusal("locale", "a line end") { $0.locale = "en_US\nd-i x/y string z" },
    Refusal("keymap", "three words") { $0.keymap = "de nodeadkeys more" },
    Refusal("keymap", "unknown") { $0.keymap = "xy" },
    Refusal("timezone", "a blank at the end") { $0.timeZone = "Etc/UTC " },
    Refusal("hostname", "a domain") { $0.hostname = "a.example.org" },
    Refusal("hostname", "empty") { $0.hostname = "" },
    Refusal("domain", "a semicolon") { $0.domain = "example.org;reboot" },
    Refusal("mirror", "another scheme") { $0.archive.mirror = "ftp://ftp.debian.org/debian" },
    Refusal("mirror", "a user name") { $0.archive.mirror = "http://me@ftp.debian.org/debian" },
    Refusal("suite", "a slash") { $0.archive.suite = "../trixie" },
    Refusal("components", "unknown") { $0.archive.components = ["main", "universe"] },
    Refusal("components", "without main") { $0.archive.components = ["contrib"] },
    Refusal("packages", "a shell's word") { $0.packages = ["vim;reboot"] },
    Refusal("packages", "an option") { $0.packages = ["--allow-remove"] },
    Refusal("excluded-packages", "a blank") { $0.excludedPackages = ["a b"] },
    Refusal("groups", "a comma") { $0.groups = ["standard, web"] },
    Refusal("kernel-arguments", "a quote") { $0.kernelArguments = ["a=\"b\""] },
    Refusal("kernel-arguments", "the separator") { $0.kernelArguments = ["---"] },
    Refusal("kernel-arguments", "a backslash") { $0.kernelArguments = ["a=\\n"] },
    Refusal("services-enable", "a blank") { $0.services.enabled = ["a b"] },
    Refusal("time-servers", "a quote") { $0.timeServers = ["a'b"] },
    Refusal("root-password-hash", "plain text") { $0.root = .passwordHash(Secret("MARKER")) },
    Refusal("user:Ada", "a capital") { $0.users = [UserAccount(name: "Ada")] },
    Refusal("user:ada", "twice") { $0.users = [UserAccount(name: "ada"), UserAccount(name: "ada")] },
    Refusal("user:ada", "a colon in the full name") {
      var user = UserAccount(name: "ada")
      user.fullName = "a:b"
      $0.users = [user]
    },
    Refusal("user:ada", "two lines as one key") {
      var user = UserAccount(name: "ada")
      user.sshKeys = ["ssh-rsa A\nssh-rsa B"]
      $0.users = [user]
    },
    Refusal("file:/etc/../x", "a path out of its folder") { $0.files = [PlacedFile(path: "/etc/../x", source: "/x")] },
    Refusal("file:/etc/x", "an owner without a group") {
      $0.files = [PlacedFile(path: "/etc/x", source: "/x", owner: "root")]
    },
    Refusal("repository:r", "no suite") {
      $0.archive.repositories = [Repository(name: "r", source: "http://h/debian", key: nil)]
    },
    Refusal("partitions", "no root") {
      $0.disk.partitions = [PartitionRequest(name: "a", size: nil, fileSystem: .ext4, mountPoint: "/srv")]
    },
    Refusal("partition:root", "a shell's words as options of mkfs") {
      $0.disk.partitions[0].mkfsOptions = ["-O", "$x"]
    },
    Refusal("partition:root", "a brace in the mount point") {
      $0.disk.partitions[0].mountPoint = "/a}"
      // A layout without a root is refused before.
      $0.disk.partitions.append(
        PartitionRequest(name: "other", size: .gibibytes(1), fileSystem: .ext4, mountPoint: "/"))
    },
    Refusal("firewall", "not a question of the installer") { $0.firewall = Firewall(enabled: true, open: []) },
    Refusal("selinux", "not a question of the installer") { $0.selinux = .enforcing },
    Refusal("error-script", "not a moment of the installer") { $0.scripts = [InstallScript(.onError, source: "/x")] },
  ]

  @Test("is refused with the setting's name and place", arguments: all)
  func refuses(refusal: Refusal<InstallAnswers>) throws {
    try refusal.check(Preseed(), in: Sample.request(Sample.plain()))
  }

  @Test("a pinned installer is refused with a mirror by https, because the depot could not answer")
  func pinnedByHTTPS() {
    var answers = Sample.plain()
    answers.archive.mirror = "https://ftp.debian.org/debian"
    var request = Sample.request(answers)
    request.udebSuite = "trixie-pinned"
    request.proxy = "http://10.0.2.2:1/"
    #expect(throws: FactoryError.self) { try Preseed().render(request) }
  }

  @Test("a script without an interpreter is refused")
  func noInterpreter() {
    var answers = Sample.plain()
    answers.scripts = [InstallScript(.after, source: "/x")]
    let request = RenderRequest(answers: answers) { _ in Array("echo\n".utf8) }
    #expect(throws: FactoryError.self) { try Preseed().render(request) }
  }

  @Test("a file of the host that cannot be read is a config error with its path")
  func unreadable() throws {
    var answers = Sample.plain()
    answers.files = [PlacedFile(path: "/etc/x", source: "/nowhere/x")]
    let error = try #require(throws: FactoryError.self) { try Preseed().render(RenderRequest(answers: answers)) }
    #expect(error.message.contains("'/nowhere/x'"))
  }
}
