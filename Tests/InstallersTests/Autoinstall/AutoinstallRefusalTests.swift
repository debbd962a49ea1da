import Model
import SystemPackage
import Testing

@testable import Installers

@Suite("what an autoinstall file cannot say")
struct AutoinstallRefusalTests {
  typealias AutoinstallRefusal = Refusal<RenderRequest>

  static let all: [AutoinstallRefusal] = [
    AutoinstallRefusal("answer-dialect", "an unknown release") { $0.dialect = "20.04" },
    AutoinstallRefusal("answer-dialect", "none") { $0.dialect = "" },
    AutoinstallRefusal("suite", "another release's") { $0.answers.archive.suite = "jammy" },
    AutoinstallRefusal("selinux", "Ubuntu has none") { $0.answers.selinux = .enforcing },
    AutoinstallRefusal("ostree-url", "no such installation") {
      $0.answers.ostree = OSTreeSource(remote: "r", url: "http://h/", ref: "x")
    },
    AutoinstallRefusal("pin", "a pinned suite") { $0.udebSuite = "x-pinned" },
    AutoinstallRefusal("locale", "a line end") { $0.answers.locale = "C\nversion: 2" },
    AutoinstallRefusal("timezone", "a quote") { $0.answers.timeZone = "Etc/\"UTC" },
    AutoinstallRefusal("keymap", "three words") { $0.answers.keymap = "de a b" },
    AutoinstallRefusal("keymap", "an option") { $0.answers.keymap = "-x" },
    AutoinstallRefusal("hostname", "a command") { $0.answers.hostname = "$(reboot)" },
    AutoinstallRefusal("domain", "a blank") { $0.answers.domain = "a b" },
    AutoinstallRefusal("mirror", "no URL") { $0.answers.archive.mirror = "ftp://h/" },
    AutoinstallRefusal("security-mirror", "no URL") { $0.answers.archive.securityMirror = "h" },
    AutoinstallRefusal("components", "Debian's") { $0.answers.archive.components = ["main", "non-free"] },
    AutoinstallRefusal("components", "no main") { $0.answers.archive.components = ["universe"] },
    AutoinstallRefusal("packages", "an option") { $0.answers.packages = ["--allow"] },
    AutoinstallRefusal("excluded-packages", "a shell's word") { $0.answers.excludedPackages = ["a;b"] },
    AutoinstallRefusal("groups", "a blank") { $0.answers.groups = ["a b"] },
    AutoinstallRefusal("kernel-arguments", "a quote") { $0.answers.kernelArguments = ["a=\"b"] },
    AutoinstallRefusal("kernel-arguments", "a variable") { $0.answers.kernelArguments = ["a=$b"] },
    AutoinstallRefusal("services-mask", "a blank") { $0.answers.services.masked = ["a b"] },
    AutoinstallRefusal("time-servers", "a quote") { $0.answers.timeServers = ["a'b"] },
    AutoinstallRefusal("time-servers", "another keeper") {
      $0.answers.timeServers = ["t"]
      $0.answers.packages = ["ntpsec"]
    },
    AutoinstallRefusal("firewall-open", "no port") { $0.answers.firewall = Firewall(enabled: true, open: ["0/tcp"]) },
    AutoinstallRefusal("firewall-open", "a command") {
      $0.answers.firewall = Firewall(enabled: true, open: ["ssh;id"])
    },
    AutoinstallRefusal("firewall-open", "nothing") { $0.answers.firewall = Firewall(enabled: true, open: [""]) },
    AutoinstallRefusal("root-password-hash", "plain text") { $0.answers.root = .passwordHash(Secret("MARKER")) },
    AutoinstallRefusal("user:Ada", "a capital") { $0.answers.users = [UserAccount(name: "Ada")] },
    AutoinstallRefusal("user:ada", "twice") {
      $0.answers.users = [UserAccount(name: "ada"), UserAccount(name: "ada")]
    },
    AutoinstallRefusal("user:ada", "a colon in the full name") {
      var user = UserAccount(name: "ada")
      user.fullName = "a:b"
      $0.answers.users = [user]
    },
    AutoinstallRefusal("user:ada", "a colon in the shell") {
      var user = UserAccount(name: "ada")
      user.shell = "/bin/sh:x"
      $0.answers.users = [user]
    },
    AutoinstallRefusal("user:ada", "two keys in one line") {
      var user = UserAccount(name: "ada")
      user.sshKeys = ["ssh-rsa A\nssh-rsa B"]
      $0.answers.users = [user]
    },
    AutoinstallRefusal("file:/etc/../x", "a way up") {
      $0.answers.files = [PlacedFile(path: "/etc/../x", source: "/x")]
    },
    AutoinstallRefusal("file:/etc/x", "no group") {
      $0.answers.files = [PlacedFile(path: "/etc/x", source: "/x", owner: "root")]
    },
    AutoinstallRefusal("repository:r", "no suite") {
      $0.answers.archive.repositories = [Repository(name: "r", source: "http://h/u", key: nil)]
    },
    AutoinstallRefusal("repository:a/b", "a path as the name") {
      $0.answers.archive.repositories = [Repository(name: "a/b", source: "http://h/u s main", key: nil)]
    },
    AutoinstallRefusal("repository:r", "a variable of curtin's") {
      $0.answers.archive.repositories = [Repository(name: "r", source: "http://h/u $RELEASE main", key: nil)]
    },
    AutoinstallRefusal("repository:r", "no key in the key's file") {
      $0.answers.archive.repositories = [Repository(name: "r", source: "http://h/u s main", key: "/x")]
    },
    AutoinstallRefusal("late-script", "no interpreter") {
      $0.answers.scripts = [InstallScript(.after, source: "/x")]
      $0.readFile = { _ in Array("echo\n".utf8) }
    },
    AutoinstallRefusal("partition:swap", "a label that swap cannot have") {
      $0.answers.disk.partitions.append(
        PartitionRequest(
          name: "swap", size: .gibibytes(1), fileSystem: .swap, mountPoint: nil, fileSystemLabel: "sixteen-letters0"))
    },
    AutoinstallRefusal("partitions", "no root") {
      $0.answers.disk.partitions = [PartitionRequest(name: "a", size: nil, fileSystem: .ext4, mountPoint: "/srv")]
    },
    AutoinstallRefusal("depot", "no address") { $0.proxy = "socks://x" },
  ]

  @Test("is refused with the setting's name and place", arguments: all)
  func refuses(refusal: AutoinstallRefusal) throws {
    try refusal.check(Autoinstall(), in: AutoinstallSample.request(AutoinstallSample.plain()))
  }
}
