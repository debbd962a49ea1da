import Foundation
package import Model
package import SystemPackage

/// The last reports by image, kept for `list` and for the expected time of the next build.
package struct BuildHistory: Sendable {
  private let folder: FilePath

  package init(folder: FilePath) { self.folder = folder.appending("reports") }

  /// Keeps the report; a failure to do so never fails a build, the next one only lacks its expectation.
  package func store(_ report: BuildReport) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(report) else { return }
    try? FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    try? data.write(to: URL(filePath: path(of: report.image, "last").string), options: .atomic)
    if report.status == .done || report.status == .publishingIncomplete {
      try? data.write(to: URL(filePath: path(of: report.image, "good").string), options: .atomic)
    }
  }

  /// The last build, whatever came of it; nil when there was none.
  package func last(_ image: String) -> BuildReport? { read(path(of: image, "last")) }

  /// The last build that gave an image.
  package func lastGood(_ image: String) -> BuildReport? { read(path(of: image, "good")) }

  private func path(of image: String, _ kind: String) -> FilePath {
    // A section's name is a user's word: it must not climb out of the folder.
    let safe = image.replacing("/", with: "_")
    return folder.appending("\(safe).\(kind).json")
  }

  private func read(_ path: FilePath) -> BuildReport? {
    guard let data = FileManager.default.contents(atPath: path.string) else { return nil }
    return try? JSONDecoder().decode(BuildReport.self, from: data)
  }
}
