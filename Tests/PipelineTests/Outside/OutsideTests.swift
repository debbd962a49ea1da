import DiskImages
import Foundation
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage
import Testing

@testable import Pipeline

/// Real commands, and no sudo helper wherever it is installed, nor what else is lacking.
struct HelperlessRunner: HostSystem.CommandRunner {
  var lacking: Set<String> = []
  private let real = SubprocessRunner(environment: ChildEnvironment.current())

  func run(_ command: Command, onLine: (@Sendable (OutputLine) -> Void)?) async throws -> CommandResult {
    try await real.run(command, onLine: onLine)
  }

  func locate(_ tool: String) -> FilePath? {
    tool.hasSuffix(SudoHelper.name) || lacking.contains(tool) ? nil : real.locate(tool)
  }
}

@Suite("a root that cleaned itself, looked at from outside", .serialized, ForeignDisk.canMake)
struct OutsideTests {
  @Test(
    "what the guest cleaned is done without root, and free space becomes holes",
    arguments: [GuestVolume.Kind.xfs, .btrfs])
  func clean(kind: GuestVolume.Kind) async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      // Removed after the last trim: nothing in the guest gives this space back.
      let disk = try await ForeignDisk(
        kind, test, label: kind == .xfs ? "dos" : "gpt",
        script: """
          head -c 40000000 /dev/urandom >var/cache/bulk
          head -c 9000000 /dev/urandom >usr/bin/other
          sync -f .
          rm var/cache/bulk
          fstrim() { :; }
          rmdir var/lib/dhcp
          ln -s /srv var/lib/dhcp
          """)
      let before = try SparseFile.sizes(of: disk.plan.disk.raw).allocated
      let sums = try await disk.look("find . -type f | sort | xargs sha256sum")
      let outcome = try await disk.clean()
      #expect(outcome.facts.prefix(2) == ["Guest OS 1", "cleaned by the guest itself"], "\(outcome.facts)")
      #expect(outcome.facts.last?.hasSuffix("given back") == true, "\(outcome.facts)")
      let said = test.events.all.compactMap(\.text).joined(separator: "\n")
      #expect(said.contains(LinkedFolder.sentence("/var/lib/dhcp/*.leases", "/var/lib/dhcp")), "\(said)")
      let after = try SparseFile.sizes(of: disk.plan.disk.raw).allocated
      #expect(after.bytes < before.bytes - 39_000_000, "\(before) → \(after)")
      #expect(try await disk.look("find . -type f | sort | xargs sha256sum") == sums)
      _ = try await ZeroStage().run(disk.plan, in: test.context())
      // A second look finds nothing more to give back.
      #expect(try await disk.clean().facts == ["Guest OS 1", "cleaned by the guest itself"])
      #expect(test.names(disk.plan.workFolder) == ["disk.raw"])
    }
  }

  @Test(
    "what the guest left is said, with the way to the helper, when there is none",
    arguments: [
      ("mkdir -p var/log/installer; echo x >var/log/installer/syslog", "'/var/log/installer' is there"),
      ("echo 0123 >etc/machine-id", "'/etc/machine-id' is not empty"),
      ("echo x >'tmp/a b'", "'/tmp/a b' is there"), ("ln -s nowhere tmp/link", "'/tmp/link' is there"),
      ("mkdir tmp/folder", "'/tmp/folder' is there"),
      ("echo x >var/lib/dhcp/a.leases", "'/var/lib/dhcp/a.leases' is there"),
      ("echo x >var/cache/build/more", "'/var/cache/build/more' is there"),
      ("touch etc/ssh/ssh_host_rsa_key", "'/etc/ssh/ssh_host_rsa_key' is there"),
      ("rm usr/lib/systemd/system/sshd-keygen@.service", "nothing makes SSH host keys at the first boot"),
      ("rm -r etc/ssh; ln -s /srv etc/ssh", "'/etc/ssh' is a symlink"),
    ])
  func left(script: String, sentence: String) async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await ForeignDisk(.btrfs, test, script: script)
      let error = await factoryError { _ = try await disk.clean() }
      #expect(error?.status == .processingFailed && error?.details.first == sentence, "\(error?.details ?? [])")
      #expect(error?.message.contains("without root") == true, "\(error?.message ?? "")")
      #expect(error?.hint?.isEmpty == false)
    }
  }

  @Test("the scan's findings are given as for other file systems")
  func scan() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await ForeignDisk(
        .xfs, test,
        script: """
          mkdir -p root/.ssh etc/deep/er
          echo 'ssh-ed25519 AAAA somebody@host' >root/.ssh/authorized_keys
          printf '%s\\n' '-----BEGIN OPENSSH PRIVATE KEY-----' xxxxxxxxxxxxxxx '-----END OPENSSH PRIVATE KEY-----' >'etc/deep/er/a key'
          printf '\\177ELF %s %s' '-----BEGIN' 'PRIVATE KEY-----' >usr/bin/ssh
          ln -s /usr/bin/ssh etc/deep/rlogin
          echo ls >root/.bash_history
          """)
      let outcome = try await disk.clean()
      #expect(outcome.facts.last == "3 left-overs", "\(outcome.facts)")
      let said = test.events.all.compactMap(\.text).joined(separator: "\n")
      #expect(said.contains("'/etc/deep/er/a key' in the image: a private key"), "\(said)")
      #expect(said.contains("/root/.ssh/authorized_keys") && said.contains("/root/.bash_history"))
      var strict = disk.plan
      strict.cleaning.scan = .fail
      let error = await factoryError { _ = try await CleanStage().run(strict, in: test.context()) }
      #expect(error?.message == "the image has 3 things that a golden image should not have")
    }
  }

  @Test("a damaged or mounted file system fails, and is not touched")
  func damaged() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await ForeignDisk(
        .xfs, test,
        script:
          "echo x >etc/new; sync etc/new; for i in 1 2 3; do echo $i >etc/$i; done; xfs_io -x -c 'shutdown -f' .; fstrim() { :; }; sync() { :; }"
      )
      let digest = try FileDigest.sha256(disk.plan.disk.raw)
      let error = await factoryError { _ = try await disk.clean() }
      // What GRUB cannot read is the helper's, which is not there.
      #expect([.processingFailed, .hostNotReady].contains(error?.status), "\(error?.message ?? "")")
      #expect(try FileDigest.sha256(disk.plan.disk.raw) == digest)
    }
  }

  @Test("a folder that GRUB's driver stops in is listed by xfs_db, and its names stay whole")
  func largeFolder() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      // Debian 13's mkfs.xfs makes such file systems; GRUB 2.06 takes the end of their middle-sized folders for a damaged entry.
      let disk = try await ForeignDisk(
        .xfs, test, options: "-i nrext64=1",
        script: """
          for i in $(seq 40); do mkdir "usr/lib/folder $i"; done
          printf 12345 >usr/lib/file; ln -s / usr/lib/top; touch usr/lib/$'new\nline (good)'
          """)
      let volume = disk.volume
      let folders = XfsFolders(
        ImageExtent(offset: volume.offset, length: volume.size), of: disk.plan.disk.raw,
        copy: test.folder.appending("copy"), runner: test.host.runner)
      let listing = try #require(try await folders.list(ImagePath("/usr/lib")))
      #expect(listing.entries.count == 44, "\(listing.entries.map(\.name))")
      #expect(listing.entries.contains(.init(name: "folder 17", isFolder: true, size: nil)))
      #expect(listing.entries.contains(.init(name: "file", isFolder: false, size: 5)))
      #expect(listing.entries.contains(.init(name: "top", isFolder: false, size: nil)))
      #expect(listing.entries.contains(.init(name: "new\nline (good)", isFolder: false, size: 0)))
      for path in ["/usr/lib/top", "/usr/lib/file", "/nowhere"] {
        #expect(try await folders.list(ImagePath(path)) == nil, "\(path)")
      }
      let tree = try await disk.tree()
      #expect(try await tree.entries(of: ImagePath("/usr/lib")).count == 44)
      #expect(await tree.unreadable.isEmpty)
      #expect(try await disk.clean().facts.contains("cleaned by the guest itself"))
    }
  }

  @Test("what is no list of xfs_db's is none")
  func foreignText() {
    #expect(XfsFolders.parse("8 131 directory 0x0000002e   1 . (good)\n")?.map(\.name) == ["."])
    for text in [
      "", "Not a directory\n", "8 131 directory 0x2e 1 . (corrupt)\n", "8 131 directory 0x2e 9 . (good)\n",
      "8 131 directory 0x2e 1 . (good)\nmore", "8 131 directory 0x2e -1 . (good)\n",
    ] { #expect(XfsFolders.parse(text) == nil, "\(text)") }
  }

  @Test("hostile names and links lead nowhere", arguments: [GuestVolume.Kind.xfs, .btrfs])
  func hostile(kind: GuestVolume.Kind) async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await ForeignDisk(
        kind, test,
        script: """
          mkdir -p "etc/odd/(loop0)" "etc/odd/(host)" etc/odd/blank\\ s 'etc/odd/$(reboot)' etc/odd/new$'\\n'line
          echo one >"etc/odd/(loop0)/etc"; echo two >'etc/odd/$(reboot)/;x'; echo three >"etc/odd/blank s/a  b "
          echo four >etc/odd/new$'\\n'line/$'esc\\e[2J'
          echo five >etc/odd/-rf; echo six >'etc/odd/*'; echo seven >etc/odd/--length=1
          printf x >etc/odd/$'not\\xff\\xfeutf8'
          ln -s ../../../../../../../../etc/passwd etc/odd/up
          ln -s / etc/odd/top; ln -s loop etc/odd/loop; ln -s '(host)/etc/passwd' etc/odd/host
          mkfifo etc/odd/fifo; mknod etc/odd/disk b 7 0
          """)
      let tree = try await disk.tree()
      func names(_ path: String) async throws -> [String] {
        try await tree.entries(of: ImagePath(path)).map(\.name).sorted()
      }
      func text(_ path: String) async throws -> String? {
        try await tree.read(ImagePath(path), limit: 100).map { String(decoding: $0, as: UTF8.self) }
      }
      let odd = try await names("/etc/odd")
      for name in [
        "(loop0)", "(host)", "blank s", "$(reboot)", "new\nline", "-rf", "*", "--length=1", "up", "top", "loop", "host",
        "fifo", "disk",
      ] { #expect(odd.contains(name), "\(name) of \(odd)") }
      #expect(try await text("/etc/odd/(loop0)/etc") == "one\n")
      #expect(try await text("/etc/odd/$(reboot)/;x") == "two\n")
      #expect(try await text("/etc/odd/blank s/a  b ") == "three\n")
      #expect(try await text("/etc/odd/new\nline/esc\u{1B}[2J") == "four\n")
      #expect(try await text("/etc/odd/-rf") == "five\n")
      #expect(try await text("/etc/odd/*") == "six\n")
      #expect(try await text("/etc/odd/--length=1") == "seven\n")
      // Out of the image there is no way; a loop ends.
      for path in ["/etc/odd/host", "/etc/odd/loop", "/etc/odd/up"] { #expect(try await text(path) == nil, "\(path)") }
      for path in ["/etc/odd/top", "/etc/odd/loop", "/nowhere"] { #expect(try await names(path) == [], "\(path)") }
      #expect(try await tree.expand("/etc/odd/*/etc").map(\.description) == ["/etc/odd/(loop0)/etc"])
      #expect(try await tree.expand("/etc/odd/-?f").count == 1)
    }
  }

  @Test("the system is found in its subvolume, and what its fstab mounts is looked up there")
  func subvolumes() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let disk = try await ForeignDisk(
        .btrfs, test,
        script: """
          btrfs -q subvolume create @rootfs >/dev/null; btrfs -q subvolume create @var >/dev/null
          mv etc usr root tmp home @rootfs/; mv var/* @var/; rmdir var; mkdir @rootfs/var
          echo 'PRETTY_NAME="Deep OS"' >@rootfs/etc/os-release
          mkdir @var/log/installer
          printf '%s\\n' '# fstab' 'UUID=1 / btrfs subvol=@rootfs 0 0' 'UUID=1 /var btrfs noatime,subvol=/@var 0 0' \\
            'UUID=1 /bad btrfs subvol=../../x 0 0' >@rootfs/etc/fstab
          """)
      let error = await factoryError { _ = try await disk.clean() }
      #expect(error?.details.first == "'/var/log/installer' is there", "\(error?.details ?? [])")
      let root = try await ForeignRoot.find(disk.plan, in: test.context())
      #expect(root?.distribution == "Deep OS" && root?.kindName == "btrfs")
      let tree = try await disk.tree()
      #expect(try await tree.entry(ImagePath("/var/cache/build/keep/it"))?.size == 5)
    }
  }

  @Test("a file system without a system in it is no root, one that GRUB cannot read is the helper's")
  func others() async throws {
    try await TestHost.run(runner: HelperlessRunner()) { test in
      let empty = try await ForeignDisk(.xfs, test, script: "rm -r usr")
      #expect(try await ForeignRoot.find(empty.plan, in: test.context()) == nil)
    }
    try await TestHost.run(runner: HelperlessRunner()) { test in
      // An incompatible feature that does not exist yet, so that its driver refuses; big-endian at byte 216.
      let strange = try await ForeignDisk(
        .xfs, test, after: "printf '\\377' | dd of=\"$1\" bs=1 seek=216 conv=notrunc status=none")
      let error = await factoryError { _ = try await ForeignRoot.find(strange.plan, in: test.context()) }
      #expect(
        error?.status == .hostNotReady && error?.message.contains(SudoHelper.name) == true, "\(error?.message ?? "")")
    }
  }
}
