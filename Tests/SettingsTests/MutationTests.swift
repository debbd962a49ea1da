import Foundation
import Model
import Settings
import SystemPackage
import Testing

@Suite("Nothing that is read makes the loader crash or hang")
struct MutationTests {
  /// Half a second, or as long as `IMAGE_FACTORY_FUZZ_SECONDS` says (`make fuzz`: ten minutes).
  static let time: Duration = {
    let seconds = ProcessInfo.processInfo.environment["IMAGE_FACTORY_FUZZ_SECONDS"].flatMap(Int.init)
    return seconds.map { .seconds($0) } ?? .milliseconds(500)
  }()

  /// Changes, removes, doubles and inserts bytes and pieces that matter to the format.
  private func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    let pieces = [
      "${", "}", "$$", "[", "]", "=", ":", "\n", "\r", "  ", "\t", "#", "DEFAULT", "inherits = a\n", "template",
      "\u{2003}", "\\", "'", "\"", "${a:",
    ]
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      let index = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where !bytes.isEmpty: bytes[index] = UInt8.random(in: 0...255, using: &random)
      case 1 where !bytes.isEmpty: bytes.remove(at: index)
      case 2 where !bytes.isEmpty:
        let end = min(bytes.count, index + Int.random(in: 1...60, using: &random))
        bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &random))
      case 3 where !bytes.isEmpty:
        bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...30, using: &random)))
      default: bytes.insert(contentsOf: Array(random.pick(pieces, or: "x").utf8), at: index)
      }
    }
    return bytes
  }

  private func run(_ seeds: [[UInt8]], seed: UInt64, _ body: ([UInt8]) throws -> Void) rethrows {
    var random = SeededGenerator(seed: seed)
    let clock = ContinuousClock()
    let end = clock.now + Self.time
    var pool = seeds
    var count = 0
    while clock.now < end || count < 20 {
      let bytes = mutate(random.pick(pool, or: []), &random)
      try body(bytes)
      count += 1
      if pool.count < 200, bytes.count < 20_000 {
        pool.append(bytes)
      } else {
        pool[Int.random(in: seeds.count..<pool.count, using: &random)] = seeds[0]
      }
    }
  }

  @Test("mutated configs give findings or values, quickly")
  func configs() throws {
    let scratch = try ScratchFolder()
    var seeds = [Array(TypedConfigTests.full.utf8)]
    for index in 0..<20 {
      var config = RandomConfig(random: SeededGenerator(seed: UInt64(index)), wildness: 5)
      seeds.append(Array(config.file().utf8))
    }
    for name in ["defaults.conf", "distros/debian.conf", "images/debian-13.conf"] {
      let path = Project.root.appending("configs").appending(name).string
      seeds.append(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }
    let clock = ContinuousClock()
    try run(seeds, seed: 1) { bytes in
      let start = clock.now
      var request = LoaderRequest(host: scratch.host)
      request.shipped = false
      request.configFiles = [try scratch.write("m.conf", bytes: bytes)]
      let loaded = ConfigLoader.load(request)
      _ = loaded.allFindings(of: loaded.images)
      for image in loaded.images {
        _ = (loaded.resolved(for: image), loaded.environment(for: image), loaded.summary(of: image))
      }
      _ = loaded.mergedText()
      #expect(clock.now - start < .seconds(10))
    }
  }

  @Test("mutated templates and blueprints give findings or a config that reads back without an error of syntax")
  func imports() {
    let json =
      "{\"DestinationType\": \"virtual\", \"Version\": 1, \"Bundles\": [\"a\\u00e4\"], \"Users\": [{\"username\": \"x\"}], \"PartitionLayout\": [{\"disk\": \"d\", \"partition\": 1, \"size\": \"rest\", \"type\": \"linux\"}], \"FilesystemTypes\": [{\"disk\": \"d\", \"partition\": 1, \"type\": \"ext4\"}], \"PartitionMountPoints\": [{\"disk\": \"d\", \"partition\": 1, \"mount\": \"/\"}]}"
    let toml =
      "name = \"x\"\n[[packages]]\nname = 'y'\n[customizations]\nhostname = \"h\"\na.b.c = {d = [1, 2.5, 1979-05-27]}\n[[customizations.user]]\nname = \"u\"\nkey = \"\"\"\nx\n\"\"\"\n"
    run([Array(json.utf8), Array(toml.utf8)], seed: 2) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      for imported in [
        ConfigImport.ister(text, ImportRequest(file: "f")), ConfigImport.blueprint(text, ImportRequest(file: "f")),
      ] {
        guard let config = imported.text else { continue }
        #expect(INIFile(name: "f", text: config).problems.isEmpty, "\(text)")
      }
    }
  }
}
