import Installers
import Model
import SystemPackage

/// One field of what formats render, and a change of it that a format must show or refuse.
struct EveryField: Sendable {
  /// As a reflection names it: `answers.users.shell`.
  var path: String
  /// The setting, as refusals name it.
  var setting: String
  /// What has to be there for the field to mean anything; made before both renderings.
  var prepare: @Sendable (inout RenderRequest) -> Void = { _ in }
  var change: @Sendable (inout RenderRequest) -> Void = { _ in }
  /// The same for the installer's kernel line.
  var tune: @Sendable (inout InstallerTuning) -> Void = { _ in }
  /// Formats in which nothing changes, each with the reason why that is right.
  var same: [String: String] = [:]

  /// A field of the answers.
  static func answer(
    _ path: String, _ setting: String, same: [String: String] = [:],
    after prepare: @escaping @Sendable (inout InstallAnswers) -> Void = { _ in },
    _ change: @escaping @Sendable (inout InstallAnswers) -> Void
  ) -> EveryField {
    EveryField(
      path: "answers." + path, setting: setting, prepare: { prepare(&$0.answers) }, change: { change(&$0.answers) },
      same: same)
  }

  /// A field of the request itself.
  static func request(
    _ path: String, _ setting: String, same: [String: String] = [:],
    _ change: @escaping @Sendable (inout RenderRequest) -> Void
  ) -> EveryField { EveryField(path: path, setting: setting, change: change, same: same) }

  static func tuning(
    _ path: String, _ setting: String, same: [String: String] = [:],
    _ tune: @escaping @Sendable (inout InstallerTuning) -> Void
  ) -> EveryField { EveryField(path: "tuning." + path, setting: setting, tune: tune, same: same) }

  /// In every format, for one reason.
  private static func everywhere(_ reason: String, but others: String...) -> [String: String] {
    Dictionary(FormatSample.names.filter { !others.contains($0) }.map { ($0, reason) }, uniquingKeysWith: { $1 })
  }

  static let all: [EveryField] = system + accounts + archive + software + layout + tree + requests + tunings

  private static let system: [EveryField] = [
    answer("locale", "locale") { $0.locale = "fr_FR.UTF-8" },
    answer("keymap", "keymap") { $0.keymap = "us" },
    answer("timeZone", "timezone") { $0.timeZone = "Asia/Tokyo" },
    answer("timeServers", "time-servers") { $0.timeServers = ["other.example.org"] },
    answer("timeServers", "time-servers", after: { $0.timeServers = [] }) { $0.timeServers = nil },
    answer("hostname", "hostname") { $0.hostname = "other" },
    answer("domain", "domain") { $0.domain = "other.example" },
    answer("root", "root-password-hash") { $0.root = .locked },
    answer("rootPassword", "root-password-file", same: everywhere("planning puts a hash in its place")) {
      $0.rootPassword = PasswordSource(.file("/x"))
    },
    answer("services.enabled", "services-enable") { $0.services.enabled = ["other.service"] },
    answer("services.disabled", "services-disable") { $0.services.disabled = ["other.service"] },
    answer("services.masked", "services-mask") { $0.services.masked = ["other.service"] },
    answer("firewall.enabled", "firewall", after: { $0.firewall = Firewall(enabled: true, open: []) }) {
      $0.firewall?.enabled = false
    },
    answer("firewall.open", "firewall", after: { $0.firewall = Firewall(enabled: true, open: []) }) {
      $0.firewall?.open = ["99/tcp"]
    },
    answer("selinux", "selinux", after: { $0.selinux = nil }) { $0.selinux = .disabled },
    answer("kernelArguments", "kernel-arguments") { $0.kernelArguments.append("other=1") },
  ]

