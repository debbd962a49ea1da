import AsyncHTTPClient
import Crypto
import Glibc
import Model
import NIOCore
import NIOHTTP1
import SystemPackage

/// One attempt to bring one `http:` or `https:` URL into the cache.
struct HTTPFetch {
  let store: CacheStore
  let session: HTTPClientSession
  let request: SourceRequest
  let url: String
  let key: String
  let progress: (@Sendable (FetchProgress) -> Void)?

  private var shown: String { SourceURL.shown(url) }

  /// Throws ``FetchFailure``; ``Model/FactoryError`` when the cache cannot be written.
  func attempt() async throws -> CachedSource {
    let known = request.refresh == .always ? nil : try store.usableEntry(key, wanted: request.sha256)
    if let known, request.refresh == .never || request.sha256 != nil { return cached(known) }
    let part = store.resumable(key)
    let answer = try await session.send(.GET, url, headers: conditions(known: known, part: part))
    switch (answer.status, known, part) {
    case (304, .some(let known), _):
      return cached(known)
    case (206, _, .some(let part)):
      guard answer.firstByte == part.size else {
        store.forgetPart(key)
        throw FetchFailure(url, "HTTP 206 with another part than asked for", mayPass: true, status: 206)
      }
      return try await receive(answer, from: part.size)
    case (200, _, _):
      return try await receive(answer, from: 0)
    case (416, _, .some):
      store.forgetPart(key)
      throw FetchFailure(url, "the part kept does not belong to the file any more", mayPass: true, status: 416)
    default:
      throw await answer.failure()
    }
  }

  private func conditions(known: CacheStore.Entry?, part: (size: Int64, validator: String)?) -> [(String, String)] {
    if let part { return [("Range", "bytes=\(part.size)-"), ("If-Range", part.validator)] }
    if let etag = known?.etag { return [("If-None-Match", etag)] }
    if let date = known?.lastModified { return [("If-Modified-Since", date)] }
    return []
  }

  private func cached(_ entry: CacheStore.Entry) -> CachedSource {
    CachedSource(
      path: store.content(entry.sha256), sha256: entry.sha256, size: ByteSize(bytes: entry.size), source: shown,
      bytesFetched: 0, fromCache: true)
  }

  // MARK: - The body

  private func receive(_ answer: HTTPAnswer, from start: Int64) async throws -> CachedSource {
    if answer.header("Content-Type")?.lowercased().hasPrefix("text/html") == true {
      throw await htmlFailure(answer)
    }
    let part = try OpenFile(store.file(key, "part"), O_RDWR | O_CREAT | (start == 0 ? O_TRUNC : 0))
    if start == 0 {
      try store.notePart(key, etag: answer.header("ETag"), lastModified: answer.header("Last-Modified"))
    }
    // Reads what is kept, which also leaves the file at its end.
    var hash = try SourceDigest.sha256(part)
    let (received, first) = try await copy(answer, to: part, hash: &hash, from: start)
    let digest = hash.hexadecimal
    if let problem = try problem(digest: digest, size: start + received, first: first, part: part.path) {
      store.forgetPart(key)
      // After going on from a kept part, the part may be what was wrong.
      throw FetchFailure(url, "\(answer.statusWords), \(problem)", mayPass: start > 0, status: answer.status)
    }
    try store.adopt(part, digest: digest)
    store.forgetPart(key)
    let size = start + received
    try store.save(
      CacheStore.Entry(
        source: shown, name: request.name, sha256: digest, size: size, etag: answer.header("ETag"),
        lastModified: answer.header("Last-Modified")), key: key)
    return CachedSource(
      path: store.content(digest), sha256: digest, size: ByteSize(bytes: size), source: shown, bytesFetched: received,
      fromCache: false)
  }

