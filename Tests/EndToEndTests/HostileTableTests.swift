import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

/// What the program says to tables that would end libparted: an exit status of its own, and a disk that stays as it is.
@Suite(
  "finish and inspect, given a hostile table",
  .enabled(if: FileManager.default.isExecutableFile(atPath: Workshop.binary.string), "image-factory is not built"))
struct HostileTableTests {
  private typealias Entry = HandMadeTable.Entry

  private static func tables(_ kind: String) -> [(Int64, [UInt8])] {
    switch kind {
    case "loop":
      [
        (0, HandMadeTable.msdos(Entry(5, 2048, 20_480))),
        (2048 * 512, HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 100, 50))),
        (2148 * 512, HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 200, 50))),
        (2248 * 512, HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 100, 50))),
      ]
    case "overlap": HandMadeTable.Guid([(first: 2048, last: 9999), (first: 9000, last: 20_000)]).bytes(sectors: 65_536)
    default: HandMadeTable.Guid([(first: 1 << 63, last: 1 << 63)]).bytes(sectors: 65_536)
    }
  }

  @Test(
    "the exit status is 4 or 7, the error printable and with a hint, no file changed or left",
    arguments: ["loop", "overlap", "beyond"])
  func refused(_ kind: String) async throws {
    let scratch = try Scratch("table")
    let config = try scratch.write("[mine]\ninherits = debian\nrelease = 13\n", to: "test.conf")
    let disk = scratch.path.appending("disk.raw")
    #expect(FileManager.default.createFile(atPath: disk.string, contents: Data()))
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: disk.string))
    try file.truncate(atOffset: 32 << 20)
    for (offset, bytes) in Self.tables(kind) {
      try file.seek(toOffset: UInt64(offset))
      try file.write(contentsOf: bytes)
    }
    try file.close()
    let before = try Data(contentsOf: URL(fileURLWithPath: disk.string))
    for (words, status) in [
      (["finish", "mine", "--disk", disk.string, "--output", scratch.path.appending("out").string], 4),
      (["inspect", disk.string], 7),
    ] as [([String], Int32)] {
      let result = try await Child(
        [Workshop.binary.string] + words + ["--config", config.string],
        environment: Child.plainEnvironment.merging(
          ["HOME": scratch.path.string, "IMAGE_FACTORY_STATE": scratch.path.appending("state").string],
          uniquingKeysWith: { $1 }), folder: scratch.path
      ).wait()
      #expect(result.status == status, "\(result.errors)")
      #expect(result.errors.contains("error:") && result.errors.contains("hint:"), "\(result.errors)")
      #expect(result.errors.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
      #expect(result.output == "")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: disk.string)) == before)
    #expect(!FileManager.default.fileExists(atPath: scratch.path.appending("out").string))
  }
}
