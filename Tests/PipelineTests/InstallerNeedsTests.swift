import Foundation
import HostSystem
import Installers
import Model
import Settings
import SystemPackage
import Testing

@testable import Pipeline

@Suite("what an installer needs")
struct InstallerNeedsTests {
  /// Ids of the reference's list of distributions.
  private static func id(_ image: String) -> String {
    let names = [
      "opensuse-leap-": "opensuse", "opensuse-tumbleweed": "opensusetumbleweed", "centos-stream-": "centos-stream",
    ]
    for (start, id) in names where image.hasPrefix(start) { return id + image.dropFirst(start.count) }
    return image.replacing("-", with: "")
  }

  /// Rows of the list by id, each a dictionary by the names of its columns; nil where it is not there.
  private static func distributions() throws -> [String: [String: String]]? {
    guard let file = Shipped.shared?.appending("validators/distros.tsv") else { return nil }
    let lines = String(decoding: try AtomicFile.read(file), as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    let names = try #require(lines.first)
    return Dictionary(
      lines.dropFirst().map { ($0[0], Dictionary(zip(names, $0), uniquingKeysWith: { $1 })) }, uniquingKeysWith: { $1 })
  }

  @Test(
    "every shipped image says the least memory, as the reference has it, and asks for no less",
    arguments: Shipped.images)
  func leastMemory(image: String) throws {
    let config = try Shipped.config(image)
    let least = try #require(config.machine.leastMemory)
    #expect(config.machine.memory >= least)
    #expect(ConfigCheck.memory(of: config) == [])
    guard let row = try Self.distributions()?[Self.id(image)] else {
      return print("no list of distributions with '\(Self.id(image))' is here: the memory of \(image) is not compared")
    }
    // What its makers ask for, or what an installation over the network takes.
    let cells = try #require(row["min_ram_mib"]) + " " + (row["build_ram_mib"] ?? "")
    let numbers = cells.split { !$0.isNumber }.compactMap { Int64($0) }
    #expect(numbers.contains { ByteSize.mebibytes($0) == least }, "\(least) is none of \(numbers)")
  }

  @Test("less memory than the least is an error before anything is fetched, with the place of 'ram'")
  func littleMemory() async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      let (found, _) = try Shipped.load(Shipped.configs, ["ram": "2G"]).config(for: "rocky-9")
      let result = try await EmptyMirror.plan(try #require(found), test)
      let finding = try #require(result.findings.first { $0.severity == .error })
      #expect(
        finding.message.hasPrefix("'ram = 2 GiB' is less than the installer of 'rocky-9' needs"), "\(finding.message)")
      #expect(finding.location != nil && finding.hint?.contains("'least-ram'") == true)
    }
  }

  @Test(
    "every shipped image's updates come from somewhere, or its config says that its mirror has them",
    arguments: Shipped.images)
  func updates(image: String) async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      let config = try Shipped.config(image)
      let plan = try #require(try await EmptyMirror.plan(config, test).plan)
      #expect(ConfigCheck.updates(of: config) == [])
      let archive = plan.answers.answers.archive
      let hasOwn = ["fedora", "debian", "opensuse-leap-15"].contains(where: image.hasPrefix)
      #expect((archive.securityMirror != nil) == (hasOwn || image.hasPrefix("ubuntu")), "\(archive)")
      guard hasOwn, !image.hasPrefix("debian") else { return }
      let text = try Rendering.preview(config, host: test.host, secrets: true)[0].text
      for url in [archive.securityMirror ?? "?"] + archive.updateMirrors { #expect(text.contains(url), "\(url)") }
      #expect(archive.updateMirrors.count == (image.hasPrefix("opensuse") ? 2 : 0))
      #expect(([archive.securityMirror ?? "?"] + archive.updateMirrors).allSatisfy { $0.contains(config.release) })
      var closed = config
      closed.answers.archive.updates = false
      let without = try Rendering.preview(closed, host: test.host, secrets: true)[0].text
      #expect(!without.contains("/updates/\(config.release)") && !without.contains("/update/leap/"))
    }
  }

  @Test(
    "updates that come from nowhere are a warning that names the settings",
    arguments: ["fedora-44", "rocky-9", "opensuse-tumbleweed"])
  func noUpdates(image: String) throws {
    var config = try Shipped.config(image)
    config.source.defaultSecurityMirror = nil
    config.origins["default-security-mirror"] = nil
    let finding = try #require(ConfigCheck.updates(of: config).first)
    #expect(finding.severity == .warning && finding.message.contains("'updates = yes' has no effect"))
    #expect(finding.hint?.contains("'security-mirror'") == true && finding.hint?.contains("'updates = no'") == true)
    config.answers.archive.updates = false
    #expect(ConfigCheck.updates(of: config) == [])
    config.answers.archive.updates = true
    config.source.securityMirror = "http://mirror.example.org/updates"
    #expect(ConfigCheck.updates(of: config) == [])
  }

  @Test("the guest reaches all repositories of updates through the depot")
  func depot() async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      let config = try Shipped.config("opensuse-leap-15.6")
      let plan = try #require(try await EmptyMirror.plan(config, test).plan)
      let mirrors = try #require(plan.depot?.mirrors)
      #expect(Set(mirrors).isSuperset(of: config.source.updateMirrors + [config.source.defaultSecurityMirror ?? "?"]))
    }
  }

  @Test("an image in another format than its own is not refused for the words of its distribution")
  func otherFormat() async throws {
    try await TestHost.run { test in
      for (image, format) in [("debian-13", "kickstart"), ("debian-13", "agama"), ("opensuse-leap-15.6", "preseed")] {
        var config = try Rendering.config(try Shipped.config(image), inFormat: format)
        // Debian's format needs one, which an image of another distribution has not.
        if format == "preseed" { config.answers.archive.suite = "trixie" }
        #expect(!(try Rendering.preview(config, host: test.host, secrets: false)).isEmpty)
      }
      var asked = try Shipped.config("debian-13")
      asked.origins["suite"] = SourceLocation(file: "--set")
      let config = try Rendering.config(asked, inFormat: "kickstart")
      let error = await factoryError { _ = try Rendering.preview(config, host: test.host, secrets: false) }
      #expect(error?.message == "'suite': the answer-file format 'kickstart' cannot say this")
    }
  }

  @Test("a release past its end says so where images are listed")
  func pastItsEnd() throws {
    #expect(try Shipped.config("opensuse-leap-15.6").description.contains("no updates since 2026-04"))
  }
}
