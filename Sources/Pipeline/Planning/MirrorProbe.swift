import HostSystem
import Model
import SystemPackage

/// Asks mirrors, in seconds and before anything starts, whether they have what an installation will want of them.
struct MirrorProbe: Sendable {
  let downloader: any Downloader

  /// The mirrors that have the suite before those that do not; throws ``FactoryError`` when none has it.
  func ordered(_ mirrors: Mirrors, suite: String) async throws -> Mirrors {
    let urls = Dictionary(mirrors.main.map { ($0, "\($0)/dists/\(suite)/Release") }, uniquingKeysWith: { $1 })
    let answers = await downloader.probe(Array(urls.values), concurrency: 8, deadline: .seconds(20))
    let has = mirrors.main.filter { mirror in
      guard let url = urls[mirror], case .ok = answers[url] else { return false }
      return true
    }
    guard !has.isEmpty else {
      let reasons = urls.values.sorted().map { "\(SourceURL.shown($0)): \(MirrorProbe.reason(answers[$0]))" }
      throw FactoryError(
        .fetchFailed, "no mirror has the suite '\(suite)': \(reasons.joined(separator: "; "))",
        hint: "check 'mirror' and the network")
    }
    return Mirrors(main: has + mirrors.main.filter { !has.contains($0) }, security: mirrors.security)
  }

  /// Which of these files below the mirror's root it does not have, in order.
  func missing(_ paths: [String], on mirror: String) async -> [String] {
    await look(paths, on: mirror).missing
  }

  /// The same, and how long the others are, as far as the mirror says it.
  func look(_ paths: [String], on mirror: String) async -> (missing: [String], sizes: [String: ByteSize]) {
    let urls = Dictionary(paths.map { ($0, "\(mirror)/\($0)") }, uniquingKeysWith: { $1 })
    let results = await downloader.probe(Array(Set(urls.values)), concurrency: 16, deadline: .seconds(20))
    var missing: [String] = []
    var sizes: [String: ByteSize] = [:]
    for path in paths {
      guard let url = urls[path], case .ok(let size) = results[url] else {
        missing.append(path)
        continue
      }
      sizes[path] = size.map { ByteSize(bytes: $0) }
    }
    return (missing, sizes)
  }

  fileprivate static func reason(_ result: ProbeResult?) -> String {
    switch result {
    case .missing(let status): "status \(status)"
    case .unreachable(let reason): reason
    default: "no answer"
    }
  }
}

extension MirrorProbe {
  /// The mirrors that have this file below their root before those that do not; throws ``FactoryError`` when none has it.
  func ordered(_ mirrors: [String], having path: String) async throws -> [String] {
    let urls = Dictionary(mirrors.map { ($0, "\($0)/\(path)") }, uniquingKeysWith: { $1 })
    let answers = await downloader.probe(Array(Set(urls.values)), concurrency: 8, deadline: .seconds(20))
    let has = mirrors.filter { mirror in
      guard let url = urls[mirror], case .ok = answers[url] else { return false }
      return true
    }
    guard !has.isEmpty else {
      let reasons = urls.values.sorted().map { "\(SourceURL.shown($0)): \(MirrorProbe.reason(answers[$0]))" }
      throw FactoryError(
        .fetchFailed, "no mirror has '\(path.printable)': \(reasons.joined(separator: "; "))",
        hint: "check 'mirror' and the network")
    }
    return has + mirrors.filter { !has.contains($0) }
  }
}
