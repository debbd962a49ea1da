import HostSystem
package import Model
package import SystemPackage

/// Fetching one file of a plan into the cache, for the stage and for the command `fetch`.
package enum Fetching {
  /// A verified file and its line in the report.
  package struct Fetched: Sendable {
    package let path: FilePath
    package let report: FetchedFile
  }

  /// Brings the file into the cache; throws ``FactoryError`` with exit status 5.
  package static func fetch(
    _ file: FetchPlan, named name: String, cacheFolder: FilePath, host: Host, events: StageEvents?
  ) async throws -> Fetched {
    let source = try await host.downloader(cacheFolder).fetch(SourceRequest(file, name: name)) { progress in
      guard let total = progress.total, total > 0 else { return }
      events?.progress(Double(progress.received) / Double(total), "fetching \(name)")
    }
    if source.isStale { events?.warning("nobody could be asked for \(name): the cached copy is used") }
    return Fetched(
      path: source.path,
      report: FetchedFile(
        source: source.source, sha256: source.sha256, trust: file.trust, bytesFetched: source.bytesFetched))
  }
}