  private func copy(
    _ answer: HTTPAnswer, to part: OpenFile, hash: inout SHA256, from start: Int64
  ) async throws -> (received: Int64, first: [UInt8]) {
    var received: Int64 = 0
    var first: [UInt8] = []
    let expected = answer.header("Content-Length").flatMap { Int64($0) }
    var meter = ProgressMeter(source: shown, total: expected.map { $0 + start }, report: progress)
    do {
      for try await piece in answer.body {
        try Task.checkCancellation()
        if first.count < FirstBytes.count { first += piece.readableBytesView.prefix(FirstBytes.count - first.count) }
        if received == 0, start == 0, FirstBytes.areHTML(first) { throw await htmlFailure(answer, first) }
        received += Int64(piece.readableBytes)
        guard start + received <= request.sizeLimit.bytes else {
          store.forgetPart(key)
          throw FetchFailure(url, "longer than \(request.sizeLimit)", mayPass: false, status: answer.status)
        }
        try piece.withUnsafeReadableBytes { bytes in
          try part.write(bytes)
          hash.update(bufferPointer: bytes)
        }
        meter.report(start + received)
      }
      try Task.checkCancellation()
    } catch  where FetchFailure.isTransport(error) {
      try Task.checkCancellation()
      throw cut(transport: error, received: start + received, of: expected.map { $0 + start }, answer)
    }
    if let expected, received != expected {
      throw FetchFailure(url, "\(answer.statusWords), \(short(start + received, start + expected))", mayPass: true)
    }
    meter.finish(start + received)
    return (received, first)
  }

  private func cut(transport error: any Error, received: Int64, of total: Int64?, _ answer: HTTPAnswer) -> FetchFailure
  {
    var failure = FetchFailure(url, transport: error, limits: session.limits)
    failure.reason = "\(answer.statusWords), \(short(received, total)): \(failure.reason)"
    failure.status = answer.status
    return failure
  }

  private func short(_ received: Int64, _ total: Int64?) -> String {
    "cut after \(received)\(total.map { " of \($0)" } ?? "") bytes"
  }

  private func problem(digest: String, size: Int64, first: [UInt8], part: FilePath) throws -> String? {
    if size == 0, request.sha256 != digest { return "an empty file" }
    if let problem = try request.sha512Problem(of: part) { return problem + FirstBytes.shown(first) }
    guard let wanted = request.sha256, wanted != digest else { return nil }
    return "wrong digest: SHA-256 is \(digest), wanted \(wanted)" + FirstBytes.shown(first)
  }

  /// `first` is given when the body is being read already: it can be read only once.
  private func htmlFailure(_ answer: HTTPAnswer, _ first: [UInt8]? = nil) async -> FetchFailure {
    var reason = answer.statusWords
    if let first { reason += FirstBytes.shown(first) } else { reason = await answer.failure().reason }
    return FetchFailure(
      url, "a page for people, not the file: \(reason)", mayPass: false, status: answer.status)
  }
}

extension HTTPAnswer {
  /// Where a partial answer starts, from `Content-Range: bytes 100-199/200`.
  var firstByte: Int64? {
    guard let range = header("Content-Range"), range.lowercased().hasPrefix("bytes ") else { return nil }
    return Int64(range.dropFirst(6).prefix { $0 != "-" })
  }
}

/// Reports how far a download is, at most ten times a second.
struct ProgressMeter {
  let source: String
  let total: Int64?
  let report: (@Sendable (FetchProgress) -> Void)?
  private var last: ContinuousClock.Instant?

  init(source: String, total: Int64?, report: (@Sendable (FetchProgress) -> Void)?) {
    self.source = source
    self.total = total
    self.report = report
  }

  mutating func report(_ received: Int64) {
    guard let report else { return }
    let now = ContinuousClock.now
    if let last, now - last < .milliseconds(100) { return }
    last = now
    report(FetchProgress(source: source, received: received, total: total))
  }

  func finish(_ received: Int64) { report?(FetchProgress(source: source, received: received, total: total)) }
}
