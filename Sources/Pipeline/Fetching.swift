package import HostSystem
package import Model
package import SystemPackage

/// Fetching one file of a plan into the cache, for the stage and for the command `fetch`.
package enum Fetching {
  /// A verified file and its line in the report.
  package struct Fetched: Sendable {
    package let path: FilePath
    package let report: FetchedFile
    /// As the cache has it.
    package let source: CachedSource
  }

  /// Brings the file into the cache; throws ``FactoryError`` with exit status 5.
  ///
  /// `listing` is the list of digests it was looked up in: a failure because the mirror has moved on is told from others;
  /// `image` is what `iso:` sources are in.
  package static func fetch(
    _ file: FetchPlan, named name: String, listing: ListingPlan? = nil, image: Fetched? = nil, cacheFolder: FilePath,
    host: Host, events: StageEvents?
  ) async throws -> Fetched {
    let downloader = host.downloader(cacheFolder)
    var request = SourceRequest(file, name: name)
    request.image = image?.source
    let source: CachedSource
    do {
      source = try await downloader.fetch(request) { progress in
        guard let total = progress.total, total > 0 else { return }
        events?.progress(Double(progress.received) / Double(total), "fetching \(name)")
      }
    } catch let error as FactoryError where error.status == .fetchFailed {
      guard let listing, await state(of: listing, downloader) == .changed else { throw error }
      throw FactoryError(
        .fetchFailed, "cannot fetch \(name): the tree changed while it was read, run again",
        hint:
          "'\(SourceURL.shown(listing.url))' is another one than a moment ago; nothing of the old state was mixed in",
        details: [error.message] + error.details)
    }
    if source.isStale { events?.warning("nobody could be asked for \(name): the cached copy is used") }
    return Fetched(
      path: source.path,
      report: FetchedFile(
        source: source.source, sha256: source.sha256, trust: file.trust, bytesFetched: source.bytesFetched),
      source: source)
  }

  enum ListingState {
    case same
    case changed
    /// Nobody gives the list.
    case unknown
  }

  /// Whether the mirror has another list of digests by now.
  static func state(of listing: ListingPlan, _ downloader: any Downloader) async -> ListingState {
    guard let bytes = try? await downloader.fetchSmall(listing.url, limit: ListedFiles.limit) else { return .unknown }
    return SourceDigest.sha256(bytes) == listing.sha256 ? .same : .changed
  }
}
