import Model
import Pipeline
import SystemPackage

/// Which files a build reads and writes.
struct PlannedFiles: Encodable, Sendable {
  var image: String
  var reads: [String]?
  var writes: [String]?

  init(image: String) { self.image = image }

  init(_ plan: BuildPlan, config: [String], state: String) {
    image = plan.image
    let answers = plan.answers.answers
    let installer = plan.installer
    let fetched = [installer.kernel, installer.initrd, installer.stage2, installer.image].compactMap(\.self)
    var reads = config + fetched.flatMap(\.sources)
    if let suite = plan.depot?.pinnedSuite { reads.append(suite.index.string) }
    if let file = plan.answers.ownFile { reads.append(file.string) }
    reads += answers.scripts.map(\.source.string) + answers.files.map(\.source.string)
    reads += answers.archive.repositories.compactMap(\.key?.string)
    var writes = plan.disk.artifacts.flatMap { artifact in plan.disk.suffixes.map { artifact.final.string + $0 } }
    writes += (plan.disk.checksums.contains("sha512") ? ["SHA256SUMS", "SHA512SUMS"] : ["SHA256SUMS"]).map {
      plan.outputFolder.appending($0).string
    }
    if let log = plan.log.file { writes.append(log.string) }
    writes.append(plan.log.installerLogs.string + "/")
    // A folder of downloads, a folder that is removed at the end, the reports.
    writes += [plan.cacheFolder, plan.workFolder].map { $0.string + "/" } + [state + "/"]
    self.reads = reads
    self.writes = writes
  }

  var text: String {
    (["\(image) reads"] + (reads ?? []).map { "  " + $0.printable } + ["\(image) writes"]
      + (writes ?? []).map { "  " + $0.printable }).joined(separator: "\n")
  }
}