  private static let accounts: [EveryField] = [
    answer("users.name", "user:") { $0.users[0].name = "other" },
    answer("users.fullName", "user:ada") { $0.users[0].fullName = "Other" },
    answer("users.uid", "user:ada") { $0.users[0].uid = 4711 },
    answer("users.groups", "user:ada") { $0.users[0].groups = ["other"] },
    answer("users.shell", "user:ada") { $0.users[0].shell = "/bin/other" },
    answer("users.passwordHash", "user:ada") { $0.users[0].passwordHash = nil },
    answer("users.password", "user:ada", same: everywhere("planning puts a hash in its place")) {
      $0.users[0].password = PasswordSource(.file("/x"))
    },
    answer("users.sshKeys", "user:ada") { $0.users[0].sshKeys = ["ssh-rsa OTHER"] },
    answer("users.sudo", "user:ada") { $0.users[0].sudo.toggle() },
    answer("files.path", "file:") { $0.files[0].path = "/etc/other" },
    answer("files.source", "file:") { $0.files[0].source = "/host/other" },
    answer("files.mode", "file:") { $0.files[0].mode = 0o711 },
    answer("files.owner", "file:") { $0.files[0].owner = "other:other" },
    answer("scripts.moment", "before-script") { $0.scripts = [InstallScript(.before, source: "/host/other")] },
    answer("scripts.moment", "error-script", after: { $0.scripts = [] }) {
      $0.scripts = [InstallScript(.onError, source: "/host/other")]
    },
    answer("scripts.source", "late-script", after: { $0.scripts = [InstallScript(.after, source: "/host/late")] }) {
      $0.scripts[0].source = "/host/other"
    },
  ]

  private static let archive: [EveryField] = [
    answer("archive.mirror", "mirror") { $0.archive.mirror = "http://other.example.org/tree" },
    answer("archive.securityMirror", "security-mirror") { $0.archive.securityMirror = "http://other.example.org/s" },
    answer("archive.updateMirrors", "update-mirrors") { $0.archive.updateMirrors = ["http://other.example.org/u"] },
    answer("archive.suite", "suite") { $0.archive.suite = "other" },
    // One less where there are several, else one that is not its own.
    answer("archive.components", "components") {
      $0.archive.components = $0.archive.components.count > 1 ? ["main"] : ["main", "other"]
    },
    answer("archive.updates", "updates") { $0.archive.updates = false },
    answer("archive.repositories.name", "repository:") { $0.archive.repositories[0].name = "other" },
    answer("archive.repositories.source", "repository:") {
      $0.archive.repositories[0].source = $0.archive.repositories[0].source.replacing("example.org", with: "other.org")
    },
    answer("archive.repositories.key", "repository:") { $0.archive.repositories[0].key = nil },
  ]

  private static let software: [EveryField] = [
    answer("packages", "packages") { $0.packages = ["other"] },
    answer("excludedPackages", "excluded-packages") { $0.excludedPackages = ["other"] },
    answer("groups", "groups") { $0.groups = ["other"] },
    answer("recommends", "recommends") { $0.recommends.toggle() },
  ]

  /// Two plain partitions that every format lays out.
  private static let twoPartitions: @Sendable (inout InstallAnswers) -> Void = {
    $0.disk.partitions = [
      PartitionRequest(name: "boot", size: .mebibytes(512), fileSystem: .ext4, mountPoint: "/boot"), .root,
    ]
  }
  private static let volume: @Sendable (inout InstallAnswers) -> Void = {
    twoPartitions(&$0)
    $0.disk.partitions[1].volumeGroup = "system"
  }

  private static let layout: [EveryField] = [
    answer("disk.label", "partition-table") { $0.disk.label = .gpt },
    answer("disk.firmware", "firmware") { $0.disk.firmware = .uefi },
    // The name of a partition is its section's; a logical volume has it.
    answer("disk.partitions.name", "partition:", after: volume) { $0.disk.partitions[1].name = "other" },
    answer("disk.partitions.size", "partition:", after: twoPartitions) {
      $0.disk.partitions[0].size = .mebibytes(700)
    },
    answer("disk.partitions.fileSystem", "partition:", after: twoPartitions) {
      $0.disk.partitions[1].fileSystem = .xfs
    },
    answer("disk.partitions.mountPoint", "partition:", after: twoPartitions) {
      $0.disk.partitions[0].mountPoint = "/srv"
    },
    answer("disk.partitions.fileSystemLabel", "partition:", after: twoPartitions) {
      $0.disk.partitions[1].fileSystemLabel = "other"
    },
    answer("disk.partitions.mkfsOptions", "partition:", after: twoPartitions) {
      $0.disk.partitions[1].mkfsOptions = ["-m1"]
    },
    answer("disk.partitions.volumeGroup", "partition:", after: volume) { $0.disk.partitions[1].volumeGroup = "other" },
  ]

