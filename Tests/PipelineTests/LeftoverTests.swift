import DiskImages
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("what a golden image should not have", needs("sfdisk", "mke2fs", "debugfs", "e2fsck"))
struct LeftoverTests {
  private static let hash = "$6$abcdefgh$" + String(repeating: "h", count: 86)

  /// A disk with one of everything; `change` edits the plan.
  private func disk(_ test: TestHost, _ change: (inout BuildPlan) -> Void = { _ in }) async throws -> GuestDisk {
    for (name, text) in [
      ("root/.ssh/authorized_keys", "ssh-ed25519 AAAA build@host\n"), ("root/.bash_history", "mount /dev/sdb\n"),
      ("home/tester/.ssh/authorized_keys", "ssh-ed25519 BBBB wanted\n"), ("home/tester/.zsh_history", ""),
      ("etc/ssl/private/key.pem", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"),
      ("etc/environment", "http_proxy=http://10.0.2.2:34567/\n"), ("root/anaconda-ks.cfg", "rootpw x\n"),
      ("var/log/custom.log", "creating root with \(LeftoverTests.hash) done\n"),
      ("var/cache/debconf/passwords.dat", "Value: \(TestHost.marker)\n"),
      ("etc/shadow-", "root:\(LeftoverTests.hash):1\n"),
      ("opt/key", "-----BEGIN PRIVATE KEY-----\nnot looked at here\n"),
    ] {
      try test.write("root/" + name, text)
    }
    return try await GuestDisk(test) { plan in
      var user = UserAccount(name: "tester")
      user.sshKeys = ["ssh-ed25519 BBBB wanted"]
      plan.answers.answers.users = [user]
      change(&plan)
    }
  }

  private static let expected = [
    "'/etc/environment' in the image: the proxy of the build",
    "'/etc/ssl/private/key.pem' in the image: a private key",
    "'/root/.bash_history' in the image: a history of commands",
    "'/root/.ssh/authorized_keys' in the image: a key that lets somebody in",
    "'/root/anaconda-ks.cfg' in the image: answers or logs of the installer",
    "'/var/cache/debconf/passwords.dat' in the image: a password hash",
    "'/var/log/custom.log' in the image: a password hash",
  ]

  @Test("each thing is a warning with its path; wanted keys, empty files and /etc/shadow are none")
  func warns() async throws {
    try await TestHost.run { test in
      let disk = try await disk(test)
      _ = try await CleanStage().run(disk.plan, in: test.context())
      let warnings = test.events.all.filter { $0.kind == .warning }.compactMap(\.text).filter {
        $0.contains("in the image:")
      }
      #expect(warnings == LeftoverTests.expected)
      #expect(!test.events.all.contains { $0.text?.contains("MARKER") == true })
    }
  }

  @Test("'scan = fail' ends the build and names all of them, 'scan = off' does not look")
  func fails() async throws {
    try await TestHost.run { test in
      let disk = try await disk(test) { $0.cleaning.scan = .fail }
      let error = await factoryError { _ = try await CleanStage().run(disk.plan, in: test.context()) }
      #expect(error?.status == .processingFailed)
      #expect(error?.message == "the image has 7 things that a golden image should not have")
      #expect(error?.details == LeftoverTests.expected)
      var plan = disk.plan
      plan.cleaning.scan = .off
      _ = try await CleanStage().run(plan, in: test.context())
      // What is added to the clean-up is no finding any more.
      plan.cleaning.scan = .fail
      plan.cleaning.add = [
        "/root/.*", "/root/*", "/etc/ssl/private/*", "/etc/environment", "/var/cache/debconf/*", "/var/log/custom.log",
      ]
      _ = try await CleanStage().run(plan, in: test.context())
    }
  }

  @Test("what belongs to one machine is named when it stays; systemd's word for no machine-id is none")
  func identity() async throws {
    try await TestHost.run { test in
      for (path, text) in [
        ("var/lib/dhcpcd/duid", "00:01:02:03"), ("var/lib/systemd/random-seed", "\u{1}\u{2}seed"),
        ("var/lib/NetworkManager/secret_key", "key"), ("etc/nvme/hostid", ""),
      ] {
        try test.write("root/" + path, text)
      }
      let disk = try await GuestDisk(test) { $0.cleaning.keep = ["/etc/machine-id"] }
      let kind = Leftover.Kind.machineIdentity.rawValue
      func found() async throws -> [String] {
        let before = test.events.all.count
        _ = try await CleanStage().run(disk.plan, in: test.context())
        return test.events.all.dropFirst(before).compactMap(\.text).filter { $0.hasSuffix(kind) }
      }
      let others = ["/var/lib/NetworkManager/secret_key", "/var/lib/dhcpcd/duid", "/var/lib/systemd/random-seed"]
      func sentences(_ paths: [String]) -> [String] { paths.map { "'\($0)' in the image: \(kind)" } }
      #expect(try await found() == sentences(["/etc/machine-id"] + others))
      let empty = try test.write("uninitialized", "uninitialized\n")
      let requests = try test.write("requests", "cd /etc\nrm machine-id\nwrite \(empty) machine-id\n")
      try await test.tool("debugfs", "-w", "-f", requests.string, "\(disk.plan.disk.raw)?offset=1048576")
      #expect(try await found() == sentences(others))
    }
  }

  @Test("'keep' spares a path, what lies below it and what lies above it; the rest of a removed folder goes")
  func keeps() async throws {
    try await TestHost.run { test in
      let disk = try await disk(test) { plan in
        plan.cleaning.keep = ["/var/log/installer/cdebconf", "/etc/machine-id", "/etc/ssh/ssh_host_ed25519*"]
      }
      _ = try await CleanStage().run(disk.plan, in: test.context())
      #expect(try await disk.list("/var/log/installer") == ["cdebconf"])
      #expect(try await disk.list("/var/log/installer/cdebconf") == ["questions.dat"])
      #expect(try await disk.debugfs("cat /etc/machine-id").count == 33)
      #expect(try await disk.list("/etc/ssh") == ["ssh_host_ed25519_key", "sshd_config"])
      #expect(try await disk.list("/var/lib/apt/lists") == [])
    }
  }

  @Test(
    "crypt(5) hashes are recognised, text with dollar signs is not one",
    arguments: LeftoverTests.candidates)
  func hashes(_ text: String, _ isOne: Bool) { #expect(CryptHash.isIn(Array(text.utf8)) == isOne) }

  private static func letters(_ letter: String, _ count: Int) -> String { String(repeating: letter, count: count) }

  private static let candidates: [(String, Bool)] = [
    (hash, true), ("$y$j9T$saltsaltsalt$\(letters("a", 43))", true), ("x:$2b$12$\(letters("B", 53)):", true),
    ("$1$salt$\(letters("m", 22))", true), ("$5$rounds=5000$salt$\(letters("s", 43))", true), ("echo $1$2 $6", false),
    ("$6$salt$short", false), ("cost $5$ and $6$ and $y$", false), (letters("$", 5000), false),
  ]
}
