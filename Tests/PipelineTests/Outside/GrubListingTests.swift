import Testing

@testable import Pipeline

@Suite("a folder as GRUB lists it")
struct GrubListingTests {
  private func long(_ lines: (String, String)...) -> String {
    lines.map { size, name in
      size + String(repeating: " ", count: max(12 - size.count, 0)) + " 20261121151727 " + name + "\n"
    }.joined() + "\n"
  }

  private func names(_ plain: String, _ long: String) -> [String]? {
    GrubListing(plain: plain, long: long)?.entries.map { entry in
      entry.name + (entry.isFolder ? "/" : entry.size.map { "=\($0)" } ?? "?")
    }
  }

  @Test("folders, files and what cannot be opened are told apart")
  func kinds() {
    #expect(
      names(
        "./ ../ etc/ os-release dangling machine-id \n",
        long(
          ("DIR", "./"), ("DIR", "../"), ("DIR", "etc/"), ("5", "os-release"), ("0", "machine-id")))
        == ["etc/", "os-release=5", "dangling?", "machine-id=0"])
    #expect(names("\n", "\n") == [])
  }

  @Test("names with blanks, line ends and the look of a line stay whole")
  func hostile() {
    #expect(names("a b  c/ \n", long(("3", "a b"), ("DIR", " c/"))) == ["a b=3", " c/"])
    #expect(names("a\nb x \n", long(("3", "a\nb"), ("4", "x"))) == ["a\nb=3", "x=4"])
    #expect(names("gone to x \n", long(("4", "x"))) == ["gone?", "to?", "x=4"])
    #expect(names("99999999999999 x \n", long(("99999999999999", "x"))) == ["99999999999999?", "x=99999999999999"])
  }

  @Test("a listing that was not ended, or whose two forms differ, is none")
  func unusable() {
    #expect(names("", "") == nil)
    #expect(names("etc/ \n", "") == nil)
    #expect(names("etc/ \n", long(("DIR", "usr/"))) == nil)
    #expect(names("etc/ usr/ \n", long(("DIR", "etc/"))) == nil)
    // A name that forges the line of another.
    let forged = "x\n5            20261121151727 y"
    #expect(names("\(forged) \n", long(("3", forged))) == nil)
  }
}
