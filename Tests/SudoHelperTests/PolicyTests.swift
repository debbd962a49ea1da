import PrivilegedOperations
import Testing

/// The policy alone: words to operations and back, without a process.
@Suite("The policy of the sudo helper", .serialized)
struct PolicyTests {
  @Test("what is encoded is decoded to the same request", arguments: [UInt64(1), 20_260_101, 0xDEAD_BEEF])
  func identity(seed: UInt64) throws {
    var random = Dice(seed)
    for _ in 0..<2_000 {
      let request = RandomRequest.make(&random)
      #expect(try PrivilegedRequest(words: request.words) == request)
    }
  }

  @Test("100,000 random command lines are no operation, or exactly the one they spell")
  func randomWords() throws {
    var random = Dice(7)
    var accepted = 0
    for _ in 0..<100_000 {
      let words = RandomRequest.words(&random)
      guard let request = try? PrivilegedRequest(words: words) else { continue }
      accepted += 1
      // Whatever gets through is spelled by the closed list, word by word: nothing was overlooked, cut or read twice.
      #expect(Set(request.words) == Set(words) && request.words.count == words.count, "\(words)")
      for word in words { #expect(word.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "\(words)") }
    }
    #expect(accepted < 20_000, "the mutations are hardly mutations")
  }

  @Test("no random word is ever accepted as an operation by itself")
  func noise() {
    var random = Dice(99)
    for _ in 0..<20_000 {
      let words = (0..<random.below(6)).map { _ in RandomRequest.noise(&random) }
      #expect(throws: Refusal.self, "\(words)") { try PrivilegedRequest(words: words) }
    }
  }

  @Test(
    "a letter that only looks like ASCII is none",
    arguments: ["/tmp/image-factory.\u{212A}", "/tmp/image-factory.é", "/tmp/image-factory.\u{FF41}"])
  func lookalikes(path: String) {
    #expect(!ArgumentRule.mountPoint.accepts(path))
    #expect(throws: Refusal.self) { try PrivilegedRequest(words: ["umount", path]) }
  }

  @Test(
    "a rule matches from the first byte to the last",
    arguments: [
      "/a\n", "\n/a", "/a\n/b", "/a\u{0}", "/a/", "//a", "/a/../b", "/..", "/.", "/a/.", "a", "", "/a\u{7F}", "/a;b",
      "/a$b", "/a`b",
    ])
  func anchored(path: String) {
    #expect(!ArgumentRule.path.accepts(path))
  }

  @Test(
    "plain paths are accepted, hidden ones and those with dots too",
    arguments: ["/a", "/srv/images/debian 13.raw", "/a/.b/..c/d..", "/a/...", "/~x/%y@z+1,2:3=4_5-6"])
  func plain(path: String) {
    #expect(ArgumentRule.path.accepts(path))
  }

  @Test("a refusal repeats the caller's words without control characters")
  func printable() {
    #expect(throws: Refusal("'?[31mred?' is no operation of this helper")) {
      try PrivilegedRequest(words: ["\u{1B}[31mred\n"])
    }
  }

  @Test("a record's header is read as it was written")
  func records() throws {
    for kind in HelperRecord.Kind.allCases {
      let record = HelperRecord(kind, name: Array("/var/log/x\n".utf8), dataSize: 0x1_2345_6789)
      let (read, nameSize) = try #require(HelperRecord.parse(Array(record.bytes.prefix(HelperRecord.headerSize))))
      #expect(read.kind == kind && read.dataSize == record.dataSize && nameSize == record.name.count)
    }
    #expect(HelperRecord.parse([9] + [UInt8](repeating: 0, count: 10)) == nil)
    #expect(HelperRecord.parse([1] + [UInt8](repeating: 0xFF, count: 10)) == nil, "a negative size")
    #expect(HelperRecord.parse([1]) == nil)
  }
}
