import Foundation
import MiniatureGuest
import SystemPackage
import Testing

@Suite("newc archives") struct CpioTests {
  private let sample: [CpioEntry] = [
    .text("etc/name", "golden\n", 0o640, owner: 3, group: 42), .folder("var/mail", 0o2775, group: 8),
    .link("lib", to: "usr/lib"), .text("usr/bin/passwd", "x", 0o4755),
    CpioEntry("usr/bin/alias", .hardLink(to: "usr/bin/passwd"), permissions: 0o4755),
    .text("empty", ""), .text("caf\u{E9} au lait", "odd\n"),
    CpioEntry("dev/null", .characterDevice(major: 1, minor: 3), permissions: 0o666),
  ]

  @Test("cpio reads back the names, modes, owners, links and contents", .enabled(if: TestHost.tool("cpio") != nil))
  func roundTrip() throws {
    let archive = try CpioWriter.archive(sample)
    let listing = try TestHost.run(["cpio", "-t", "--quiet"], input: archive)
    #expect(
      listing.output.split(separator: "\n").map(String.init) == [
        "café au lait", "dev", "dev/null", "empty", "etc", "etc/name", "lib", "usr", "usr/bin", "usr/bin/passwd",
        "usr/bin/alias",
        "var", "var/mail",
      ])
    let long = try TestHost.run(["cpio", "-tv", "-n", "--quiet"], input: archive).output
    #expect(long.contains("-rw-r-----   1 3        42              7 Jan  1  1970 etc/name"))
    #expect(long.contains("crw-rw-rw-   1 0        0          1,   3 Jan  1  1970 dev/null"))
    #expect(long.contains("lib -> usr/lib"))
    try TestHost.withFolder { folder in
      // Without the device, which only root can make.
      let unpacked = try TestHost.run(["cpio", "-i", "--quiet", "-f", "dev/null"], in: folder, input: archive)
      #expect(unpacked.status == 0, "\(unpacked.errors)")
      #expect(TestHost.text(folder.appending("etc/name").string) == "golden\n")
      #expect(TestHost.text(folder.appending("usr/bin/alias").string) == "x")
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending("usr/bin/passwd").string)
      #expect(attributes[.referenceCount] as? Int == 2)
    }
  }

  @Test("the same members in any order give the same bytes, a multiple of 512") func isDeterministic() throws {
    let archive = try CpioWriter.archive(sample)
    #expect(try CpioWriter.archive(sample.reversed()) == archive)
    #expect(archive.count % 512 == 0)
  }

  @Test("a path that leaves the archive, a name given twice and a link to nothing are refused") func refusesMembers() {
    #expect(throws: CpioProblem.badPath("a/../../b")) { try CpioWriter.archive([.text("a/../../b", "")]) }
    #expect(throws: CpioProblem.badPath("/")) { try CpioWriter.archive([.folder("/")]) }
    #expect(throws: CpioProblem.duplicate("a")) { try CpioWriter.archive([.text("a", ""), .text("./a", "")]) }
    #expect(throws: CpioProblem.missingLinkTarget(path: "a", target: "b")) {
      try CpioWriter.archive([CpioEntry("a", .hardLink(to: "b"), permissions: 0o644)])
    }
  }

  /// Members that the reader finds, or the problem it throws.
  private func read(_ bytes: [UInt8]) throws -> [CpioReader.Member] {
    try TestHost.withFolder { folder in
      let path = folder.appending("archive")
      try Data(bytes).write(to: URL(fileURLWithPath: path.string))
      let file = try FileDescriptor.open(path, .readOnly)
      defer { try? file.close() }
      var reader = CpioReader(file, end: UInt64(bytes.count))
      var members: [CpioReader.Member] = []
      while let member = try reader.next() { members.append(member) }
      return members
    }
  }

  @Test("what is written is read, and what cpio writes too", .enabled(if: TestHost.tool("cpio") != nil)) func reads()
    throws
  {
    let members = try read(try CpioWriter.archive(sample))
    #expect(members.count == 13)
    let name = try #require(members.first { $0.path == "etc/name" })
    #expect(name.isFile && name.size == 7 && name.owner == 3 && name.group == 42 && name.mode & 0o7777 == 0o640)
    try TestHost.withFolder { folder in
      try "text".write(toFile: folder.appending("file").string, atomically: true, encoding: .utf8)
      let archive = try TestHost.run(
        ["cpio", "-o", "-H", "newc", "--quiet"], in: folder, input: Array(".\n./file\n".utf8))
      #expect(try read(Array(archive.output.utf8)).map(\.path) == ["", "file"])
    }
  }

  @Test("a broken or hostile archive is refused with its place") func refusesArchives() throws {
    let good = try CpioWriter.archive([.text("name", "content")])
    func changed(_ place: Int, _ text: String) -> [UInt8] {
      var bytes = good
      bytes.replaceSubrange(place..<place + text.utf8.count, with: Array(text.utf8))
      return bytes
    }
    #expect(throws: CpioProblem.badHeader(offset: 0, why: "it does not begin with 070701")) {
      try read(changed(0, "070707"))
    }
    #expect(throws: CpioProblem.badHeader(offset: 0, why: "field 0 is no number")) { try read(changed(6, "+0000001")) }
    #expect(throws: CpioProblem.truncated(offset: 0)) { try read(changed(54, "00FFFFFF")) }
    #expect(throws: CpioProblem.tooLarge("name")) { try read(changed(54, "FFFFFFFF")) }
    #expect(throws: CpioProblem.badHeader(offset: 0, why: "its name has 4294967295 bytes")) {
      try read(changed(94, "FFFFFFFF"))
    }
    #expect(throws: CpioProblem.badPath("../x")) { try read(changed(94, "00000005").replacing(at: 110, with: "../x")) }
    for length in stride(from: 0, to: 130, by: 7) {
      #expect(throws: CpioProblem.self) { try read(Array(good.prefix(length))) }
    }
  }
}

extension [UInt8] {
  fileprivate func replacing(at place: Int, with text: String) -> [UInt8] {
    var bytes = self
    bytes.replaceSubrange(place..<place + text.utf8.count, with: Array(text.utf8))
    return bytes
  }
}
