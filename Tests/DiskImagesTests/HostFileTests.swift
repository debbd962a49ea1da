import DiskImages
import Glibc
import Model
import SystemPackage
import Testing

@Suite("files of the host")
struct HostFileTests {
  private let scratch = try? Scratch()

  /// A sparse file of 40 MiB with data at odd places.
  private func holes() throws -> FilePath {
    let scratch = try #require(scratch)
    let file = try scratch.sparse("holes", mebibytes: 40)
    try scratch.patch(file, at: 4097, Array("one".utf8))
    try scratch.patch(file, at: (17 << 20) + 5, [UInt8](repeating: 0x33, count: 3 << 20))
    return file
  }

  @Test("digests are those of sha256sum and sha512sum, holes and all", .enabled(if: Tool.has("sha256sum", "sha512sum")))
  func digests() throws {
    let scratch = try #require(scratch)
    for file in [
      try holes(), try scratch.write("empty", ""), try scratch.write("odd", [UInt8](repeating: 7, count: 1_048_577)),
    ] {
      var last: Int64 = 0
      let found = try FileDigest.compute(file, algorithms: [.sha256, .sha512]) { done in
        #expect(done > last)
        last = done
      }
      #expect(try Tool.need("sha256sum", [file.string]).hasPrefix(found[.sha256] ?? "?"))
      #expect(try Tool.need("sha512sum", [file.string]).hasPrefix(found[.sha512] ?? "?"))
      #expect(try FileDigest.sha256(file) == found[.sha256])
      #expect(try last == size(file))
    }
  }

  private func size(_ file: FilePath) throws -> Int64 { try SparseFile.sizes(of: file).apparent.bytes }

  @Test("a digest can be ended from outside, and a missing file or a folder is an error")
  func ended() throws {
    let file = try holes()
    #expect(throws: CancellationError.self) {
      try FileDigest.compute(file, algorithms: [.sha256]) { _ in throw CancellationError() }
    }
    #expect { try FileDigest.sha256(FilePath("/no/such/file")) } throws: { ($0 as? DiskImageError)?.kind == .notFound }
    #expect { try FileDigest.sha256(FilePath("/tmp")) } throws: { ($0 as? DiskImageError)?.kind == .wrongType }
  }

  @Test(
    "sha256sum -c reads what is written, odd names too, and the parser reads what sha256sum writes",
    .enabled(if: Tool.has("sha256sum")))
  func checksumFile() throws {
    let scratch = try #require(scratch)
    let names = ["plain.raw", "two words", "back\\slash", "new\nline", "re\r\nturn", " leading", "*star", "-dash", "ü"]
    var sums = ChecksumFile()
    for name in names {
      sums.entries.append(ChecksumFile.Entry(digest: try FileDigest.sha256(scratch.write(name, name)), name: name))
    }
    let file = scratch.path("SHA256SUMS")
    try sums.write(to: file)
    let verdict = try Tool.run("sha256sum", ["--strict", "-c", "SHA256SUMS"], in: scratch.folder)
    #expect(verdict.status == 0, "\(verdict.output)")
    let written = try Tool.run("sha256sum", ["--"] + names, in: scratch.folder)
    #expect(written.output == sums.text)
    #expect(try ChecksumFile(parsing: written.output) == sums)
    try sums.verify(in: scratch.folder)
    try scratch.write("two words", "changed")
    #expect { try sums.verify(in: scratch.folder) } throws: {
      ($0 as? DiskImageError)?.kind == .digestMismatch && "\($0)".contains("'two words'") && !"\($0)".contains("plain")
    }
    #expect(try !scratch.names().contains { $0.contains("partial") })
  }

  @Test("the original's line: digest, two blanks, name")
  func line() {
    let digest = String(repeating: "ab", count: 32)
    #expect(
      ChecksumFile.Entry(digest: digest, name: "debian-13-2026-01-02.raw").line == "\(digest)  debian-13-2026-01-02.raw"
    )
  }

  @Test(
    "what is no checksum line is refused with its number",
    arguments: [
      "", "abc  name", String(repeating: "g", count: 64) + "  name", String(repeating: "a", count: 64) + " name",
      String(repeating: "a", count: 64) + "  ", String(repeating: "a", count: 64),
      "\\" + String(repeating: "a", count: 64) + "  bad\\escape",
    ])
  func notALine(_ text: String) {
    #expect(ChecksumFile.Entry(line: text) == nil)
    if !text.isEmpty { #expect { try ChecksumFile(parsing: "\n" + text) } throws: { "\($0)".contains("line 2") } }
  }

  @Test("holes stay holes in copies, and an existing target is never touched")
  func copies() throws {
    let scratch = try #require(scratch)
    let file = try holes()
    #expect(try SparseFile.sizes(of: file).allocated < .mebibytes(4))
    let extents = try SparseFile.dataExtents(of: file)
    #expect(extents.contains { $0.offset <= 4097 && $0.end > 4100 })
    #expect(extents.reduce(0) { $0 + $1.length } < 4 << 20)
    let copy = scratch.path("copy")
    try SparseFile.copy(file, to: copy)
    #expect(try FileDigest.sha256(copy) == FileDigest.sha256(file))
    #expect(try SparseFile.sizes(of: copy).allocated < .mebibytes(4))
    #expect { try SparseFile.copy(file, to: copy) } throws: { ($0 as? DiskImageError)?.kind == .exists }
    let part = scratch.path("part")
    try SparseFile.extract(ImageExtent(offset: 4097, length: 18 << 20), of: file, to: part)
    #expect(try SparseFile.sizes(of: part).apparent == .mebibytes(18))
    #expect(try scratch.read(part).prefix(3).elementsEqual("one".utf8))
    #expect(throws: DiskImageError.self) {
      try SparseFile.extract(ImageExtent(offset: 39 << 20, length: 2 << 20), of: file, to: scratch.path("beyond"))
    }
    #expect(try !scratch.names().contains("beyond"))
  }
}
