import Foundation
import Model
import SystemPackage
import Testing

@testable import Installers

/// Requests, and what an independent YAML reader makes of the rendered user data.
enum AutoinstallSample {
  static let dialects = ["22.04", "24.04", "26.04"]

  static func plain() -> InstallAnswers {
    var answers = InstallAnswers()
    answers.hostname = "golden"
    answers.archive.mirror = "http://archive.ubuntu.com/ubuntu"
    answers.archive.components = ["main", "universe"]
    return answers
  }

  static func full() -> InstallAnswers {
    var answers = Sample.full()
    answers.archive.mirror = "http://archive.ubuntu.com/ubuntu"
    answers.archive.securityMirror = "http://security.ubuntu.com/ubuntu"
    answers.archive.suite = ""
    answers.archive.components = ["main", "restricted"]
    answers.groups = ["standard"]
    answers.firewall = Firewall(enabled: true, open: ["22/tcp", "8000-8010/udp", "https"])
    answers.scripts.append(InstallScript(.onError, source: "/host/error"))
    return answers
  }

  /// Layouts by name, on a disk of 8 GiB.
  static func layouts() -> [(name: String, disk: DiskLayout)] {
    func disk(_ change: (inout DiskLayout) -> Void) -> DiskLayout {
      var disk = DiskLayout()
      change(&disk)
      return disk
    }
    let root = PartitionRequest.root
    let swap = PartitionRequest(name: "swap", size: .gibibytes(1), fileSystem: .swap, mountPoint: nil)
    let home = PartitionRequest(
      name: "home", size: nil, fileSystem: .xfs, mountPoint: "/home", fileSystemLabel: "home", volumeGroup: "data")
    var lvmRoot = root
    lvmRoot.size = .gibibytes(3)
    lvmRoot.volumeGroup = "data"
    return [
      ("default", disk { _ in }),
      ("gpt", disk { $0.label = .gpt }),
      ("uefi", disk { $0.firmware = .uefi }),
      (
        "lvm",
        disk {
          let boot = PartitionRequest(name: "boot", size: .mebibytes(512), fileSystem: .ext4, mountPoint: "/boot")
          $0.partitions = [boot, home, lvmRoot]
        }
      ),
      (
        "srv",
        disk {
          $0.firmware = .uefi
          $0.partitions = [
            PartitionRequest(
              name: "srv", size: .mebibytes(700), fileSystem: .xfs, mountPoint: "/srv", mkfsOptions: ["-m", "crc=1"]),
            root, swap,
          ]
        }
      ),
    ]
  }

  static func request(_ answers: InstallAnswers, _ dialect: String = "24.04") -> RenderRequest {
    var request = Sample.request(answers)
    request.dialect = dialect
    request.diskSize = .gibibytes(8)
    // A file that is neither a script nor text: the binary start of an OpenPGP key.
    let read = request.readFile
    request.readFile = { path in path.string.hasSuffix(".asc") ? [0x99, 0x01, 0x0D, 0x04] : try read(path) }
    return request
  }

  /// Requests that together reach every branch of the renderer.
  static func requests() -> [RenderRequest] {
    var all: [RenderRequest] = []
    for dialect in dialects {
      all += [request(plain(), dialect), request(full(), dialect)]
      for layout in layouts() {
        var answers = plain()
        answers.disk = layout.disk
        all.append(request(answers, dialect))
      }
    }
    var depot = request(plain())
    depot.proxy = "http://10.0.2.2:3142/"
    depot.firmwareLookup = true
    depot.firstBootHostKeys = false
    depot.powerOff = false
    depot.answers.archive.updates = false
    depot.answers.firewall = Firewall(enabled: false, open: [])
    return all + [depot]
  }

  static func userData(_ request: RenderRequest) throws -> String {
    try Sample.text(try Autoinstall().render(request).file("user-data"))
  }

  /// Python with PyYAML and jsonschema, by the set-up of the oracles; nil when it is not there.
  static let python: String? = {
    let named =
      ProcessInfo.processInfo.environment["IMAGE_FACTORY_ORACLES"] ?? Place.package + "/.build/oracles/venv/bin"
    let python = named + "/python3"
    return FileManager.default.isExecutableFile(atPath: python) ? python : nil
  }()

  /// Runs Python; output and errors together.
  static func python(_ arguments: [String]) throws -> Finished {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Finished(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
  }

  /// The documents as PyYAML reads them, under `autoinstall`.
  static func parsed(_ texts: [String]) throws -> [[String: Any]] {
    try withFolder { folder in
      var paths: [String] = []
      for (index, text) in texts.enumerated() {
        paths.append("\(folder)/\(index)")
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(index)"))
      }
      let program =
        "import json,sys,yaml; print(json.dumps([yaml.safe_load(open(f,encoding='utf-8')) for f in sys.argv[1:]]))"
      let result = try python(["-c", program] + paths)
      let documents = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
      return try #require(documents, "\(result.output)").map { try #require($0["autoinstall"] as? [String: Any]) }
    }
  }

  static func parsed(_ request: RenderRequest) throws -> [String: Any] {
    try #require(try parsed([userData(request)]).first)
  }

  /// What is at `path` (keys joined by `.`) as JSON with sorted keys; nil when there is nothing.
  static func json(_ answers: [String: Any], _ path: String) throws -> String? {
    var place: Any = answers
    for key in path.split(separator: ".") {
      guard let inner = (place as? [String: Any])?[String(key)] else { return nil }
      place = inner
    }
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes]
    return String(decoding: try JSONSerialization.data(withJSONObject: place, options: options), as: UTF8.self)
  }
}