  private static let withTree: @Sendable (inout InstallAnswers) -> Void = {
    let archive = $0.archive
    $0 = InstallAnswers()
    $0.archive.mirror = archive.mirror
    $0.archive.suite = archive.suite
    $0.ostree = OSTreeSource(remote: "site", url: "https://ostree.example.org/repo", ref: "site/base")
  }

  private static let tree: [EveryField] = [
    answer("ostree.remote", "ostree-url", after: withTree) { $0.ostree?.remote = "other" },
    answer("ostree.url", "ostree-url", after: withTree) { $0.ostree?.url = "https://other.example.org" },
    answer("ostree.ref", "ostree-url", after: withTree) { $0.ostree?.ref = "site/other" },
  ]

  private static let requests: [EveryField] = [
    request("udebSuite", "pin") { $0.udebSuite = "trixie-other" },
    request("pinnedKeyFile", "pin", same: everywhere("only Debian's installer has pinned components", but: "preseed")) {
      $0.pinnedKeyFile = "other.gpg"
    },
    request("proxy", "depot") { $0.proxy = "http://10.0.2.2:4711/" },
    request("firmwareLookup", "firmware-lookup") { $0.firmwareLookup = true },
    request(
      "holdInitramfs", "hold-initramfs",
      same: everywhere("a matter of minutes in Debian's installer alone; the system is the same", but: "preseed")
    ) { $0.holdInitramfs = false },
    request(
      "firstBootHostKeys", "regenerate-host-keys",
      same: [
        "kickstart": "the distribution's own sshd-keygen.target makes missing keys at every start",
        "autoyast": "the distribution's own sshd.service makes missing keys at every start",
        "agama": "the distribution's own sshd.service makes missing keys at every start",
      ]
    ) { $0.firstBootHostKeys = false },
    request(
      "selfCleaning", "clean",
      same: Dictionary(
        AnswerFiles.all.filter { !$0.init().cleansItself }.map { ($0.name, "it does not clean itself, and says so") },
        uniquingKeysWith: { $1 })
    ) {
      $0.selfCleaning = Cleaning()
      $0.selfCleaning?.remove = ["/var/tmp/*"]
    },
    request(
      "selfCleansPartsOnly", "partitions",
      same: Dictionary(
        AnswerFiles.all.filter { !$0.init().cleansItself }.map { ($0.name, "it does not clean itself, and says so") },
        uniquingKeysWith: { $1 })
    ) {
      $0.selfCleaning = Cleaning()
      $0.selfCleansPartsOnly = true
    },
    request("powerOff", "power-off") { $0.powerOff = false },
    request("logPort", "log-port") { $0.logPort = "ttyS7" },
    request(
      "hasInstallerImage", "image-path", same: everywhere("the installer finds its own image", but: "agama")
    ) { $0.hasInstallerImage = false },
    request("disk", "disk") { $0.disk = "/dev/sdx" },
    request("diskSize", "partitions") { $0.diskSize = .mebibytes(40) },
    request("dialect", "answer-dialect") { $0.dialect = others[$0.dialect] ?? "RHEL9" },
    request("origins", "origins", same: everywhere("they say where a setting was written")) {
      $0.origins = ["locale": SourceLocation(file: "x.conf")]
    },
    request("readFile", "files") {
      $0.readFile = { path in
        path.string.hasSuffix(".asc") ? [0x99, 0x01, 0x0D, 0x04] : Array("#!/bin/sh\nother\n".utf8)
      }
    },
  ]

  private static let others = [
    "RHEL10": "F44", "SLE-15-SP6": "Tumbleweed", "24.04": "22.04", "Leap_16.0": "openSUSE_Leap",
  ]

  private static let tunings: [EveryField] = [
    tuning("noRandomization", "installer-randomization") { $0.noRandomization.toggle() },
    tuning("noMitigations", "installer-mitigations") { $0.noMitigations.toggle() },
    tuning("ipv6", "installer-ipv6") { $0.ipv6.toggle() },
    tuning("console", "console") { $0.console = "ttyS7" },
    tuning("repositoryPath", "repository-path", same: everywhere("'mirror' is the repository itself", but: "agama")) {
      $0.repositoryPath = "other"
    },
    tuning("append", "append") { $0.append = ["other=1"] },
  ]
}
