import DiskImages
import Model

/// What an inspection found, in words; every name that came from the image is printable.
package enum InspectText {
  /// Several lines, without an end of the last one.
  package static func text(_ result: Inspector.Result) -> String {
    let disk = result.disk
    var lines = [
      "\(result.file): \(result.format), partition table \(disk.label), \(disk.size)",
      "  data \(disk.allocated), of which reclaimable \(disk.reclaimable); holes \(disk.holes)",
    ]
    for volume in disk.volumes {
      var words = [pad(volume.name, 12), pad(volume.fileSystem ?? "unknown", 12), pad(volume.size.description, 10)]
      if let label = volume.label { words.append("label '\(label)'") }
      if let used = volume.used { words.append("used \(used)") }
      if let reclaimable = volume.reclaimable { words.append("reclaimable \(reclaimable)") }
      if let distribution = volume.distribution { words.append(distribution) }
      if let problem = volume.problem { words.append("PROBLEM: \(problem)") }
      lines.append("  " + words.joined(separator: "  "))
    }
    lines += disk.warnings.map { "  warning: \($0)" }
    if let cleaning = result.cleaning {
      lines.append("the clean-up of '\(result.rules ?? "")' would take \(cleaning.size):")
      lines += cleaning.entries.map { "  \(pad($0.action.rawValue, 7)) \(pad($0.size.description, 10)) \($0.path)" }
      lines += cleaning.skipped.map { "  warning: \($0)" }
      if !cleaning.leftovers.isEmpty { lines.append("and would leave what a golden image should not have:") }
      lines += cleaning.leftovers.map { "  \($0.path): \($0.kind.rawValue)" }
    }
    if let problem = result.problem { lines.append("the clean-up cannot be told: \(problem)") }
    return lines.map(\.printable).joined(separator: "\n")
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
