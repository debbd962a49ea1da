import Foundation
import Model
import SystemPackage
import Testing

@testable import Installers

@Suite("the XML of a profile") struct XMLElementTests {
  @Test(
    "any value arrives as it is, or is refused by its setting",
    .enabled(if: Place.tool("python3") != nil, "needs python3"))
  func values() throws {
    var random = SeededNumbers(7)
    let request = SUSESample.request(SUSESample.plain())
    var texts: [String] = []
    var expected: [String] = []
    for value in SUSESample.hostile + (0..<500).map({ _ in random.hostile() }) {
      do {
        texts.append(
          try XMLElement.map("a", [.string("b", value, from: "some-setting")]).document(request, revealing: true))
        expected.append(value)
      } catch let error as FactoryError {
        #expect(error.message.contains("'some-setting'") && !error.message.contains("\u{1B}"))
        #expect(value.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0xFFFF })
      }
    }
    #expect(texts.count > 200)
    for (read, value) in zip(try ReadProfile.read(texts), expected) {
      #expect(read.shape == "a:-(b:-())")
      #expect(read.children[0].text == value)
    }
  }

  @Test("values longer than YaST's parser reads are refused")
  func long() {
    let value = String(repeating: "x", count: 9 << 20)
    #expect(XMLElement.problem(of: value)?.contains("8 MiB") == true)
  }

  @Test("files and scripts of any bytes arrive through the shell")
  func payload() throws {
    var random = SeededNumbers(11)
    for size in [0, 1, 2, 3, 57, 58, 5000] {
      let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
      let call = SUSEPayload.call("read_it", bytes, revealing: true)
      try withFolder { folder in
        let script = "read_it() { base64 -d >'\(folder)/out'; }\n\(call)\n"
        try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/script"))
        let result = try run("sh", folder + "/script")
        #expect(result.status == 0 && result.output.isEmpty)
        #expect(try Array(Data(contentsOf: URL(fileURLWithPath: folder + "/out"))) == bytes)
      }
      if size > 0 { #expect(SUSEPayload.call("x", bytes, revealing: false).contains("(\(size) bytes)")) }
    }
  }

  @Test("files that are too large together are refused with a hint")
  func tooLarge() throws {
    var answers = SUSESample.plain()
    answers.files = [PlacedFile(path: "/a", source: "/a"), PlacedFile(path: "/b", source: "/b")]
    let request = RenderRequest(answers: answers) { _ in [UInt8](repeating: 0, count: 3 << 20) }
    let error = try #require(throws: FactoryError.self) { try SUSEPayload(request) }
    #expect(error.message.contains("'files'") && error.hint != nil)
  }

  @Test("a failing step of a script says so on the log port, a script that ends well does not")
  func trap() throws {
    for (commands, ending) in [(["true"], "phase next"), (["true", "false"], "in the step 'next'")] {
      var script = SUSEScript("A test.", SUSESample.request(SUSESample.plain()))
      script.add("first", ["true"])
      script.add("next", commands)
      try withFolder { folder in
        let log = folder + "/log"
        let text = script.text.replacing("[ -c \"$port\" ] || port=/dev/null", with: "port='\(log)'")
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/script"))
        let result = try run("sh", folder + "/script")
        #expect((result.status == 0) == (commands.count == 1))
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        #expect(lines.first == "image-factory-event: phase first")
        #expect(lines.last?.hasSuffix(ending) == true, "\(lines)")
        let events = lines.map { GuestEvent(line: String($0)) }
        #expect(!events.contains(nil))
      }
    }
  }

  @Test(
    "hashes are taken out of a log",
    arguments: ["\"user_password\"=>\"$6$salt$MARKER/x.y\"", "password: $y$j9T$s$MARKER"])
  func mask(line: String) throws {
    try withFolder { folder in
      try Data((line + "\n").utf8).write(to: URL(fileURLWithPath: folder + "/log"))
      let result = try run("sh", "-c", "sed -u \(SUSEScript.mask) '\(folder)/log'")
      #expect(result.status == 0 && !result.output.contains("MARKER") && result.output.contains("******"))
    }
  }
}
