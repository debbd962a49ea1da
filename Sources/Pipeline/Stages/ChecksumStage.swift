import DiskImages
import Foundation
import HostSystem
package import Model
import SystemPackage

/// Hashes every artifact in a stream, writes and signs `IMAGE.sha256sum` beside it, puts all in their final place and into the
/// folder's `SHA256SUMS`.
package struct ChecksumStage: Stage {
  package static let name = "checksum"

  package init() {}

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    plan.disk.signKey.map { [.tool("gpg", purpose: "sign the checksums of '\(plan.image)'"), .signingKey($0)] } ?? []
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    try checkSizes(plan)
    var outcome = StageOutcome()
    let disk = try? SparseFile.sizes(of: plan.disk.raw).apparent
    for artifact in plan.disk.artifacts {
      context.events.step("hashing \(artifact.final.lastComponent?.string ?? artifact.format)")
      let algorithms = ChecksumStage.algorithms(plan)
      // What was written as a stream was hashed meanwhile. A `raw` is nowhere copied: this is the one time that it is read.
      let digests = try await offPoolUntilCancelled { checkCancellation in
        try DigestNote.take(for: artifact.working, algorithms)
          ?? FileDigest.compute(artifact.working, algorithms: algorithms) { _ in try checkCancellation() }
      }
      let sizes = try SparseFile.sizes(of: artifact.working)
      var report = ArtifactReport(
        path: artifact.final.string, format: artifact.format, size: sizes.apparent, allocated: sizes.allocated,
        sha256: digests[.sha256] ?? "")
      report.sha512 = digests[.sha512]
      report.uncompressed = disk ?? sizes.apparent
      report.signature = try await place(artifact, report, plan, in: context)
      outcome.artifacts.append(report)
    }
    try Task.checkCancellation()
    await list(outcome.artifacts, plan, in: context)
    outcome.completesImage = true
    outcome.facts = outcome.artifacts.map { "\($0.format) \($0.sha256.prefix(12))…" }
    return outcome
  }

  /// What every artifact is hashed with.
  static func algorithms(_ plan: BuildPlan) -> Set<FileDigest.Algorithm> {
    Set(plan.disk.checksums.compactMap { FileDigest.Algorithm(rawValue: $0) }).union([.sha256])
  }

  /// Before the long work of hashing, and before anything is in its place.
  private func checkSizes(_ plan: BuildPlan) throws {
    guard let limit = plan.disk.maxSize else { return }
    for artifact in plan.disk.artifacts {
      let size = try SparseFile.sizes(of: artifact.working).apparent
      guard size > limit else { continue }
      throw FactoryError(
        .processingFailed,
        "'\(artifact.final.lastComponent?.string ?? "")' has \(size), \(ByteSize(bytes: size.bytes - limit.bytes)) more than "
          + "'max-size' allows (\(limit))",
        hint: "install less, remove more with 'clean = add:PATH', or choose another format")
    }
  }

  /// Gives the path of the signature.
  private func place(
    _ artifact: ArtifactPlan, _ report: ArtifactReport, _ plan: BuildPlan, in context: StageContext
  ) async throws -> String? {
    let name = artifact.final.lastComponent?.string ?? ""
    chmod(artifact.working.string, 0o644)
    var suffixes = ["", ".sha256sum"]
    func write(_ suffix: String, _ text: String) throws {
      try AtomicFile.write(text, to: FilePath(artifact.working.string + suffix), mode: 0o644)
    }
    try write(".sha256sum", ChecksumFile([.init(digest: report.sha256, name: name)]).text)
    if let digest = report.sha512 {
      try write(".sha512sum", ChecksumFile([.init(digest: digest, name: name)]).text)
      suffixes.append(".sha512sum")
    }
    if let size = report.uncompressed {
      try write(".size", "\(size.bytes)\n")
      suffixes.append(".size")
    }
    if let key = plan.disk.signKey {
      try await Signing(key: key, host: context.host).sign(FilePath(artifact.working.string + ".sha256sum"))
      suffixes.append(".sha256sum.asc")
    }
    for suffix in suffixes {
      let target = FilePath(artifact.final.string + suffix)
      // Registered afterwards, unlike elsewhere: a move that fails because of a file in its way must not have that file removed.
      try FilePlacing.move(FilePath(artifact.working.string + suffix), to: target)
      context.cleanUp.register(.failure, "remove '\(target)'", byHand: "rm \(ShellWords.quote(target.string))") {
        try Folder.remove(target)
      }
    }
    return plan.disk.signKey == nil ? nil : artifact.final.string + ".sha256sum.asc"
  }

  /// The image is complete without: a list that somebody else broke must not take it away, and a signal that comes now neither.
  private func list(_ artifacts: [ArtifactReport], _ plan: BuildPlan, in context: StageContext) async {
    func entries(_ digest: (ArtifactReport) -> String?) -> [ChecksumFile.Entry] {
      artifacts.compactMap { artifact in
        digest(artifact).map { .init(digest: $0, name: FilePath(artifact.path).lastComponent?.string ?? "") }
      }
    }
    let signing = plan.disk.signKey.map { Signing(key: $0, host: context.host) }
    for (name, lines) in [("SHA256SUMS", entries { $0.sha256 }), ("SHA512SUMS", entries { $0.sha512 })]
    where !lines.isEmpty {
      let list = ChecksumList(file: plan.outputFolder.appending(name), signing: signing, scratch: plan.workFolder)
      do {
        // A task of its own is not cancelled with the build.
        if let warning = try await Task(operation: { try await list.add(lines) }).value {
          context.events.warning(warning)
        }
      } catch {
        context.events.warning("the image is not in '\(list.file)': \(describe(error))")
      }
    }
  }
}
