import Glibc
import Model
package import SystemPackage

/// Fetched files, verified and kept by their digest; safe for several builds at once.
package struct SourceCache: Sendable {
  /// Where the cache is.
  package let folder: FilePath
  private let store: CacheStore
  private let session: HTTPClientSession
  private let runner: any CommandRunner
  private let pauses: [Duration]

  /// A cache in `folder`, which is made when first needed; `pauses` are the waits between tries at one place, one try more
  /// than pauses.
  package init(
    folder: FilePath, session: HTTPClientSession, runner: any CommandRunner,
    pauses: [Duration] = [.seconds(1), .seconds(4)]
  ) {
    self.folder = folder
    store = CacheStore(folder: folder)
    self.session = session
    self.runner = runner
    self.pauses = pauses
  }

  /// Brings one file here, from the first place that gives it; as ``Downloader/fetch(_:progress:)``.
  package func fetch(
    _ request: SourceRequest, progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws -> CachedSource {
    if let wanted = request.sha256, !CacheStore.isDigest(wanted) {
      throw FactoryError(
        .configInvalid, "the digest of \(request.name) is no SHA-256: '\(wanted.printable)'",
        hint: "a SHA-256 has 64 hexadecimal digits")
    }
    try store.prepare()
    do {
      return try await Deadline.run(request.timeLimit) { try await fetchInTime(request, progress) }
    } catch is Deadline.Passed {
      if let kept = try lastResort(request) { return kept }
      throw FactoryError(
        .fetchFailed, "cannot fetch \(request.name): it took longer than \(request.timeLimit.timeSpan)",
        hint: "what came so far is kept; run it again to go on", details: request.urls.map(SourceURL.shown))
    }
  }

  private func fetchInTime(
    _ request: SourceRequest, _ progress: (@Sendable (FetchProgress) -> Void)?
  ) async throws -> CachedSource {
    if request.refresh != .always, let kept = try content(request) { return kept }
    var failures: [FetchFailure] = []
    for text in request.urls {
      guard let url = SourceURL(text) else {
        throw FactoryError(
          .configInvalid, "cannot fetch \(request.name): '\(SourceURL.shown(text))' is not a source",
          hint: "a path, or a URL with file:, http:, https:, rsync:, deb:PATH#MEMBER or iso:PATH")
      }
      do {
        let source =
          switch url {
          case .file(let path): try local(path, request)
          case .web(let address): try await web(address, request, progress, &failures)
          case .rsync(let source): try await rsync(source, request, &failures)
          case .package(let path, let member): try await package(path, member, request, progress)
          case .imageMember(let member): try await imageMember(member, request)
          }
        return try matched(source, text, request)
      } catch let failure as FetchFailure {
        // Only local files and exhausted places end here; the next alternative may do.
        if failures.last?.description != failure.description { failures.append(failure) }
      } catch let error as FactoryError where error.status == .fetchFailed {
        let more = error.details.filter { !error.message.contains($0) }
        failures.append(FetchFailure(text, ([error.message] + more).joined(separator: "; "), mayPass: false))
      }
    }
    if let kept = try lastResort(request) { return kept }
    throw FactoryError(
      .fetchFailed, "cannot fetch \(request.name): \(failures.last?.description ?? "no source is given")",
      hint: "check the URL and the network; a good copy in the cache is never replaced by a bad one",
      details: failures.map(\.description))
  }

  // MARK: - The kinds of place

  private func web(
    _ address: String, _ request: SourceRequest, _ progress: (@Sendable (FetchProgress) -> Void)?,
    _ failures: inout [FetchFailure]
  ) async throws -> CachedSource {
    let key = CacheStore.key(address)
    let lock = try await store.lock(key, timeout: request.timeLimit, for: "fetch \(request.name)")
    defer { lock.release() }
    // Another build may have brought it while we waited for the lock.
    if request.refresh != .always, let kept = try content(request) { return kept }
    let fetch = HTTPFetch(
      store: store, session: session, request: request, url: address, key: key, progress: progress)
    return try await tries(&failures) { try await fetch.attempt() }
  }

  private func rsync(
    _ source: String, _ request: SourceRequest, _ failures: inout [FetchFailure]
  ) async throws -> CachedSource {
    let key = CacheStore.key("rsync:\(source)")
    let lock = try await store.lock(key, timeout: request.timeLimit, for: "fetch \(request.name)")
    defer { lock.release() }
    if request.refresh != .always, let kept = try content(request) { return kept }
    let fetch = RsyncFetch(
      store: store, runner: runner, silence: session.limits.silence, request: request, source: source, key: key)
    return try await tries(&failures) { try await fetch.attempt() }
  }

  private func package(
    _ path: String, _ member: String, _ request: SourceRequest, _ progress: (@Sendable (FetchProgress) -> Void)?
  ) async throws -> CachedSource {
    guard !request.mirrors.isEmpty else {
      throw FactoryError(.configInvalid, "cannot fetch \(request.name): no mirror is given for 'deb:\(path.printable)'")
    }
    var outer = request
    outer.name = "the package of \(request.name)"
    outer.urls = request.mirrors.map { $0.hasSuffix("/") ? "\($0)\(path)" : "\($0)/\(path)" }
    outer.sha256 = request.packageSHA256
    let package = try await fetchInTime(outer, progress)
    // One package gives the same member for ever: no need to unpack it twice.
    let key = CacheStore.key("deb:\(package.sha256)#\(member)")
    let lock = try await store.lock(key, timeout: request.timeLimit, for: "unpack \(request.name)")
    defer { lock.release() }
    let source = "\(package.source)#\(member)".printable
    if let known = try store.usableEntry(key, wanted: request.sha256) {
      return cached(known.sha256, known.size, source, fetched: package.bytesFetched, fromCache: package.fromCache)
    }
    let unpacking = DebianMember(store: store, runner: runner, request: request, member: member)
    let (digest, size) = try await unpacking.take(from: package)
    try store.save(CacheStore.Entry(source: source, name: request.name, sha256: digest, size: size), key: key)
    return cached(digest, size, source, fetched: package.bytesFetched, fromCache: package.fromCache)
  }

  private func imageMember(_ member: String, _ request: SourceRequest) async throws -> CachedSource {
    guard let image = request.image else {
      throw FactoryError(
        .configInvalid, "cannot fetch \(request.name): no image is given for 'iso:/\(member.printable)'",
        hint: "set 'installer-image'")
    }
    let key = CacheStore.key("iso:\(image.sha256)#\(member)")
    let lock = try await store.lock(key, timeout: request.timeLimit, for: "unpack \(request.name)")
    defer { lock.release() }
    let source = "\(image.source)#\(member)".printable
    if let known = try store.usableEntry(key, wanted: request.sha256) {
      return cached(known.sha256, known.size, source, fetched: 0, fromCache: true)
    }
    let unpacking = ImageMember(store: store, runner: runner, request: request, member: member)
    let (digest, size) = try await unpacking.take(from: image)
    try store.save(CacheStore.Entry(source: source, name: request.name, sha256: digest, size: size), key: key)
    return cached(digest, size, source, fetched: 0, fromCache: image.fromCache)
  }

  /// A file of the user's stays where it is.
  private func local(_ path: FilePath, _ request: SourceRequest) throws -> CachedSource {
    let resolved = FilePath(Canonical.path(path.string) ?? path.string)
    let file: OpenFile
    do { file = try OpenFile(resolved, O_RDONLY | O_NONBLOCK, status: .fetchFailed) } catch let error as FactoryError {
      throw FetchFailure(path.string, error.message, mayPass: false)
    }
    let information = try file.information()
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw FetchFailure(path.string, "not a regular file", mayPass: false)
    }
    let digest = try SourceDigest.sha256(file).hexadecimal
    if let wanted = request.sha256, wanted != digest {
      throw FetchFailure(path.string, "wrong digest: SHA-256 is \(digest), wanted \(wanted)", mayPass: false)
    }
    return CachedSource(
      path: resolved, sha256: digest, size: ByteSize(bytes: Int64(information.st_size)), source: path.string.printable,
      bytesFetched: 0, fromCache: false)
  }

  // MARK: - Tries, and what is kept

  private func tries(
    _ failures: inout [FetchFailure], _ attempt: () async throws -> CachedSource
  ) async throws -> CachedSource {
    for pause in pauses + [nil] {
      do {
        return try await attempt()
      } catch let failure as FetchFailure {
        failures.append(failure)
        guard failure.mayPass, let pause else { throw failure }
        try await Task.sleep(for: pause)
      }
    }
    throw CancellationError()
  }

  /// A file that is known by its SHA-512: the cache keeps it under its SHA-256 like all others, and notes which that is.
  private func matched(_ source: CachedSource, _ place: String, _ request: SourceRequest) throws -> CachedSource {
    guard let wanted = request.sha512 else { return source }
    if let problem = try request.sha512Problem(of: source.path) { throw FetchFailure(place, problem, mayPass: false) }
    if source.path == store.content(source.sha256) {
      try store.save(
        CacheStore.Entry(source: source.source, name: request.name, sha256: source.sha256, size: source.size.bytes),
        key: CacheStore.key("sha512:\(wanted)"))
    }
    return source
  }

  private func content(_ request: SourceRequest) throws -> CachedSource? {
    if request.sha256 == nil, let wanted = request.sha512 {
      guard let known = try store.usableEntry(CacheStore.key("sha512:\(wanted)"), wanted: nil) else { return nil }
      return cached(known.sha256, known.size, known.source, fetched: 0, fromCache: true)
    }
    guard let wanted = request.sha256, let size = try store.verifiedSize(wanted) else { return nil }
    return cached(wanted, size, SourceURL.shown(request.urls.first ?? request.name), fetched: 0, fromCache: true)
  }

  /// When nobody gives the file: the copy with the wanted digest, or, where that is allowed, what one of the sources gave last.
  private func lastResort(_ request: SourceRequest) throws -> CachedSource? {
    if let kept = try content(request) { return kept }
    guard request.allowsStale, request.sha256 == nil else { return nil }
    for text in request.urls {
      let key: String
      switch SourceURL(text) {
      case .web(let address): key = CacheStore.key(address)
      case .rsync(let source): key = CacheStore.key("rsync:\(source)")
      default: continue
      }
      guard let known = try store.usableEntry(key, wanted: nil) else { continue }
      var result = cached(known.sha256, known.size, known.source, fetched: 0, fromCache: true)
      result.isStale = true
      return result
    }
    return nil
  }

  private func cached(
    _ digest: String, _ size: Int64, _ source: String, fetched: Int64, fromCache: Bool
  ) -> CachedSource {
    CachedSource(
      path: store.content(digest), sha256: digest, size: ByteSize(bytes: size), source: source, bytesFetched: fetched,
      fromCache: fromCache)
  }
}
