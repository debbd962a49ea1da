import Foundation
import Installers
import Model
import Testing

/// Judges that nobody of this project wrote.
@Suite("independent judges of the Kickstart") struct KickstartOracleTests {
  @Test(
    "ksvalidator finds nothing in any release", .enabled(if: Pykickstart.isThere, Pykickstart.absent),
    arguments: KickstartSample.dialects)
  func validator(dialect: String) throws {
    try withFolder { folder in
      var texts = try KickstartSample.requests(dialect).map(KickstartSample.text)
      if dialect.hasPrefix("F") { texts.append(try KickstartSample.text(Self.btrfs(dialect))) }
      let result = try Pykickstart.run("ksvalidator", ["-v", dialect] + Pykickstart.paths(texts, in: folder))
      #expect(result.status == 0, "\(result.output)")
      let said = result.output.split(separator: "\n").filter { !$0.hasPrefix("Checking kickstart file") }
      #expect(said.isEmpty, "\(said)")
    }
  }

  private static func btrfs(_ dialect: String) -> RenderRequest {
    var answers = KickstartSample.plain()
    answers.disk.partitions = [
      PartitionRequest(name: "boot", size: .gibibytes(1), fileSystem: .ext4, mountPoint: "/boot"),
      PartitionRequest(name: "root", size: nil, fileSystem: .btrfs, mountPoint: "/", fileSystemLabel: "fedora"),
    ]
    return KickstartSample.request(answers, dialect)
  }

  @Test("btrfs is a volume on a partition of its own", .enabled(if: Pykickstart.isThere, Pykickstart.absent))
  func volumes() throws {
    let read = try Pykickstart.read(Self.btrfs("F44"))
    let btrfs = try #require((read["btrfs"] as? [[Any]])?.first)
    #expect(btrfs[0] as? String == "/" && btrfs[1] as? String == "fedora")
    #expect(btrfs[2] as? [String] == ["btrfs.2"])
    let place = (read["partitions"] as? [[String: Any]])?.last?["place"] as? String
    #expect(place == "btrfs.2")
  }

  @Test(
    "bash and shellcheck accept every script", .enabled(if: Pykickstart.isThere, Pykickstart.absent),
    arguments: KickstartSample.dialects)
  func scripts(dialect: String) throws {
    let texts = try KickstartSample.requests(dialect).map(KickstartSample.text)
    let scripts = try Pykickstart.read(texts, dialect).flatMap { read in
      try #require(read["scripts"] as? [[String: Any]])
    }
    #expect(scripts.count > 30 && scripts.allSatisfy { $0["interpreter"] as? String == "/bin/bash" })
    try withFolder { folder in
      let paths = try Set(scripts.compactMap { $0["script"] as? String }).enumerated().map { index, text in
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(index).sh"))
        return "\(folder)/\(index).sh"
      }
      for path in paths {
        let result = try run("bash", "-n", path)
        #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
      }
      guard Place.tool("shellcheck") != nil else { return }
      // SC2016: `$basearch` is dnf's, not the shell's.
      let result = try run("bash", "-c", "shellcheck -sbash -eSC2016 \(folder)/*.sh")
      #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
    }
  }
}
