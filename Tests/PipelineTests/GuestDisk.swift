import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

/// A small installed system on a real disk image: one ext4 partition at 1 MiB, with what an installer and a hostile guest leave.
struct GuestDisk {
  static let proxy = "http://10.0.2.2:34567/"
  let test: TestHost
  let plan: BuildPlan

  private static let mebibytes = 96

  init(_ test: TestHost, _ change: (inout BuildPlan) -> Void = { _ in }) async throws {
    self.test = test
    plan = test.plan {
      $0.cleaning.logs = ["/var/log/installer"]
      $0.cleaning.remove = ["/etc/ssh/ssh_host_*", "/var/lib/apt/lists/*_*"]
      $0.cleaning.empty = ["/etc/machine-id", "/etc/resolv.conf"]
      $0.depot = DepotPlan(mirrors: ["http://ftp.debian.org/debian"], pinnedSuite: nil)
      $0.answers.answers.root = .passwordHash(Secret(TestHost.marker))
      change(&$0)
    }
    try Folder.create(plan.workFolder)
    try DepotAddress(proxy: Self.proxy).write(plan)
    try tree()
    try await makeDisk()
  }

  private func file(_ name: String, _ text: String) throws { try test.write("root/" + name, text) }

  private func tree() throws {
    try file("etc/machine-id", "0123456789abcdef0123456789abcdef\n")
    try file("etc/os-release", "PRETTY_NAME=\"Test GNU/Linux 13\u{1B}[0m\"\n")
    try file("etc/shadow", "root:untouched:\n")
    try file("etc/ssh/ssh_host_ed25519_key", "private")
    try file("etc/ssh/sshd_config", "kept")
    try file("etc/apt/apt.conf", "Acquire::http::Proxy \"\(Self.proxy)\";\n")
    try file("etc/apt/apt.conf.d/50own", "APT::Get::Assume-Yes true;\nAcquire::http::Proxy \"\(Self.proxy)\";\n")
    try file("etc/apt/apt.conf.d/60other", "Acquire::Languages none;\n")
    // Free when the lists are gone: 12 MiB that zeroing has to find.
    try file("var/lib/apt/lists/host_Packages", String(repeating: "a line of an index\n", count: 660_000))
    try file("usr/bin/tool", String(repeating: "tool", count: 1000))
    try file("var/log/installer/big", String(repeating: "a line of a log\n", count: 4000))
    try file("var/log/installer/syslog", "line 1\nhash \(TestHost.marker)\nforged\u{1B}[2J\u{9B}1m\n")
    try file("var/log/installer/cdebconf/questions.dat", "Name: x\n")
    for name in [
      "a b;$(touch pwned)", "-rf", "..hidden", "new\nline", "esc\u{1B}]0;x\u{7}", "ünï",
      String(repeating: "l", count: 210),
    ] {
      try file("var/log/installer/\(name)", "hostile name\n")
    }
    let root = test.folder.appending("root").string
    symlink("/etc/shadow", "\(root)/var/log/installer/link-to-file")
    symlink("/etc", "\(root)/var/log/installer/link-to-folder")
    symlink("../../../../../../../../etc/passwd", "\(root)/var/log/installer/link-out")
    symlink("/etc/hostname", "\(root)/etc/resolv.conf")
    mkfifo("\(root)/var/log/installer/fifo", 0o600)
    try file("var/log/installer/huge", "x")
    #expect(truncate("\(root)/var/log/installer/huge", 65 << 20) == 0)
  }

  private func makeDisk() async throws {
    let image = plan.disk.raw
    try AtomicFile.write([], to: image)
    #expect(truncate(image.string, off_t(Self.mebibytes) << 20) == 0)
    let script = try test.write("script", "label: dos\nstart=2048, type=83, bootable\n")
    try await test.tool(
      "sh", "-c", "exec sfdisk -q --no-reread --no-tell-kernel \"$1\" < \"$2\"", "sh", image.string, script.string)
    try await test.tool(
      "mke2fs", "-q", "-F", "-t", "ext4", "-E", "offset=1048576,root_owner=0:0", "-d",
      test.folder.appending("root").string, image.string, "\((Self.mebibytes - 1) << 10)k")
  }

  /// What debugfs prints for a request about the disk.
  func debugfs(_ request: String, _ image: FilePath? = nil) async throws -> String {
    try await test.tool("debugfs", "-R", request, "\(image ?? plan.disk.raw)?offset=1048576").standardOutput
  }

  /// The names in a folder of the disk.
  func list(_ folder: String, _ image: FilePath? = nil) async throws -> [String] {
    let lines = try await debugfs("ls -p \(folder)", image).split(separator: "\n")
    return lines.compactMap { $0.split(separator: "/", omittingEmptySubsequences: false).dropFirst(5).first }
      .map(String.init).filter { $0 != "." && $0 != ".." }.sorted()
  }
}
