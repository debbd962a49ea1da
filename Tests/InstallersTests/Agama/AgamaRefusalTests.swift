import Foundation
import Model
import Testing

@testable import Installers

@Suite("what an Agama profile cannot say, and what cannot harm it")
struct AgamaRefusalTests {
  @Test("is refused with the setting's name and place", arguments: SUSERefusals.all)
  func refuses(refusal: SUSERefusal) throws {
    try refusal.check(Agama(), in: SUSESample.request(SUSESample.plain(), dialect: "Leap_16.0"))
  }

  @Test("no product, or what is no name of one, is refused", arguments: ["", "a b", "\"x\""])
  func dialect(name: String) throws {
    let error = try #require(throws: FactoryError.self) {
      try Agama().render(SUSESample.request(SUSESample.plain(), dialect: name))
    }
    #expect(error.message.contains("'answer-dialect'"))
  }

  @Test("any string arrives in JSON as it is and adds no member")
  func strings() throws {
    var random = SeededNumbers(3)
    for value in SUSESample.hostile + (0..<500).map({ _ in random.hostile() }) {
      let text = JSONNode.object([("a", .string(value)), ("b", .list([.string(value)]))]).text(revealing: true)
      let read = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(read.count == 2 && read["a"] as? String == value && read["b"] as? [String] == [value])
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
  }

  @Test("hostile names and keys reach the shell of the finished system as one word each, or are refused")
  func accounts() throws {
    var random = SeededNumbers(5)
    for round in 0..<150 {
      let value =
        round < SUSESample.hostile.count * 2 ? SUSESample.hostile[round / 2] : random.hostile()
      var answers = SUSESample.plain()
      var user = UserAccount(name: "ada")
      if round.isMultiple(of: 2) { user.fullName = value } else { user.sshKeys = ["ssh-rsa " + value] }
      answers.users = [user]
      let rendered: RenderedAnswers
      do { rendered = try Agama().render(SUSESample.request(answers, dialect: "Leap_16.0")) } catch let error
        as FactoryError
      {
        #expect(error.message.contains("'user:ada'"))
        continue
      }
      let script = try #require(
        try ReadJSON(try Sample.text(rendered.files.first)).text("scripts", "post", 0, "content"))
      let marks = round.isMultiple(of: 2) ? ("useradd", "--comment") : ("printf", "%s\\n")
      guard let line = script.split(separator: "\n").first(where: { $0.contains(marks.0 + " ") }) else { continue }
      let words = try ShellWords.split(String(line.prefix { $0 != ">" || value.contains(">") }))
      guard !value.contains(">"), !(round.isMultiple(of: 2) && value.isEmpty) else { continue }
      let index = try #require(words.firstIndex(of: marks.1))
      #expect(words[index + 1] == (round.isMultiple(of: 2) ? value : "ssh-rsa " + value))
    }
  }
}

@Suite("a look at a user's own Agama profile")
struct AgamaCheckTests {
  private func findings(_ text: String) -> [Finding] { Agama().check(text, file: "mine.json", dialect: "Leap_16.0") }

  @Test("finds nothing in what we render ourselves")
  func own() throws {
    for request in SUSESample.requests(dialect: "Leap_16.0") {
      let found = findings(try Sample.text(try Agama().render(request).files.first))
      #expect(found.isEmpty, "\(found.map(\.message))")
    }
  }

  @Test("names what is missing")
  func missing() {
    let found = findings("{}").map(\.message).joined(separator: "\n")
    for words in ["no 'product.id'", "neither a user nor root", "no 'storage'", "questions wait"] {
      #expect(found.contains(words), "\(words)")
    }
  }

  @Test("gives each finding its line")
  func lines() {
    let text = """
      {
        "product": { "id": "openSUSE_Leap" },
        "bootloader": { "timeout": 3, "stopOnBootMenu": true },
        "storages": [],
        "user": {
          "userName": "ada", "fullName": "Ada",
          "password": "secret-MARKER"
        },
        "questions": { "policy": "user" },
        "scripts": {
          "post": [ { "name": "x", "content": "echo" } ]
        },
        "storage": {},
        "storage": {}
      }
      """
    let found = findings(text)
    #expect(found.map { $0.location?.line } == [2, 3, 4, 7, 9, 11, 14], "\(found.map(\.message))")
    #expect(
      found.allSatisfy { $0.severity == .warning && $0.location?.file == "mine.json" && !$0.message.contains("MARKER") }
    )
  }

  @Test("finds names and types that Agama refuses, at any depth")
  func shape() {
    let text = """
      {
        "product": { "id": "Leap_16.0", "adons": [] },
        "questions": { "policy": "auto" },
        "root": { "password": "!", "hashedPassword": "MARKER" },
        "software": { "packages": "vim" },
        "scripts": { "post": [ { "name": "x", "contents": "#!/bin/sh" } ] },
        "storage": {
          "drives": [ { "partitions": [
            { "size": "2 XiB" },
            { "filesystem": { "type": "ext5" } } ] } ],
          "boot": {}
        }
      }
      """
    let found = findings(text)
    for (line, words) in [
      (2, "'adons' is no key of 'product'"), (4, "'hashedPassword' is text, and has to be true or false"),
      (5, "'packages' is text, and has to be a list"), (6, "'contents' is no key of 'post'"),
      (6, "'post' needs exactly one of"), (9, "'size' is no size"), (10, "'type' is none of"),
      (11, "'boot' has no 'configure'"),
    ] {
      #expect(
        found.contains { $0.location?.line == line && $0.message.hasPrefix(words) }, "\(words): \(found.map(\.message))"
      )
    }
    #expect(found.allSatisfy { !$0.message.contains("MARKER") })
    #expect(found.first { $0.message.contains("adons") }?.hint == "did you mean 'addons'?")
  }

  @Test(
    "says where a text stops being JSON",
    arguments: [
      ("{\n \"a\": 1,\n}", 3, 1), ("{\"a\" 1}", 1, 6), ("[", 1, 2), ("{\"a\": nul}", 1, 7), ("{} x", 1, 4),
      ("{\"a\": \"x\n\"}", 1, 9),
    ])
  func broken(text: String, line: Int, column: Int) {
    let found = findings(text)
    #expect(found.count == 1 && found[0].location?.line == line, "\(found)")
    #expect(found[0].message.contains("(column \(column))"), "\(found[0].message)")
  }

  @Test("gives up on values nested without end, and survives bytes that are no text")
  func noise() {
    #expect(findings(String(repeating: "[", count: 100_000))[0].message.contains("too deeply"))
    #expect(findings("[]")[0].message.contains("no object"))
    let noise = String(decoding: (0...255).map { UInt8($0) }, as: UTF8.self)
    #expect(findings(noise).allSatisfy { !$0.message.contains("\u{1B}") })
  }
}
