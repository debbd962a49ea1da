import DiskImages
import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("the shipped clean-up lists", needs("sfdisk", "mke2fs", "debugfs", "e2fsck"))
struct CleanListTests {
  /// A distribution as its installer leaves it: links where it has links, and what must not stay.
  struct Family: Sendable, CustomTestStringConvertible {
    var image: String
    var links: [(String, String)] = []
    var left: [String] = []
    /// What the system needs.
    var kept: [String] = []
    var testDescription: String { image }

    /// In every distribution of today.
    static let merged = [("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib"), ("var/run", "/run")]
    /// The package database moved, in Fedora since 36, in openSUSE before.
    static let database = [("var/lib/rpm", "../../usr/lib/sysimage/rpm")]
    static let everywhere = [
      "/root/.bash_history", "/root/.zsh_history", "/home/ada/.python_history", "/home/ada/.bash_history",
      "/etc/nvme/hostid", "/etc/nvme/hostnqn", "/var/lib/systemd/random-seed", "/boot/efi/loader/random-seed",
      "/var/lib/cloud/instance/user-data", "/tmp/x", "/root/.wget-hsts", "/home/ada/.wget-hsts", "/var/lib/dhcpcd/duid",
      "/var/lib/dhcpcd/secret", "/var/lib/dhcpcd/eth0.lease", "/etc/dhcpcd.duid", "/var/lib/NetworkManager/secret_key",
      "/var/lib/NetworkManager/internal-1-eth0.lease", "/var/lib/dhcp/dhclient.eth0.leases",
      "/var/lib/dhclient/dhclient--eth0.lease", "/var/lib/urandom/random-seed", "/var/lib/systemd/credential.secret",
      "/var/lib/systemd/coredump/core.x", "/var/crash/_usr_bin_x.crash", "/var/log/journal/abc/system.journal",
      "/etc/udev/rules.d/70-persistent-net.rules", "/etc/shadow-",
    ]
    static let ofRPM = ["/usr/lib/sysimage/rpm/.rpm.lock", "/etc/iscsi/initiatorname.iscsi"]
    static let ofAnaconda = ofRPM + ["/root/initial-setup-ks.cfg", "/root/anaconda-ks.cfg", "/var/log/anaconda/x.log"]

    static let all = [
      Family(image: "debian-13", links: merged, left: ["/var/log/dpkg.log"], kept: ["/var/lib/dpkg/status"]),
      Family(image: "ubuntu-24.04", links: merged, left: ["/var/log/cloud-init.log"], kept: ["/var/lib/dpkg/status"]),
      Family(
        image: "fedora-44", links: merged + database, left: ofAnaconda, kept: ["/usr/lib/sysimage/rpm/rpmdb.sqlite"]),
      Family(
        image: "rocky-10", links: merged + database, left: ofAnaconda, kept: ["/usr/lib/sysimage/rpm/rpmdb.sqlite"]),
      Family(image: "almalinux-9", links: merged, left: ofAnaconda, kept: ["/var/lib/rpm/rpmdb.sqlite"]),
      Family(
        image: "opensuse-leap-15.6", links: merged + database, left: ofRPM + ["/var/log/YaST2/y2log"],
        kept: ["/usr/lib/sysimage/rpm/Packages.db"]),
      Family(
        image: "opensuse-leap-16.0", links: merged + database, left: ofRPM,
        kept: ["/usr/lib/sysimage/rpm/Packages.db"]),
    ]
  }

  private func disk(_ family: Family, _ test: TestHost, _ change: @escaping (inout Cleaning) -> Void = { _ in })
    async throws -> GuestDisk
  {
    for path in Family.everywhere + family.left + family.kept { try test.write("root" + path, "x\n") }
    for folder in ["usr/bin", "usr/sbin", "usr/lib", "run", "etc/lvm/devices"] {
      try test.write("root/\(folder)/file", "x\n")
    }
    let root = test.folder.appending("root").string
    for (name, target) in family.links { #expect(symlink(target, "\(root)/\(name)") == 0, "\(name)") }
    let cleaning = try Shipped.config(family.image).cleaning
    return try await GuestDisk(test) {
      $0.cleaning = cleaning
      change(&$0.cleaning)
    }
  }

  private func isThere(_ path: String, on disk: GuestDisk) async throws -> Bool {
    try await disk.debugfs("stat \(path)").contains("Inode:")
  }

  private func warnings(_ test: TestHost) -> [String] {
    test.events.all.filter { $0.kind == .warning }.compactMap(\.text).filter { $0.contains("symlink") }
  }

  @Test(
    "run on a system of each family: no pattern passes a link, and nothing of the build stays", arguments: Family.all)
  func runs(family: Family) async throws {
    try await TestHost.run { test in
      let disk = try await disk(family, test)
      _ = try await CleanStage().run(disk.plan, in: test.context())
      #expect(warnings(test) == [])
      for path in Family.everywhere + family.left {
        #expect(try await !isThere(path, on: disk), "\(path) stays")
      }
      for path in family.kept + ["/usr/bin/file", "/etc/ssh/sshd_config"] {
        #expect(try await isThere(path, on: disk), "\(path) is gone")
      }
    }
  }

  @Test("a pattern that passes a link removes nothing behind it, says so, and the build goes on")
  func linked() async throws {
    try await TestHost.run { test in
      let fedora = try #require(Family.all.first { $0.image == "fedora-44" })
      let disk = try await disk(fedora, test) {
        $0.add = ["/var/lib/rpm/*", "/var/lib/rpm/rpmdb.sqlite", "/opt/none"]
        $0.keep = ["/var/lib/rpm/.rpm.lock"]
        $0.empty.append("/bin/file")
      }
      let preview = try CleaningPreview(of: disk.plan.disk.raw, disk.plan.cleaning, disk.plan.answers.answers)
      _ = try await CleanStage().run(disk.plan, in: test.context())
      let expected = [
        ("/var/lib/rpm/.rpm.lock", "/var/lib/rpm"), ("/var/lib/rpm/*", "/var/lib/rpm"),
        ("/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm"), ("/bin/file", "/bin"),
      ].map { pattern, folder in
        "'\(pattern)' of the clean-up has no effect: '\(folder)' in the image is a symlink, which is not followed"
      }
      #expect(warnings(test) == expected)
      #expect(preview.skipped == expected)
      #expect(try await isThere("/usr/lib/sysimage/rpm/rpmdb.sqlite", on: disk))
      #expect(try await disk.debugfs("cat /usr/bin/file") == "x\n")
      // The rest of the lists has been at work.
      #expect(try await !isThere("/root/anaconda-ks.cfg", on: disk))
      let checked = try await test.tool("e2fsck", "-fn", "\(disk.plan.disk.raw)?offset=1048576")
      #expect(checked.succeeded)
    }
  }

  @Test("host keys behind a link are not passed over: they would be in every machine made from the image")
  func linkedKeys() async throws {
    try await TestHost.run { test in
      let disk = try await GuestDisk(test)
      let table = try PartitionTable.read(disk.plan.disk.raw)
      let root = try RootPartition.find(in: disk.plan.disk.raw, table)
      let files = try Ext4FileSystem.open(image: disk.plan.disk.raw, extent: root.extent, mode: .readWrite)
      try files.remove(ImagePath("/etc/ssh"))
      try files.makeSymlink(ImagePath("/etc/ssh"), to: "keys")
      try files.close()
      let system = try GuestFiles(GuestSystem(disk.plan.disk.raw, table, root: root).readable())
      #expect { _ = try HostKeys.regenerate(in: system) } throws: { ($0 as? DiskImageError)?.kind == .unsafePath }
    }
  }
}
