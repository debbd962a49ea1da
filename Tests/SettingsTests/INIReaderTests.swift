import Glibc
import Model
import Settings
import Testing

@Suite("Reading INI text")
struct INIReaderTests {
  private func lines(_ text: String) -> [String] { INIFile(name: "f", text: text).problems.map(\.line) }

  @Test("values remember line and column, in characters")
  func columns() throws {
    let file = INIFile(name: "f", text: "[grün]\nключ =  wert\n  more\n")
    let entry = try #require(file.sections.first?.entries.first)
    #expect(entry.key == "ключ" && entry.value == "wert\nmore")
    #expect(entry.line == 2 && entry.keyColumn == 1 && entry.column == 9)
  }

  @Test("a byte order mark, CRLF and lone CR are line ends and nothing else")
  func lineEnds() {
    let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("[a]\r\nk = 1\r\n  2\rl = 3".utf8)
    let file = INIFile(name: "f", bytes: bytes)
    #expect(file.problems.isEmpty)
    #expect(file.sections.first?.entries.map(\.value) == ["1\n2", "3"])
  }

  @Test("invalid UTF-8 is an error with line and column")
  func invalidUTF8() throws {
    let file = INIFile(name: "f", bytes: Array("[a]\nkäy = v".utf8) + [0xE4, 0x0A])
    let problem = try #require(file.problems.first)
    #expect(
      problem.line == "f:2: error: the file is not UTF-8 (convert it, for example with 'iconv -f latin1 -t utf-8')")
    #expect(problem.location?.column == 8)
    #expect(file.sections.isEmpty)
  }

  @Test(
    "each mistake is an error with its line and says what to do",
    arguments: [
      (
        "k = 1\n[a]\n",
        "f:1: error: 'k…' stands before the first section (start the file with a line such as [DEFAULT])"
      ),
      ("[a]\n[b]\n[a]\n", "f:3: error: section [a] is written twice; the first is in line 1 (join the two sections)"),
      ("[a]\nk = 1\nK = 2\n", "f:3: error: 'k' is set twice in [a]; the first is in line 2 (remove one of them)"),
      ("[a]\nword\n", "f:2: error: 'word' is neither a section nor a key with a value (write KEY = VALUE)"),
      ("[a]\n = 1\n", "f:2: error: a value without a key: '=…' (write KEY = VALUE)"),
      (
        "[DEFAULT]\nk=1\n[a]\n[DEFAULT]\nk=2\n",
        "f:5: error: 'k' is set twice in [DEFAULT]; the first is in line 2 (remove one of them)"
      ),
    ])
  func mistakes(text: String, expected: String) {
    #expect(lines(text) == [expected])
  }

  @Test("all mistakes of a file are reported together")
  func together() {
    #expect(lines("[a]\nx\nk=1\nk=2\n[a]\n= v\n").count == 4)
  }

  @Test("a broken line that may be a password hash is not shown")
  func noHash() {
    #expect(
      lines("[a]\n$6$salt$secret\n") == [
        "f:2: error: '…' is neither a section nor a key with a value (write KEY = VALUE)"
      ])
  }

  @Test("a file of anything but text is an error after a bounded number of messages")
  func noise() {
    var random = SeededGenerator(seed: 7)
    let letters: [UInt8] = Array("ab=[]: #\n\n".utf8)
    let bytes = (0..<200_000).map { _ in random.pick(letters, or: 0x61) }
    let file = INIFile(name: "f", bytes: bytes)
    #expect(file.problems.count == 101)
  }

  @Test("10 MB in one value, in comments and in keys are read")
  func large() {
    let long = INIFile(name: "f", text: "[a]\nk = " + String(repeating: "x", count: 10_000_000) + "\n")
    #expect(long.sections.first?.entries.first?.value.utf8.count == 10_000_000)
    let comments = INIFile(name: "f", text: "[a]\n" + String(repeating: "# comment\n", count: 1_000_000))
    #expect(comments.problems.isEmpty)
  }

  @Test("100,000 sections are read and none is lost, in well under two seconds")
  func manySections() throws {
    let text = (0..<100_000).map { "[s\($0)]\nkey = ${other}\n" }.joined()
    let start = processorSeconds()
    let loaded = try ScratchFolder().load(text)
    let seconds = processorSeconds() - start
    #expect(loaded.mergedText().utf8.count > 2_000_000)
    #expect(loaded.findings.isEmpty)
    // Two seconds are the promise for a release build; this one may be ten times slower. Time of this thread only: a busy machine
    // does not change it.
    #expect(seconds < 20)
  }

  private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test("a file above 16 MiB is refused by its size")
  func tooLarge() throws {
    let loaded = try ScratchFolder().load(String(repeating: "#\n", count: (8 << 20) + 1))
    #expect(loaded.findings.first?.message.hasSuffix("named by --config: it is too large") == true)
  }
}
