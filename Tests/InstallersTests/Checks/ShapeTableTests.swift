import Foundation
import Model
import Testing

@testable import Installers

@Suite("the tables of what answer files may hold")
struct ShapeTableTests {
  @Test("every table is read to its end, and every name in it is defined")
  func tables() {
    for shapes in [AutoYaSTShapes.all, AgamaShapes.all, AutoinstallShapes.all] { #expect(shapes.mistakes == []) }
    #expect(AutoYaSTShapes.all.shapes.count > 60 && AgamaShapes.all.shapes.count > 60)
  }

  @Test(
    "a table with a mistake says so",
    arguments: [
      "a", "a = {b", "a = [b", "a = b", "a = ~nothing", "a = {b:!}", "a = text a = text", "a = {one(b}", "= text",
      "a = <b",
      "a =",
    ])
  func mistakes(table: String) { #expect(!AnswerShapes(table).mistakes.isEmpty) }

  @Test("the notation says what it is described to say")
  func notation() throws {
    let shapes = AnswerShapes(
      """
      a = {b! c*:bool d:'x'|'802.3ad'|[natural]+ e@26.04:any one(b c) ...}
      # a = int
      f = <g h:{i}>+
      """)
    #expect(shapes.mistakes == [])
    guard case .map(let map)? = shapes["a"] else {
      Issue.record("a is no map")
      return
    }
    #expect(map.isOpen && map.oneOf == ["b", "c"] && map.members.map(\.name) == ["b", "c", "d", "e"])
    #expect(map.members[0].isRequired && map.members[1].repeats && map.members[3].since == "26.04")
    let words: [AnswerShape] = [.word("x"), .word("802.3ad"), .list(.integer(minimum: 0), isFilled: true)]
    #expect(map.members[2].shape == .either(words))
    guard case .elements(let members, isFilled: true)? = shapes["f"] else {
      Issue.record("f is no list")
      return
    }
    #expect(members.map(\.name) == ["g", "h"])
  }

  @Test("every section of the table is one that YaST knows")
  func sections() {
    // The last are linuxrc's and those of s390.
    for name in AutoYaSTSections.known.subtracting(["dasd", "init", "install", "linuxrc", "zfcp"]) {
      #expect(AutoYaSTShapes.all[name] != nil, "\(name)")
    }
  }

  @Test("the texts that have a form")
  func forms() {
    let sizes = ["2 GiB", "1.5 TB", "1TIB", "1073741824 b", "1024"]
    for size in sizes { #expect(AnswerShape.TextForm.size.matches(size), "\(size)") }
    for size in ["", "GiB", "1.", "2 XB", "-1", "1 Gi", "2 GiB x"] {
      #expect(!AnswerShape.TextForm.size.matches(size), "\(size)")
    }
    #expect(AnswerShape.TextForm.token.matches("C1" + String(repeating: "a", count: 23)))
    #expect(!AnswerShape.TextForm.token.matches("C0" + String(repeating: "a", count: 23)))
    #expect(!AnswerShape.TextForm.name.matches("a/b") && AnswerShape.TextForm.fingerprint.matches("AB 12"))
  }

  @Test("a misspelt name is told the one that was meant")
  func nearest() {
    let known = ["ptableType", "partitions", "self_update", "confirm"]
    #expect(ShapeText.nearest("ptabletype", known) == "ptableType")
    #expect(ShapeText.nearest("confrim", known) == "confirm")
    #expect(ShapeText.nearest("selfupdate", known) == "self_update")
    #expect(ShapeText.nearest("partition", known) == "partitions")
    #expect(ShapeText.nearest("something", known) == nil)
  }
}
