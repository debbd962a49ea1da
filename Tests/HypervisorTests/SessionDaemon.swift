import Foundation
import Model
import SystemPackage
import Testing

@testable import Hypervisor

/// A libvirt session daemon of its own in a folder of its own, under a reaper; ended with the value.
///
/// As root it belongs to `nobody`: for root libvirt knows no session. Everything libvirt and QEMU write stays in the folder.
final class SessionDaemon: Sendable {
  let scratch: Scratch
  private let process: Process

  /// The connection for this process, which has another environment (and as root another user) than the daemon.
  var uri: String { "qemu+unix:///session?socket=\(scratch.path)/run/libvirt/libvirt-sock" }

  init() async throws {
    scratch = try Scratch()
    for name in ["run", "home", "build"] { try scratch.makeFolder(name) }
    chmod(scratch.path.appending("run").string, 0o700)
    if geteuid() == 0 {
      for name in ["", "/run", "/home", "/build"] {
        chown(scratch.path.string + name, SessionDaemon.nobody, SessionDaemon.nobody)
      }
    }
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = SessionDaemon.asUser(["tini", "-s", "--", "libvirtd", "--timeout", "60"])
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let socket = scratch.path.appending("run/libvirt/libvirt-sock").string
    let deadline = ContinuousClock.now + .seconds(20)
    while access(socket, F_OK) != 0 {
      try #require(ContinuousClock.now < deadline, "the session daemon did not come up")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  deinit {
    // A test that failed may have left its guest, which outlives the daemon.
    let guests = scratch.path.appending("run/libvirt/qemu/run").string
    for file in (try? FileManager.default.contentsOfDirectory(atPath: guests)) ?? [] where file.hasSuffix(".pid") {
      if let pid = try? number(in: "run/libvirt/qemu/run/\(file)") { kill(pid, SIGKILL) }
    }
    // Not TERM: threads of Swift's pools have it blocked, and children inherit that.
    if let pid = try? daemonProcess() { kill(pid, SIGKILL) } else { process.terminate() }
  }

  private static let nobody: UInt32 = 65534

  var environment: [String: String] {
    let home = scratch.path.appending("home").string
    return [
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": home,
      "XDG_RUNTIME_DIR": scratch.path.appending("run").string, "XDG_CONFIG_HOME": home + "/config",
      "XDG_CACHE_HOME": home + "/cache", "XDG_DATA_HOME": home + "/data",
    ]
  }

  static func asUser(_ words: [String]) -> [String] {
    guard geteuid() == 0 else { return words }
    return ["setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", "--"] + words
  }

  /// Ends the daemon without warning, as a crash would; its guests live on.
  func killDaemon() throws { #expect(kill(try daemonProcess(), SIGKILL) == 0) }

  private func daemonProcess() throws -> Int32 { try number(in: "run/libvirt/libvirtd.pid") }

  /// The process number in a file of the daemon's.
  func number(in file: String) throws -> Int32 {
    let text = try String(contentsOfFile: scratch.path.appending(file).string, encoding: .utf8)
    return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  /// A machine of this daemon's user whose guest does as `guest` says.
  func machine(_ name: String, guest: TinyGuest) throws -> MachinePlan {
    var machine = MachinePlan.sample(try scratch.makeFolder("build/\(name)"))
    machine.domainName = name
    machine.memory = .mebibytes(64)
    machine.cores = 1
    machine.translationCache = .mebibytes(64)
    try Scratch.write(guest.image, to: machine.kernel)
    try Scratch.write([UInt8](repeating: 0, count: 1 << 20), to: machine.disk)
    for file in [machine.initrd] + machine.injectedFiles { try Scratch.write([0x0A], to: file) }
    if geteuid() == 0 {
      let folder = machine.disk.removingLastComponent()
      for file in [folder, machine.disk] { chown(file.string, SessionDaemon.nobody, SessionDaemon.nobody) }
    }
    return machine
  }

  /// Runs virt-install as this daemon's user.
  func install(_ machine: MachinePlan) async throws -> (output: String, status: Int32?) {
    let words = SessionDaemon.asUser(VirtInstall.command(for: machine).argv)
    return try await run("env", words, environment: environment)
  }
}

/// A guest that needs no operating system: it writes a text on each serial port and then acts.
struct TinyGuest {
  enum Action: Character {
    case powerOff = "p"
    case reset = "r"
    case halt = "h"
  }

  var console: [String]
  var installer: [String]
  var action: Action

  /// A Multiboot file for QEMU's `-kernel`.
  var image: [UInt8] {
    let texts = [console, installer].flatMap { $0.joined(separator: "\n").utf8 + Array("\n\0".utf8) }
    return TinyGuest.code + [UInt8](repeating: 0, count: 0x80 - TinyGuest.code.count) + texts
      + Array(String(action.rawValue).utf8)
  }

  private static let code: [UInt8] = [
    // The Multiboot header: magic, flags, checksum, where it and the file go (1 MiB), the whole file, the entry.
    0x02, 0xb0, 0xad, 0x1b, 0x00, 0x00, 0x01, 0x00, 0xfe, 0x4f, 0x51, 0xe4, 0x00, 0x00, 0x10, 0x00,
    0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x10, 0x00,
    0xfc,  // cld
    0xbc, 0x00, 0x00, 0x09, 0x00,  // mov esp, 0x90000
    0xbe, 0x80, 0x00, 0x10, 0x00,  // mov esi, 0x100080: the texts
    0xba, 0xf8, 0x03, 0x00, 0x00, 0xe8, 0x29, 0x00, 0x00, 0x00,  // mov edx, 0x3f8; call print
    0xba, 0xf8, 0x02, 0x00, 0x00, 0xe8, 0x1f, 0x00, 0x00, 0x00,  // mov edx, 0x2f8; call print
    0xac, 0x3c, 0x70, 0x74, 0x07,  // lodsb; cmp al, 'p'; je power-off
    0x3c, 0x72, 0x74, 0x10,  // cmp al, 'r'; je reset
    0xf4, 0xeb, 0xfd,  // halt: hlt; jmp halt
    0xba, 0x04, 0x06, 0x00, 0x00, 0x66, 0xb8, 0x00, 0x20,  // power-off: PM1a control of QEMU's chipset
    0x66, 0xef, 0xeb, 0xf0,  // out dx, ax; jmp halt
    0xb0, 0xfe, 0xe6, 0x64, 0xeb, 0xea,  // reset: out 0x64, 0xfe; jmp halt
    0xac, 0x84, 0xc0, 0x74, 0x03, 0xee, 0xeb, 0xf8, 0xc3,  // print: until zero, out dx, al; ret
  ]
}
