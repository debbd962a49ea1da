import Model
import Settings
import SystemPackage
import Testing

@Suite("Typed settings")
struct TypedConfigTests {
  static let full = """
    [DEFAULT]
    cache_dir = ~/cache
    [base]
    template = yes
    distribution = debian
    packages = one
      two
    clean-logs = /var/log/installer, /var/log/a b
    post-build-command2 = second
    [full]
    inherits = base
    description = All of it
    release = 13
    suite = trixie
    components = main contrib
    updates = off
    mirror = http://a.example/debian/, https://b.example/debian
    security-mirror = http://s.example/
    installer = current
    kernel-sha256 = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    keyring = /k.gpg
    fetch-timeout = 1h30m
    depot = no
    append = quiet "a b=c"  x="1 2"
    locale = de_DE.UTF-8
    keymap = de nodeadkeys
    timezone = Europe/Berlin
    time-servers = ntp1.example ntp2.example
    hostname = golden
    domain = example.org
    root-password-hash = $6$salt$0123456789abcdef
    users = ann, bob
    kernel-arguments = console=ttyS0
    firewall = no
    firewall-open = 22/tcp ssh
    selinux = permissive
    files = motd
    before-script = b.sh
    late-script = l1.sh, l 2.sh
    error-script = e.sh
    ostree-remote = r
    ostree-url = http://o.example
    ostree-ref = os/x86_64/main
    repositories = extra
    packages = ${base:packages} three=1.2*
    excluded-packages = nano
    tasks = standard
    recommends = no
    services-enable = a.service
    services-disable = b
    services-mask = c@d
    partition-table = gpt
    firmware = uefi
    partitions = esp root swap
    libvirt-uri = qemu:///session
    start-libvirt = no
    accelerator = kvm
    cpu = Nehalem
    cpu-level = 2
    cores = 4
    memory = 1.5 GiB
    osinfo = debian13
    mac = 52:54:00:aa:bb:cc
    vnc = localhost:7
    install-timeout = 2h
    stall-timeout = 10m
    disk-cache = none
    tb-size = 512M
    installer-randomization = yes
    installer-mitigations = yes
    installer-ipv6 = yes
    firmware-lookup = yes
    hold-initramfs = no
    image_size = 8 GB
    format = RAW, qcow2
    keep-raw = 1
    output-dir = out
    work-dir = /scratch
    clean-remove =
    clean-empty = /etc/machine-id
    regenerate-host-keys = no
    one-partition = yes
    log-file = no
    log-filename = x.log
    installer-logs = FALSE
    upload_destinations = here, and there
    post-build-command = echo "two words" 'x y'
    post-build-command10 = last
    [user:ann]
    full-name = Ann Other
    uid = 1001
    groups = adm dialout
    shell = /bin/zsh
    password-hash = $$y$$j9T$$abcdefghijk
    sudo = yes
    ssh-keys =
      ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ann@home
      key.pub
    [user:bob]
    [partition:esp]
    size = 256M
    file-system = vfat
    mount-point = /boot/efi
    label = ESP
    [partition:root]
    mkfs-options = -E "lazy_itable_init=0"
    mountpoint = /
    volume-group = vg0
    [partition:swap]
    size = 1G
    file-system = swap
    [repository:extra]
    source = http://x.example stable main
    key = x.gpg
    [file:motd]
    path = /etc/motd
    source = motd
    mode = 0600
    owner = root:adm
    [here]
    upload_type = rsync
    upload_target = me@host:/srv/
    upload_args = --progress -e "ssh -p 2222"
    post-upload-command = ssh host "ls ${image}"
    post-upload-command2 = two
    post-upload-command1 = one
    [and there]
    inherits = here
    upload-target = /mnt/
    """

  private func config() throws -> ImageConfig {
    let scratch = try ScratchFolder()
    try scratch.write(
      "work/key.pub",
      "# comment\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ann@work\n")
    let loaded = try scratch.load(Self.full)
    #expect(loaded.allFindings(of: loaded.images).map(\.line) == [])
    #expect(loaded.images == ["full"])
    var config = try #require(loaded.config(for: "full").config)
    config.origins = [:]
    // Paths below the scratch folder are shown without it.
    config.source.cacheFolder = config.source.cacheFolder.map {
      FilePath(String($0.string.dropFirst(scratch.path.string.count)))
    }
    return config
  }

