import ArgumentParser
import Model
import Pipeline
import Settings

/// `image-factory list`: the configured images and their last builds.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the configured images.")

  @OptionGroup var options: ConfigOptions

  private struct Row: Encodable {
    var name: String
    var distribution: String
    var release: String
    var formats: [String]
    var description: String
    var lastBuild: String?
    var lastStatus: String?
    var lastSeconds: Double?
  }

  func run() async throws {
    let loaded = try options.load()
    let history = BuildHistory(folder: Host.stateFolder())
    let rows = loaded.images.compactMap { loaded.summary(of: $0) }.map { summary in
      let last = history.last(summary.name)
      return Row(
        name: summary.name, distribution: summary.distribution, release: summary.release, formats: summary.formats,
        description: summary.description, lastBuild: last?.started, lastStatus: last?.status.meaning,
        lastSeconds: last?.seconds)
    }
    if options.json { Console.out(EncodedJSON.document(rows)) } else { show(rows) }
    // What can be read is listed; that not everything could be read must not look like success.
    if let error = FactoryError(loaded.findings, of: "the configuration") { throw error }
    Complaint.report(loaded.findings, json: options.json)
  }

  private func show(_ rows: [Row]) {
    for row in rows {
      let last = row.lastBuild.map { date in
        "\(date.prefix(10)) \(row.lastStatus ?? "")"
          + (row.lastSeconds.map { ", " + Duration.seconds($0).timeSpan } ?? "")
      }
      Console.out(
        [
          column(row.name, 20), column("\(row.distribution) \(row.release)", 16),
          column(row.formats.joined(separator: ","), 12), last ?? "never built",
        ].joined(separator: " "))
    }
  }

  private func column(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
