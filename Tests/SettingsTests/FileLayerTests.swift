import Foundation
import Model
import Settings
import SystemPackage
import Testing

@Suite("Which files are read")
struct FileLayerTests {
  private let image = "linux = /l\ninitrd = /i\npreseed = /p\n"

  private func scratch() throws -> ScratchFolder {
    let scratch = try ScratchFolder()
    try scratch.write(
      "etc/image-factory.conf", "[DEFAULT]\nram = 1G\ncores = 1\nmac = 52:54:00:00:00:01\n[a]\n\(image)")
    try scratch.write("etc/image-factory.d/20-b.conf", "[DEFAULT]\nram = 3G\n")
    try scratch.write("etc/image-factory.d/10-a.conf", "[DEFAULT]\nram = 2G\ncores = 2\n")
    try scratch.write("etc/image-factory.d/ignored.txt", "broken")
    try scratch.write("home/.config/image-factory.conf", "[DEFAULT]\nmac = 52:54:00:00:00:02\n")
    return scratch
  }

  private func load(_ scratch: ScratchFolder, change: (inout LoaderRequest) -> Void = { _ in }) -> LoadedConfig {
    var request = LoaderRequest(host: scratch.host)
    change(&request)
    return ConfigLoader.load(request)
  }

  @Test("the host's file, its folder by name, then the user's file: the last one wins")
  func order() throws {
    let scratch = try scratch()
    let loaded = load(scratch)
    #expect(
      loaded.files.map { $0.lastComponent?.string } == [
        "image-factory.conf", "10-a.conf", "20-b.conf", "image-factory.conf",
      ])
    let machine = try #require(loaded.config(for: "a").config?.machine)
    #expect(machine.memory == .gibibytes(3) && machine.cores == 2 && machine.macAddress == "52:54:00:00:00:02")
    #expect(
      loaded.origin(of: "RAM", in: "a")
        == SourceLocation(file: "\(scratch.path)/etc/image-factory.d/20-b.conf", line: 2, column: 7))
    #expect(loaded.origin(of: "memory", in: "a")?.line == 2)
  }

  @Test("IMAGE_FACTORY_CONFIG replaces the host's and the user's files")
  func environment() throws {
    let scratch = try scratch()
    let file = try scratch.write("other.conf", "[b]\n\(image)")
    let loaded = load(scratch) { $0.host.environment["IMAGE_FACTORY_CONFIG"] = file.string }
    #expect(loaded.images == ["b"] && loaded.files == [file])
  }

  @Test("--config replaces them too, and wins over the environment; several are layers")
  func option() throws {
    let scratch = try scratch()
    let one = try scratch.write("one.conf", "[b]\n\(image)ram = 1G\n")
    let two = try scratch.write("two.conf", "[b]\nram = 2G\n")
    let loaded = load(scratch) {
      $0.host.environment["IMAGE_FACTORY_CONFIG"] = "/nowhere"
      $0.configFiles = [one, two]
    }
    #expect(loaded.files == [one, two])
    #expect(loaded.config(for: "b").config?.machine.memory == .gibibytes(2))
  }

  @Test("a file that is named and is none fails, whatever names it")
  func missing() throws {
    let scratch = try scratch()
    let named = load(scratch) { $0.configFiles = ["/nowhere/x.conf"] }
    #expect(
      named.findings.map(\.line) == [
        "x.conf: error: cannot read '/nowhere/x.conf', named by --config: there is no such file (name a file that can be read)"
      ])
    let folder = load(scratch) { $0.host.environment["IMAGE_FACTORY_CONFIG"] = scratch.path.string }
    #expect(folder.findings.first?.message.hasSuffix("named by IMAGE_FACTORY_CONFIG: it is not a file") == true)
    #expect(load(scratch) { $0.host.environment["IMAGE_FACTORY_CONFIG"] = "" }.findings.count == 1)
    #expect(
      load(scratch) { $0.configsFolder = "/nowhere" }.findings.map(\.line) == [
        ": error: '/nowhere', named by --configs, is no folder that can be read (name a folder)"
      ])
  }

  @Test("a file that exists and cannot be read is an error", .enabled(if: geteuid() != 0, "root reads everything"))
  func unreadable() throws {
    let scratch = try scratch()
    try scratch.write("etc/image-factory.conf", "[a]\n", mode: 0o000)
    #expect(load(scratch).findings.first?.message.hasSuffix("permission denied") == true)
  }

  @Test("a named pipe in the place of a config is an error and no wait")
  func pipe() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path.appending("pipe.conf")
    #expect(mkfifo(path.string, 0o600) == 0)
    #expect(load(scratch) { $0.configFiles = [path] }.findings.first?.message.hasSuffix("it is not a file") == true)
  }

  @Test("shipped configs come first, and --no-shipped leaves them out")
  func shipped() throws {
    let scratch = try scratch()
    try scratch.write("prefix/share/image-factory/configs/defaults.conf", "[DEFAULT]\nram = 9G\nvnc = :1\n")
    try scratch.write("prefix/share/image-factory/configs/distros/d.conf", "[d]\ntemplate = yes\n\(image)")
    try scratch.write("prefix/share/image-factory/configs/images/i.conf", "[i]\ninherits = d\n")
    let binary = scratch.path.appending("prefix/bin/image-factory")
    let loaded = load(scratch) { $0.host.executable = binary }
    #expect(loaded.images == ["i", "a"])
    #expect(loaded.config(for: "i").config?.machine.memory == .gibibytes(3))
    #expect(loaded.config(for: "i").config?.machine.vnc == ":1")
    let without = load(scratch) {
      $0.host.executable = binary
      $0.shipped = false
    }
    #expect(without.images == ["a"])
  }

  @Test("relative paths start at the file's folder in shipped configs, else at the working folder; ~ is home")
  func paths() throws {
    let scratch = try ScratchFolder()
    try scratch.write("tree/images/i.conf", "[i]\nlinux = boot/l\ninitrd = ~/i\npreseed = ../p.cfg\n")
    let user = try scratch.write(
      "deep/u.conf",
      "[u]\nlinux = l, http://h.example/l\ninitrd = file:///i\npreseed = p.cfg\nlate-script = ${config-folder}/s.sh\n")
    let loaded = load(scratch) {
      $0.configsFolder = scratch.path.appending("tree")
      $0.configFiles = [user]
    }
    let shipped = try #require(loaded.config(for: "i").config)
    #expect(shipped.source.kernel == ["\(scratch.path)/tree/images/boot/l"])
    #expect(shipped.source.initrd == ["\(scratch.path)/home/i"])
    #expect(shipped.answerFile.own["preseed"] == scratch.path.appending("tree/p.cfg"))
    let own = try #require(loaded.config(for: "u").config)
    #expect(own.source.kernel == [scratch.path.appending("work/l").string, "http://h.example/l"])
    #expect(own.answerFile.own["preseed"] == scratch.path.appending("work/p.cfg"))
    #expect(own.answers.scripts == [InstallScript(.after, source: scratch.path.appending("deep/s.sh"))])
  }

  @Test("--set reaches the image that is asked for, or the section it names, and wins over every file")
  func set() throws {
    let scratch = try scratch()
    func override(_ text: String) throws -> Override { try Override.parse(text).get() }
    let loaded = try load(scratch) {
      $0.overrides = [
        try override("ram=4G"), try override("[DEFAULT]cores = 7"), try override("Image_Size=5G"),
        try override("ram = 6 GiB"),
      ]
    }
    let config = try #require(loaded.config(for: "a").config)
    #expect(config.machine.memory == .gibibytes(6) && config.machine.cores == 7 && config.disk.size == .gibibytes(5))
    #expect(config.origins["ram"] == SourceLocation(file: "--set"))
  }

  private func load(_ scratch: ScratchFolder, change: (inout LoaderRequest) throws -> Void) throws -> LoadedConfig {
    var request = LoaderRequest(host: scratch.host)
    try change(&request)
    return ConfigLoader.load(request)
  }

  @Test(
    "an argument of --set without key or value is a usage error that shows no value",
    arguments: ["ram", "=1", "[]a=1", "[x]=secret"])
  func badSet(text: String) {
    guard case .failure(let error) = Override.parse(text) else {
      Issue.record("\(text) was accepted")
      return
    }
    #expect(error.status == .usage && !error.message.contains("secret"))
  }
}
