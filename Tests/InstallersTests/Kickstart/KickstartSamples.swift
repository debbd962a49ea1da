import Foundation
import Installers
import Model
import SystemPackage
import Testing

/// Requests for Kickstart, and pykickstart to read what became of them.
enum KickstartSample {
  static let dialects = ["RHEL9", "RHEL10", "F43", "F44"]
  static let mirror = "http://mirror.example.org/9/BaseOS/x86_64/os"

  static func plain() -> InstallAnswers {
    var answers = InstallAnswers()
    answers.hostname = "golden"
    answers.archive.mirror = mirror
    return answers
  }

  /// Every setting that the format knows.
  static func full() -> InstallAnswers {
    var answers = Sample.full()
    answers.archive = PackageArchive()
    answers.archive.mirror = mirror
    answers.archive.securityMirror = "https://mirror.example.org/9/updates"
    answers.archive.repositories = [
      Repository(name: "tools", source: "https://repo.example.org/el9/$basearch", key: "/keys/tools.asc"),
      Repository(name: "more", source: "metalink=https://repo.example.org/m?a=b&c=d", key: nil),
    ]
    var service = UserAccount(name: "backup")
    service.shell = "/usr/sbin/nologin"
    answers.users.append(service)
    answers.packages = ["vim-enhanced", "sudo"]
    answers.excludedPackages = ["iwl*-firmware"]
    answers.groups = ["^minimal-environment", "standard"]
    answers.firewall = Firewall(enabled: true, open: ["443/tcp", "8000-8010/udp", "cockpit"])
    answers.selinux = .permissive
    answers.scripts.append(InstallScript(.onError, source: "/host/on-error"))
    return answers
  }

  static func request(_ answers: InstallAnswers, _ dialect: String) -> RenderRequest {
    var request = Sample.request(answers)
    request.dialect = dialect
    return request
  }

  /// Layouts by name; what is not for every release is left to its own test.
  static func layouts() -> [(name: String, disk: DiskLayout)] {
    var gpt = DiskLayout()
    gpt.label = .gpt
    var uefi = DiskLayout()
    uefi.firmware = .uefi
    uefi.partitions = [
      PartitionRequest(name: "swap", size: .gibibytes(1), fileSystem: .swap, mountPoint: nil, fileSystemLabel: "swap"),
      PartitionRequest(
        name: "srv", size: ByteSize(bytes: (2 << 30) + 1), fileSystem: .xfs, mountPoint: "/srv",
        mkfsOptions: ["-m", "reflink=0"]),
      PartitionRequest(name: "root", size: nil, fileSystem: .ext4, mountPoint: "/", fileSystemLabel: "root"),
    ]
    var ownESP = uefi
    ownESP.partitions.insert(
      PartitionRequest(name: "esp", size: .mebibytes(200), fileSystem: .vfat, mountPoint: "/boot/efi"), at: 0)
    var lvm = DiskLayout()
    lvm.label = .gpt
    lvm.partitions = [
      PartitionRequest(name: "boot", size: .gibibytes(1), fileSystem: .ext4, mountPoint: "/boot"),
      PartitionRequest(
        name: "root", size: .gibibytes(4), fileSystem: .xfs, mountPoint: "/", fileSystemLabel: "root",
        volumeGroup: "system"),
      PartitionRequest(name: "swap", size: .gibibytes(1), fileSystem: .swap, mountPoint: nil, volumeGroup: "system"),
      PartitionRequest(name: "srv", size: nil, fileSystem: .xfs, mountPoint: "/srv", volumeGroup: "system"),
    ]
    return [("default", DiskLayout()), ("gpt", gpt), ("uefi", uefi), ("own ESP", ownESP), ("lvm", lvm)]
  }

  /// Requests that together reach every branch of the renderer.
  static func requests(_ dialect: String) -> [RenderRequest] {
    var depot = request(full(), dialect)
    depot.proxy = "http://10.0.2.2:3142/"
    depot.powerOff = false
    depot.logPort = "virtio-ports/log.0"
    var bare = plain()
    bare.locale = "C.UTF-8"
    bare.timeServers = nil
    bare.firewall = Firewall(enabled: false, open: [])
    var tree = plain()
    tree.ostree = OSTreeSource(remote: "site", url: "https://ostree.example.org/repo", ref: "site/9/x86_64/base")
    var cleaning = request(full(), dialect)
    cleaning.selfCleaning = SelfCleaningTests.cleaning()
    var all = [plain(), full(), bare, tree].map { request($0, dialect) } + [depot, cleaning]
    for layout in layouts() {
      var answers = plain()
      answers.disk = layout.disk
      all.append(request(answers, dialect))
    }
    return all
  }

  static func text(_ request: RenderRequest) throws -> String {
    try Sample.text(try Kickstart().render(request).file("ks.cfg"))
  }
}

/// pykickstart, by the set-up of the tests' judges.
enum Pykickstart {
  private static let folder =
    ProcessInfo.processInfo.environment["IMAGE_FACTORY_ORACLES"] ?? Place.package + "/.build/oracles/venv/bin"

  static let isThere = FileManager.default.isExecutableFile(atPath: folder + "/ksvalidator")
  static let absent: Comment = "needs pykickstart: run Tests/oracles/setup"

  private static let reader = Place.package + "/Tests/oracles/read-kickstart"

  /// Runs a tool of the environment; output and errors together.
  static func run(_ tool: String, _ arguments: [String]) throws -> Finished {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: folder + "/" + tool)
    process.arguments = arguments
    process.environment = ["PATH": folder + ":/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Finished(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
  }

  /// What pykickstart makes of the files.
  static func read(_ texts: [String], _ dialect: String) throws -> [[String: Any]] {
    try withFolder { folder in
      let result = try run("python3", [reader, dialect] + paths(texts, in: folder))
      return try result.output.split(separator: "\n").map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(object, "\(line)")
      }
    }
  }

  static func read(_ request: RenderRequest) throws -> [String: Any] {
    let object = try #require(try read([KickstartSample.text(request)], request.dialect).first)
    #expect(object["error"] == nil, "\(object["error"] ?? "")")
    return object
  }

  static func paths(_ texts: [String], in folder: String) throws -> [String] {
    try texts.enumerated().map { index, text in
      let path = "\(folder)/\(index).ks"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return path
    }
  }
}
