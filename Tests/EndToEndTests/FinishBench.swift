import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

/// A raw disk with a small system on it, a configuration, and the program that finishes it: needs neither root nor a guest.
final class FinishBench: Sendable {
  let scratch: Scratch
  let disk: FilePath
  let output: FilePath

  static let image = "mine"

  init() async throws {
    scratch = try Scratch("finish")
    output = scratch.path.appending("out")
    disk = scratch.path.appending("disk.raw")
    try scratch.write("", to: "empty.conf")
    try await makeDisk()
  }

  /// 64 MiB with one ext4 partition at 1 MiB; names and texts are what a hostile guest would choose.
  private func makeDisk() async throws {
    for (name, text) in [
      ("etc/os-release", "ID=debian\nVERSION_ID=\"13\"\nPRETTY_NAME=\"Debian\u{1B}[31m\u{9B}1m\u{202E}13\"\n"),
      ("etc/machine-id", "0123456789abcdef0123456789abcdef\n"), ("etc/passwd", "root:x:0:0::/root:/bin/sh\n"),
      ("var/log/installer/syslog", "line\u{1B}]0;title\u{7}\n"), ("var/log/installer/new\nline\u{7F}", "x\n"),
      ("var/lib/apt/lists/a_b", String(repeating: "index\n", count: 300_000)), ("root/.bash_history", "ls\n"),
      ("home/esc\u{1B}[2J\u{85}/.ssh/authorized_keys", "ssh-ed25519 AAAA\n"),
      ("usr/bin/tool", String(repeating: "tool", count: 200_000)),
    ] {
      let path = scratch.path.pushing(FilePath("tree/" + name))
      try FileManager.default.createDirectory(
        atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path.string))
    }
    let table = try scratch.write("label: dos\nstart=2048, type=83, bootable\n", to: "table")
    let script = """
      set -e
      truncate -s 64M "$1"
      sfdisk -q --no-reread --no-tell-kernel "$1" < "$2"
      mke2fs -q -F -t ext4 -L "$(printf 'la\\033bel')" -E offset=1048576,root_owner=0:0 -d "$3" "$1" 64512k
      """
    let made = try await Child.run(
      "sh", "-c", script, "sh", disk.string, table.string, scratch.path.appending("tree").string)
    try #require(made.status == 0, "\(made.errors)")
  }

  /// Starts `finish`; `tools` is a folder that is looked into first.
  func start(
    disk: FilePath? = nil, output: FilePath? = nil, settings: [String] = [], flags: [String] = [],
    tools: FilePath? = nil, before: [String] = []
  ) throws -> Child {
    let config = try configuration(settings)
    return try run(
      before + [
        Built.factory.string, "finish", FinishBench.image, "--disk", (disk ?? self.disk).string, "--output",
        (output ?? self.output).string, "--config", config.string,
      ] + flags, tools: tools)
  }

  /// Starts `inspect`.
  func inspect(_ file: FilePath, _ flags: [String] = []) throws -> Child {
    try run([Built.factory.string, "inspect", file.string, "--config", configuration([]).string] + flags)
  }

  private func configuration(_ settings: [String]) throws -> FilePath {
    let text = (["[\(FinishBench.image)]", "inherits = debian", "release = 13", "suite = trixie"] + settings)
      .joined(separator: "\n")
    return try scratch.write(text + "\n", to: "\(UUID().uuidString).conf")
  }

  private func run(_ words: [String], tools: FilePath? = nil) throws -> Child {
    var environment = Child.plainEnvironment
    if let tools { environment["PATH"] = "\(tools):" + (environment["PATH"] ?? "") }
    environment["HOME"] = scratch.path.string
    environment["IMAGE_FACTORY_STATE"] = scratch.path.appending("state").string
    environment["IMAGE_FACTORY_CONFIG"] = scratch.path.appending("empty.conf").string
    return try Child(words, environment: environment, folder: scratch.path)
  }

  /// A folder with tools that first do something else; each is the real one afterwards.
  ///
  /// Written by a process of their own: a child that another test forks meanwhile would hold our descriptor, and such a file cannot be
  /// run ("text file busy").
  func tools(_ names: [String], doing first: String) async throws -> FilePath {
    let folder = try scratch.makeFolder("tools")
    for name in names {
      let real = try #require(Tools.path(name))
      let text = try scratch.write("#!/bin/sh\n\(first)\nexec \(real) \"$@\"\n", to: "\(name).sh")
      try await Child.run("install", "-m", "755", text.string, folder.appending(name).string)
    }
    return folder
  }

  /// The digest of a file by sha256sum.
  func digest(_ file: FilePath) async throws -> String {
    String(try await Child.run("sha256sum", file.string).output.prefix(64))
  }

  /// What is in a folder; nil: there is none.
  func names(_ folder: FilePath) -> [String]? {
    try? FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
  }

  /// Nothing but the logs is left of builds that failed, and no process.
  func expectNothingLeft(_ location: Testing.SourceLocation = #_sourceLocation) async throws {
    let left = (names(output) ?? []).filter { !$0.hasSuffix(".log") && !$0.hasSuffix(".installer-logs") }
    #expect(left == [], sourceLocation: location)
    // gpg's agent serves whoever asks next.
    let processes = ProcessTable.all().filter {
      $0.commandLine.contains(scratch.path.string) && !$0.commandLine.contains("gpg-agent")
    }
    #expect(processes.map(\.commandLine) == [], sourceLocation: location)
  }
}

extension String {
  /// No control character but line ends, nothing that turns or hides text.
  var isPlain: Bool {
    unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0x0A: true
      case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
      default: true
      }
    }
  }
}