  @Test("every setting of an image reaches the model")
  func image() throws {
    let config = try config()
    #expect(config.description == "All of it" && config.distribution == "debian" && config.release == "13")
    #expect(config.source.mirrors == ["http://a.example/debian", "https://b.example/debian"])
    #expect(
      config.source.securityMirror == "http://s.example" && config.source.choice == .current && !config.source.depot)
    #expect(config.source.kernelSHA256 == String(repeating: "a", count: 64) && config.source.keyring == "/k.gpg")
    #expect(config.source.fetchTimeout == .seconds(5400) && config.source.cacheFolder == "/home/cache")
    #expect(config.answerFile.append == ["quiet", "\"a b=c\"", "x=\"1 2\""])
    #expect(
      config.disk.size == ByteSize(bytes: 8_000_000_000) && config.disk.formats == ["raw", "qcow2"]
        && config.disk.keepRaw)
    #expect(config.disk.workFolder == "/scratch")
    #expect(config.cleaning.logs == ["/var/log/installer", "/var/log/a b"] && config.cleaning.remove.isEmpty)
    #expect(
      config.cleaning.empty == ["/etc/machine-id"] && !config.cleaning.regenerateHostKeys
        && config.cleaning.onePartition)
    #expect(!config.log.file && config.log.fileName == "x.log" && !config.log.installerLogs)
    #expect(config.publishing.postBuildCommands == [["echo", "two words", "x y"], ["second"], ["last"]])
  }

  @Test("every setting of the machine reaches the model")
  func machine() throws {
    let machine = try config().machine
    #expect(machine.libvirtURI == "qemu:///session" && !machine.startLibvirt && machine.accelerator == .kvm)
    #expect(
      machine.cpu == "Nehalem" && machine.cpuLevel == 2 && machine.cores == 4 && machine.memory == .mebibytes(1536))
    #expect(machine.osinfo == ["debian13"] && machine.macAddress == "52:54:00:aa:bb:cc" && machine.vnc == "localhost:7")
    #expect(machine.installTimeout == .seconds(7200) && machine.stallTimeout == .seconds(600))
    #expect(machine.diskCache == "none" && machine.translationCache == .mebibytes(512))
    #expect(machine.installerNoRandomization == false && !machine.installerNoMitigations && machine.installerIPv6)
    #expect(machine.firmwareLookup && !machine.holdInitramfs)
  }

  @Test("every answer reaches the model")
  func answers() throws {
    let answers = try config().answers
    #expect(answers.locale == "de_DE.UTF-8" && answers.keymap == "de nodeadkeys" && answers.timeZone == "Europe/Berlin")
    #expect(answers.timeServers == ["ntp1.example", "ntp2.example"])
    #expect(answers.hostname == "golden" && answers.domain == "example.org")
    #expect(answers.root == .passwordHash(Secret("$6$salt$0123456789abcdef")))
    #expect(
      answers.archive.suite == "trixie" && answers.archive.components == ["main", "contrib"] && !answers.archive.updates
    )
    #expect(answers.archive.repositories.map(\.source) == ["http://x.example stable main"])
    #expect(answers.packages == ["one", "two", "three=1.2*"] && answers.excludedPackages == ["nano"])
    #expect(answers.groups == ["standard"] && !answers.recommends)
    #expect(
      answers.services.enabled == ["a.service"] && answers.services.disabled == ["b"]
        && answers.services.masked == ["c@d"])
    #expect(answers.firewall == Firewall(enabled: false, open: ["22/tcp", "ssh"]) && answers.selinux == .permissive)
    #expect(answers.kernelArguments == ["console=ttyS0"])
    #expect(answers.scripts.map(\.moment) == [.before, .after, .after, .onError])
    #expect(answers.scripts.map { $0.source.lastComponent?.string } == ["b.sh", "l1.sh", "l 2.sh", "e.sh"])
    #expect(answers.ostree == OSTreeSource(remote: "r", url: "http://o.example", ref: "os/x86_64/main"))
    #expect(answers.files.map(\.mode) == [0o600] && answers.files.map(\.owner) == ["root:adm"])
  }

  @Test("users, partitions and destinations are read from their sections")
  func sections() throws {
    let config = try config()
    let ann = try #require(config.answers.users.first)
    #expect(
      ann.fullName == "Ann Other" && ann.uid == 1001 && ann.groups == ["adm", "dialout"] && ann.shell == "/bin/zsh")
    #expect(ann.passwordHash == Secret("$y$j9T$abcdefghijk") && ann.sudo)
    #expect(ann.sshKeys.map { $0.suffix(8) } == ["ann@home", "ann@work"])
    #expect(config.answers.users.map(\.name) == ["ann", "bob"])
    let disk = config.answers.disk
    #expect(disk.label == .gpt && disk.firmware == .uefi)
    #expect(disk.partitions.map(\.name) == ["esp", "root", "swap"])
    #expect(disk.partitions.map(\.size) == [.mebibytes(256), nil, .gibibytes(1)])
    #expect(disk.partitions.map(\.fileSystem) == [.vfat, .ext4, .swap])
    #expect(disk.partitions[1].mkfsOptions == ["-E", "lazy_itable_init=0"] && disk.partitions[1].volumeGroup == "vg0")
    let uploads = config.publishing.destinations
    #expect(uploads.map(\.name) == ["here", "and there"] && uploads.map(\.target) == ["me@host:/srv/", "/mnt/"])
    #expect(uploads[0].arguments == ["--progress", "-e", "ssh -p 2222"])
    #expect(uploads[0].postUploadCommands == [["ssh", "host", "ls ${image}"], ["one"], ["two"]])
    #expect(uploads[1].postUploadCommands.count == 3)
    #expect(
      uploads[0].location?.line
        == Self.full.split(separator: "\n", omittingEmptySubsequences: false).firstIndex(of: "[here]").map { $0 + 1 })
  }

  @Test("an empty value takes an inherited one back")
  func emptied() throws {
    let loaded = try ScratchFolder().load(
      "[b]\ntemplate=1\nmac = 52:54:00:00:00:01\npreseed = /p\n[a]\ninherits = b\nmac =\npreseed =\nkickstart = /k\nlinux=/l\ninitrd=/i\n"
    )
    let config = try #require(loaded.config(for: "a").config)
    #expect(config.machine.macAddress == nil && config.answerFile.own == ["kickstart": "/k"])
  }

  @Test(
    "words for yes and no are Python's, in any case", arguments: ["yes", "No", "ON", "off", "True", "FALSE", "1", "0"])
  func booleans(word: String) throws {
    let loaded = try ScratchFolder().load("[a]\nlinux=/l\ninitrd=/i\npreseed=/p\nkeep-raw = \(word)\n")
    #expect(loaded.config(for: "a").config?.disk.keepRaw == ["yes", "on", "true", "1"].contains(word.lowercased()))
  }
}
