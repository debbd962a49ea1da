import DiskImages
import Glibc
import Model

/// The same scan over files that were handed out one by one, for file systems that are not read here.
extension LeftoverScan {
  /// The paths whose files have to be handed out.
  static var patterns: [String] { readFolders + answerFiles + identityFiles }

  /// What one file is, by its path and its contents.
  func examine(_ path: ImagePath, _ contents: [UInt8]) -> [Leftover] {
    guard !contents.isEmpty else { return [] }
    var found: [Leftover.Kind] = []
    let text = path.description
    // FNM_PATHNAME, FNM_PERIOD and FNM_LEADING_DIR (fnmatch(3)): the pattern, or anything below it.
    if LeftoverScan.answerFiles.contains(where: { fnmatch($0, text, 1 | 4 | 8) == 0 }) { found.append(.answerFile) }
    if LeftoverScan.identityFiles.contains(text), LeftoverScan.isIdentity(contents) { found.append(.machineIdentity) }
    let names = path.components.map { String(decoding: $0, as: UTF8.self) }
    let depth = names.first == "home" ? 2 : 1
    if names.first == "root" || names.first == "home", names.count > depth {
      let home = (0..<names.count - depth).reduce(path) { parent, _ in parent.parent }
      let inner = names.dropFirst(depth)
      if inner.count == 1, let name = inner.first, LeftoverScan.histories.contains(name) { found.append(.shellHistory) }
      if inner.count == 2, inner.first == ".ssh", inner.last?.hasPrefix("authorized_keys") == true, !isWanted(home) {
        found.append(.authorizedKeys)
      }
    }
    if (16...LeftoverScan.largestFile).contains(contents.count) { found += kinds(of: contents, path) }
    return found.map { Leftover(kind: $0, path: text) }
  }

  /// What is in the ext file systems of a system; throws ``FactoryError``.
  func found(in system: GuestSystem) async throws -> [Leftover] {
    do {
      return try await offPool { try run(in: GuestFiles(system)) }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot look through the image: \(error.message)", hint: error.hint)
    }
  }

  /// A warning for each, or the end of the build, as the setting `scan` says.
  static func judge(_ found: [Leftover], _ plan: BuildPlan, _ events: StageEvents) throws {
    guard !found.isEmpty else { return }
    let sentences = found.prefix(50).map(\.sentence) + (found.count > 50 ? ["and \(found.count - 50) more"] : [])
    guard plan.cleaning.scan == .fail else { return sentences.forEach(events.warning) }
    throw FactoryError(
      .processingFailed, "the image has \(found.count) things that a golden image should not have",
      hint: "'clean = add:PATH' removes more, 'scan = warn' builds all the same", details: sentences)
  }
}
