import Foundation
import Model
import Testing

@testable import Installers

@Suite("no time synchronisation")
struct TimeKeeperTests {
  /// What the script switches off in a system that has these units.
  private func switchedOff(_ units: [String], asked: [String]) throws -> [String] {
    try withFolder { folder in
      for unit in units {
        let path = folder + "/" + unit
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: path))
      }
      var answers = Sample.plain()
      answers.timeServers = nil
      answers.services.enabled = asked
      let script = TargetScript(announce: "say", inside: "inside").noTimeKeeper(
        Sample.request(answers), root: folder)
      let result = try run("sh", "-euc", "say() { :; }\ninside() { echo \"$*\"; }\n" + script)
      #expect(result.status == 0)
      return result.output.split(separator: "\n").map(String.init)
    }
  }

  @Test("what came with other packages is switched off, what is asked for by its name is not")
  func units() throws {
    let units = [
      "usr/lib/systemd/system/chrony.service", "lib/systemd/system/ntpd.service", "usr/lib/systemd/system/x",
    ]
    #expect(
      try switchedOff(units, asked: []) == ["systemctl disable chrony.service", "systemctl disable ntpd.service"])
    #expect(try switchedOff(units, asked: ["chrony", "ntpd.service"]) == [])
    #expect(try switchedOff([], asked: []) == [])
  }

  @Test(
    "'time-servers = none' is said in every format, the distribution's own servers are not",
    arguments: FormatSample.names)
  func formats(format: String) throws {
    var request = FormatSample.plain(format)
    let own = try FormatSample.output(format, request, FormatSample.tuning).joined(separator: "\n")
    request.answers.timeServers = nil
    let none = try FormatSample.output(format, request, FormatSample.tuning).joined(separator: "\n")
    let words =
      format == "kickstart" ? ["timesource --ntp-disable"] : ["systemd-timesyncd.service", "chrony", "disable"]
    for word in words { #expect(none.contains(word), "\(word)") }
    #expect(!own.contains("no time synchronisation") && !own.contains("--ntp-disable"))
  }
}
