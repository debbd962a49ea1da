import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

/// One run of the program that has ended, with everything it said.
struct FinishedBuild: Sendable {
  let config: TestConfig
  let result: Child.Result
  let seen: ProcessWatch.Seen
  /// What `/usr/bin/time` says; nil when the program was started without it.
  let timeReport: String

  /// The lines of the output that are events.
  let events: [BuildEvent]
  /// The last line, when it is a report.
  let report: BuildReport?

  init(_ config: TestConfig, _ result: Child.Result, _ seen: ProcessWatch.Seen, timeReport: String = "") {
    self.config = config
    self.result = result
    self.seen = seen
    self.timeReport = timeReport
    let lines = result.output.split(separator: "\n").map { Data($0.utf8) }
    events = lines.compactMap { try? JSONDecoder().decode(BuildEvent.self, from: $0) }
    report = lines.last.flatMap { try? JSONDecoder().decode(BuildReport.self, from: $0) }
  }

  /// Everything on both outputs, for searches.
  var words: String { result.output + result.errors }

  /// The texts of the events of a kind.
  func texts(_ kind: BuildEvent.Kind) -> [String] { events.filter { $0.kind == kind }.compactMap(\.text) }

  /// The finished file of a format; records an issue when there is none.
  func artifact(_ format: String) throws -> ArtifactReport {
    try #require(report?.artifacts.first { $0.format == format }, "no \(format) in the report; \(result.errors)")
  }

  /// What went wrong, for the messages of tests.
  var failure: String {
    guard let error = report?.error else { return result.errors }
    return ([error.message] + [error.hint].compactMap(\.self) + error.details.suffix(12)).joined(separator: "\n")
  }

  /// The start of every name of this build.
  var base: String { report?.baseName ?? "" }
}

extension Workshop {
  /// Starts `image-factory build` with JSON output; it is not waited for.
  func startBuild(_ config: TestConfig, _ more: [String] = [], words: [String] = []) throws -> Child {
    let program = config.asUser ? try installBelowPrefix(withHelper: config.hasHelper) : Workshop.binary
    let command =
      [program.string, "build", TestConfig.image, "--config", config.file.string, "--json"] + more
    if config.asUser {
      return try Child(words + user.command(command), environment: user.environment, folder: user.home)
    }
    return try Child(words + command, environment: rootEnvironment, folder: scratch.path)
  }

  /// What the program finds when root runs it: nothing of this machine's own root.
  var rootEnvironment: [String: String] {
    [
      "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
      "HOME": scratch.path.appending("root-home").string, "IMAGE_FACTORY_STATE": scratch.path.appending("state").string,
    ]
  }

  /// Runs a build to its end, watched.
  func build(_ config: TestConfig, _ more: [String] = [], limit: Double = 300) async throws -> FinishedBuild {
    try await watched(config, try startBuild(config, more), limit: limit)
  }

  /// Runs a build to its end under `/usr/bin/time -v`.
  func timedBuild(_ config: TestConfig, _ more: [String] = []) async throws -> FinishedBuild {
    let file = scratch.path.appending("time-\(UUID().uuidString)")
    let child = try startBuild(config, more, words: ["time", "-v", "-o", file.string])
    // `time` starts the program as its one child.
    let program = try await Workshop.child(of: child.pid, named: "image-factory")
    let watch = ProcessWatch(program: program, image: TestConfig.image, secret: Workshop.marker)
    let result = await child.wait(limit: 300)
    let report = (try? String(contentsOfFile: file.string, encoding: .utf8)) ?? ""
    return FinishedBuild(config, result, watch.stop(), timeReport: report)
  }

  func watched(_ config: TestConfig, _ child: Child, limit: Double = 300) async throws -> FinishedBuild {
    let watch = ProcessWatch(program: child.pid, image: TestConfig.image, secret: Workshop.marker)
    let result = await child.wait(limit: limit)
    return FinishedBuild(config, result, watch.stop())
  }

  private static func child(of pid: Int32, named name: String) async throws -> Int32 {
    for _ in 0..<200 {
      let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
      if let child = text.split(separator: " ").first.flatMap({ Int32($0) }),
        let words = ProcessTable.all().first(where: { $0.pid == child })?.commandLine, words.contains("\(name) build")
      {
        return child
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Errno.noSuchProcess
  }
}
