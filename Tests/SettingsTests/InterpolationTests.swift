import Model
import Settings
import Testing

@Suite("Interpolation")
struct InterpolationTests {
  private func problem(_ text: String, of section: String = "a") throws -> [String] {
    try ScratchFolder().load(text).resolved(for: section).findings.map(\.line)
  }

  private func value(_ text: String, of key: String = "k", in section: String = "a") throws -> String? {
    try ScratchFolder().load(text).resolved(for: section).values.first { $0.key == key }?.text
  }

  @Test("a circle is an error that names each step")
  func circle() throws {
    let text = "[a]\nx = ${y}\ny = ${b:z}\n[b]\nz = ${a:x}\n"
    #expect(
      try problem(text).contains(
        "test.conf:2: error: 'x' of [a] refers to itself: [a] x → [a] y → [b] z → [a] x (break the circle)"))
    #expect(
      try problem("[a]\nk = ${k}\n") == [
        "test.conf:2: error: 'k' of [a] refers to itself: [a] k → [a] k (break the circle)"
      ])
  }

  @Test("ten levels are read, eleven are an error")
  func depth() throws {
    let chain = { (count: Int) in
      "[a]\n" + (1..<count).map { "k\($0) = ${k\($0 + 1)}\n" }.joined() + "k\(count) = end\n"
    }
    #expect(try value(chain(11), of: "k1") == "end")
    #expect(try problem(chain(12)).first?.contains("more than 10 levels deep: [a] k1 → [a] k2 →") == true)
  }

  @Test("a reference to nothing names the line, the reference and the nearest name")
  func missing() throws {
    #expect(
      try problem("[a]\nmirror = m\nk = x\n  ${miror}/y\n") == [
        "test.conf:3: error: '${miror}' in 'k' of [a] is set nowhere (did you mean '${mirror}'?)"
      ])
    #expect(
      try problem("[a]\nk = ${bb:x}\n[bbb]\nx = 1\n") == [
        "test.conf:2: error: '${bb:x}' in 'k' of [a] is set nowhere (did you mean section 'bbb'?)"
      ])
  }

  @Test(
    "broken references are errors with a hint",
    arguments: [
      ("$x", "a '$' in 'k' of [a] stands alone (write '$$' for a dollar sign, ${KEY} for a value)"),
      ("a$", "a '$' in 'k' of [a] stands alone (write '$$' for a dollar sign, ${KEY} for a value)"),
      ("${}", "a reference in 'k' of [a] is empty or not closed (write ${KEY} or ${SECTION:KEY})"),
      ("${x", "a reference in 'k' of [a] is empty or not closed (write ${KEY} or ${SECTION:KEY})"),
      ("${a:b:c}", "'${a:b:c}' in 'k' of [a] has more than one ':' (write ${SECTION:KEY})"),
    ])
  func broken(value: String, expected: String) throws {
    #expect(try problem("[a]\nk = \(value)\n") == ["test.conf:2: error: \(expected)"])
  }

  @Test("values that multiply through ten levels are an error, not an hour of work")
  func laughs() throws {
    let levels = (1..<10).map { level in
      "k\(level) = " + String(repeating: "${k\(level + 1)}", count: 20) + "\n"
    }
    let found = try problem("[a]\n" + levels.joined() + "k10 = ha\n")
    #expect(found.contains { $0.contains("grows beyond all bounds by its references") })
  }

  @Test("a later file changes what an earlier one refers to")
  func lazy() throws {
    let scratch = try ScratchFolder()
    let second = try scratch.write("second.conf", "[DEFAULT]\nmirror = two\n")
    let loaded = try scratch.load("[DEFAULT]\nmirror = one\n[a]\nk = ${mirror}/x\n") { $0.configFiles.append(second) }
    #expect(loaded.resolved(for: "a").values.first { $0.key == "k" }?.text == "two/x")
  }

  @Test("an inherited value refers to the values of the image that inherits it")
  func inherited() throws {
    let text =
      "[base]\ntemplate = yes\nk = v${release}\n[a]\ninherits = base\nrelease = 13\n[c]\ninherits = a\nrelease = 14\n"
    #expect(try value(text) == "v13")
    #expect(try value(text, in: "c") == "v14")
  }

  @Test("${config-folder} is the folder of the file the value stands in")
  func folder() throws {
    let scratch = try ScratchFolder()
    let loaded = try scratch.load("[a]\nk = ${config-folder}/x\n")
    #expect(loaded.resolved(for: "a").values.first?.text == "\(scratch.path)/x")
  }
}
