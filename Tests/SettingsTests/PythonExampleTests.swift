import Foundation
import Model
import Settings
import SystemPackage
import Testing

/// The example config of Debian's package `image-factory`, unchanged: installed, or unpacked beside the shared folder.
private enum Example {
  static let text: String? = {
    let folder = "/usr/share/doc/image-factory/image-factory.conf"
    if let text = try? String(contentsOfFile: folder, encoding: .utf8) { return text }
    guard FileManager.default.fileExists(atPath: folder + ".gz") else { return unpacked }
    return output("/usr/bin/gzip", ["-dc", folder + ".gz"])
  }()

  private static let unpacked: String? = ProcessInfo.processInfo.environment["IMAGE_FACTORY_PYTHON_EXAMPLE"].flatMap {
    try? String(contentsOfFile: $0, encoding: .utf8)
  }

  private static func output(_ tool: String, _ arguments: [String]) -> String? {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(data: data, encoding: .utf8)
  }
}

@Suite(
  "The Python tool's example config",
  .enabled(
    if: Example.text != nil, "Debian's package image-factory is not installed (IMAGE_FACTORY_PYTHON_EXAMPLE is not set)"
  ))
struct PythonExampleTests {
  @Test("it loads unchanged: every section an image, not one finding")
  func loads() throws {
    let text = try #require(Example.text)
    let loaded = try ScratchFolder().load(text)
    #expect(loaded.images.count == 20)
    #expect(loaded.allFindings(of: loaded.images).map(\.line) == [])
    let config = try #require(loaded.config(for: "Debian-10-server").config)
    #expect(config.answerFile.own == ["preseed": "/usr/share/image-factory/Debian-10-server-de.cfg"])
    #expect(config.source.kernel.first?.hasPrefix("rsync://ftp.de.debian.org/debian/dists/buster/main/") == true)
    #expect(config.answerFile.append.first == "auto-install/enable=true")
    #expect(config.machine.vnc == "localhost:13" && config.machine.cores == 1)
    #expect(config.disk.formats == ["qcow2"] && config.disk.size == .gibibytes(2))
    #expect(loaded.config(for: "Debian-10-server-minimal").config?.disk.size == .mebibytes(768))
    #expect(loaded.config(for: "Debian-8-server").config?.publishing.postBuildCommands == [["true"]])
    #expect(loaded.config(for: "openSUSE-13.2-server").config?.answerFile.own.keys.sorted() == ["autoyast"])
  }

  @Test(
    "every section resolves to Python's values, key by key",
    .enabled(if: PythonOracle.python != nil, "python3 is not installed"))
  func sameValues() throws {
    let scratch = try ScratchFolder()
    let text = try #require(Example.text)
    let loaded = try scratch.load(text)
    let file = scratch.path.appending("test.conf")
    let python = try #require(PythonOracle.python)
    let answers = try PythonOracle.read([[file]], python: python, scratch: scratch)
    let answer = try #require(answers.first)
    #expect(answer.sections.count == 22)
    for (section, expected) in answer.sections {
      let found = Dictionary(uniqueKeysWithValues: loaded.resolved(for: section).values.map { ($0.key, $0.text) })
      #expect(found == expected.compactMapValues { $0 }, "[\(section)]")
    }
    #expect(loaded.mergedText() == answer.written)
  }
}
