package import Model

/// A report in words: what came out, how long it took, what to look at.
package enum ReportText {
  /// The lines of the report, printable; the error itself is printed by whoever ends the process.
  package static func text(_ report: BuildReport) -> [String] {
    var lines = ["\(report.baseName): \(report.status.meaning), \(Duration.seconds(report.seconds).timeSpan)"]
    for stage in report.stages where stage.state != .skipped {
      let facts = stage.facts.isEmpty ? "" : "  " + stage.facts.joined(separator: ", ")
      let time = Duration.seconds(stage.seconds).timeSpan
      lines.append("  \(pad(stage.name, 12)) \(pad(time, 12))\(stage.state == .failed ? "  failed" : "")\(facts)")
    }
    for artifact in report.artifacts {
      lines.append("  image   \(artifact.path) (\(artifact.size), \(artifact.allocated) on disk)")
      lines.append("  sha256  \(artifact.sha256)")
      if let digest = artifact.sha512 { lines.append("  sha512  \(digest)") }
      if let signature = artifact.signature { lines.append("  signed  \(signature)") }
    }
    for upload in report.uploads {
      lines.append("  upload  \(upload.destination): \(upload.succeeded ? upload.target : upload.message)")
    }
    for warning in report.warnings { lines.append("  warning \(warning)") }
    for leftover in report.leftovers { lines.append("  left    \(leftover)") }
    if let error = report.error {
      lines.append("  error   \(error.message)")
      lines += error.details.map { "          \($0)" }
      if let hint = error.hint { lines.append("  hint    \(hint)") }
    }
    return lines.map(\.printable)
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
