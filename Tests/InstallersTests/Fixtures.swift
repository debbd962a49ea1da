import Foundation
import Installers
import Model
import SystemPackage
import Testing

/// Where things outside the room are.
enum Place {
  /// The folder of Package.swift.
  static let package: String = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path + "/Package.swift") {
      folder.deleteLastPathComponent()
    }
    return folder.path
  }()

  /// The repository's own configs, reached through the sources when the package is a scratch one.
  static let configs: String = {
    let sources = URL(fileURLWithPath: package + "/Sources").resolvingSymlinksInPath()
    return sources.deletingLastPathComponent().path + "/configs"
  }()

  /// Data shared between sessions; absent in a plain clone.
  static let shared: String? = {
    let named = ProcessInfo.processInfo.environment["IMAGE_FACTORY_SHARED"] ?? package + "/../shared"
    return FileManager.default.fileExists(atPath: named + "/validators") ? named : nil
  }()

  static let slow = ProcessInfo.processInfo.environment["IMAGE_FACTORY_SLOW_TESTS"] != nil

  static func tool(_ name: String) -> String? {
    ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].map { $0 + name }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }
}

/// A finished child process.
struct Finished {
  var status: Int32
  var output: String
}

/// Runs a tool and waits; output and errors together.
func run(_ words: String..., environment: [String: String] = [:]) throws -> Finished {
  try run(words, environment: environment)
}

/// The same with the words in a list.
func run(_ words: [String], environment: [String: String] = [:]) throws -> Finished {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: try #require(Place.tool(words[0])))
  process.arguments = Array(words.dropFirst())
  process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"].merging(environment) { $1 }
  process.standardInput = FileHandle.nullDevice
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return Finished(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
}

/// A folder that is gone when the body ends.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.path + "/image-factory-test-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

enum Sample {
  static let hash = "$6$saltsalt$MARKERqvj0gFA8wKxv1n2m3l4k5j6h7g8f9d0s1a2q3w4e5r6t7y8u9i0o"

  /// The least that a golden image needs.
  static func plain(_ suite: String = "trixie") -> InstallAnswers {
    var answers = InstallAnswers()
    answers.hostname = "golden"
    answers.archive.mirror = "http://ftp.debian.org/debian"
    answers.archive.securityMirror = "http://security.debian.org/debian-security"
    answers.archive.suite = suite
    return answers
  }

  /// Every setting that the format knows.
  static func full() -> InstallAnswers {
    var answers = plain("bookworm")
    answers.locale = "de_DE.UTF-8"
    answers.keymap = "de nodeadkeys"
    answers.timeZone = "Europe/Berlin"
    answers.timeServers = ["time.example.org", "2001:db8::1"]
    answers.domain = "example.org"
    answers.root = .passwordHash(Secret(hash))
    var ada = UserAccount(name: "ada")
    ada.fullName = "Ada O'Lovelace, $(reboot) `id`"
    ada.uid = 1815
    ada.groups = ["adm", "sudo"]
    ada.passwordHash = Secret(hash + "2")
    ada.sshKeys = ["ssh-ed25519 AAAAC3Nza ada@example.org", "command=\"a b\" ssh-rsa AAAA x"]
    ada.sudo = true
    answers.users = [ada]
    answers.archive.components = ["main", "contrib", "non-free-firmware"]
    answers.archive.repositories = [
      Repository(name: "tools", source: "https://repo.example.org/deb stable main extra", key: "/keys/tools.asc")
    ]
    answers.packages = ["openssh-server", "vim"]
    answers.excludedPackages = ["nano"]
    answers.groups = ["standard", "ssh-server"]
    answers.recommends = false
    answers.services.enabled = ["fstrim.timer"]
    answers.services.disabled = ["e2scrub_reap"]
    answers.services.masked = ["getty@tty6.service"]
    answers.kernelArguments = ["console=tty0", "console=ttyS0,115200n8", "net.ifnames=0"]
    answers.files = [PlacedFile(path: "/etc/motd.d/it's here", source: "/host/motd", mode: 0o640, owner: "root:adm")]
    answers.scripts = [InstallScript(.before, source: "/host/before"), InstallScript(.after, source: "/host/late")]
    return answers
  }

  static func request(_ answers: InstallAnswers) -> RenderRequest {
    RenderRequest(answers: answers) { path in Array("#!/bin/sh\necho \(path)\n".utf8) }
  }

  /// Requests that together reach every branch of the renderer.
  static func requests() -> [RenderRequest] {
    var pinned = request(plain())
    pinned.udebSuite = "trixie-pinned"
    pinned.pinnedKeyFile = "pin.gpg"
    pinned.proxy = "http://10.0.2.2:3142/"
    var open = request(full())
    open.holdInitramfs = false
    open.firmwareLookup = true
    open.powerOff = false
    var sized = plain()
    sized.disk.label = .gpt
    sized.disk.partitions = [
      PartitionRequest(name: "boot", size: .mebibytes(512), fileSystem: .ext4, mountPoint: "/boot"),
      PartitionRequest(name: "swap", size: .gibibytes(1), fileSystem: .swap, mountPoint: nil),
      PartitionRequest(name: "root", size: nil, fileSystem: .xfs, mountPoint: "/", fileSystemLabel: "root"),
    ]
    sized.archive.mirror = "https://mirror.example.org:8443/pub/debian"
    sized.archive.securityMirror = "https://mirror.example.org/pub/security"
    sized.timeServers = nil
    var cleaning = request(sized)
    cleaning.selfCleaning = SelfCleaningTests.cleaning()
    return [request(plain()), pinned, request(full()), open, request(sized), cleaning]
      + LayoutSample.all.map { LayoutSample.request($0, size: .gibibytes(4)) }
  }

  static func text(_ file: RenderedFile?) throws -> String {
    String(decoding: try #require(file).contents, as: UTF8.self)
  }

  /// Answers of a preseed by question.
  static func answers(_ text: String) -> [String: String] {
    var result: [String: String] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
      result[String(words[1])] = words.count > 3 ? String(words[3]) : ""
    }
    return result
  }
}

/// A change to what is asked that a format cannot write, and the setting that the error must name.
///
/// `Asked` is what is changed: ``InstallAnswers``, or the whole ``RenderRequest``.
struct Refusal<Asked>: Sendable, CustomTestStringConvertible {
  var setting: String
  var what: String
  var change: @Sendable (inout Asked) -> Void

  init(_ setting: String, _ what: String, _ change: @escaping @Sendable (inout Asked) -> Void) {
    self.setting = setting
    self.what = what
    self.change = change
  }

  var testDescription: String { "\(setting): \(what)" }

  /// Checks that the format refuses the changed request with the setting's name and place, and tells no secret.
  private func check(_ format: any AnswerFileFormat, _ changed: RenderRequest) throws {
    var request = changed
    request.origins = [setting: SourceLocation(file: "x.conf", line: 7)]
    let error = try #require(throws: FactoryError.self) { try format.render(request) }
    #expect(error.status == .configInvalid)
    #expect(error.message.contains("'\(setting)'"), "\(error.message)")
    #expect(error.location?.line == 7)
    #expect(!error.message.contains("MARKER") && !error.message.contains("\n"))
  }
}

extension Refusal where Asked == InstallAnswers {
  func check(_ format: any AnswerFileFormat, in good: RenderRequest) throws {
    var request = good
    change(&request.answers)
    try check(format, request)
  }
}

extension Refusal where Asked == RenderRequest {
  func check(_ format: any AnswerFileFormat, in good: RenderRequest) throws {
    var request = good
    change(&request)
    try check(format, request)
  }
}
