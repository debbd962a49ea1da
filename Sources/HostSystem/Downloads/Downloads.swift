import AsyncHTTPClient
import Glibc
package import Model
import NIOCore
import NIOHTTP1
package import SystemPackage

/// Downloads for real: HTTP clients, rsync and the cache; end it with ``close()``.
package struct Downloads: Downloader {
  /// The cache that ``fetch(_:progress:)`` fills.
  package let cache: SourceCache
  private let session: HTTPClientSession
  private let pauses: [Duration]

  /// Downloads into `folder`; the proxy variables in `environment` are honoured.
  package init(
    folder: FilePath, runner: any CommandRunner, environment: [String: String] = ChildEnvironment.current(),
    limits: HTTPClientSession.Limits = .init(), pauses: [Duration] = [.seconds(1), .seconds(4)]
  ) {
    session = HTTPClientSession(environment: environment, limits: limits)
    cache = SourceCache(folder: folder, session: session, runner: runner, pauses: pauses)
    self.pauses = pauses
  }

  /// Ends every connection.
  package func close() async { await session.close() }

  package func fetch(
    _ request: SourceRequest, progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws -> CachedSource {
    try await cache.fetch(request, progress: progress)
  }

  package func fetchSmall(_ url: String, limit: ByteSize) async throws -> [UInt8] {
    switch SourceURL(url) {
    case .file(let path):
      do {
        return try AtomicFile.read(path, limit: Int(limit.bytes))
      } catch let error as FactoryError {
        throw FactoryError(.fetchFailed, error.message, hint: error.hint)
      }
    case .web(let address):
      return try await smallFromWeb(address, limit: limit)
    default:
      throw FactoryError(
        .fetchFailed, "cannot fetch '\(SourceURL.shown(url))': only a path, file:, http: and https: will do here")
    }
  }

  private func smallFromWeb(_ url: String, limit: ByteSize) async throws -> [UInt8] {
    var failure = FetchFailure(url, "not tried", mayPass: false)
    for pause in pauses + [nil] {
      do {
        return try await Deadline.run(.seconds(120)) { try await once(url, limit: limit) }
      } catch let error as FetchFailure {
        failure = error
      } catch is Deadline.Passed {
        failure = FetchFailure(url, "took longer than 2 min", mayPass: false)
      }
      guard failure.mayPass, let pause else { break }
      try await Task.sleep(for: pause)
    }
    throw FactoryError(.fetchFailed, "cannot fetch \(failure)", hint: "check the URL and the network")
  }

  private func once(_ url: String, limit: ByteSize) async throws -> [UInt8] {
    let answer = try await session.send(.GET, url)
    guard answer.status == 200 else { throw await answer.failure() }
    var result: [UInt8] = []
    do {
      for try await piece in answer.body {
        result += piece.readableBytesView
        guard result.count <= limit.bytes else {
          throw FetchFailure(url, "longer than \(limit)", mayPass: false, status: answer.status)
        }
      }
      try Task.checkCancellation()
    } catch  where FetchFailure.isTransport(error) {
      try Task.checkCancellation()
      throw FetchFailure(url, transport: error, limits: session.limits)
    }
    if let expected = answer.header("Content-Length").flatMap({ Int($0) }), expected != result.count {
      throw FetchFailure(url, "cut after \(result.count) of \(expected) bytes", mayPass: true, status: answer.status)
    }
    return result
  }

  package func probe(
    _ urls: [String], concurrency: Int = 16, deadline: Duration
  ) async -> [String: ProbeResult] {
    let end = ContinuousClock.now + deadline
    var results: [String: ProbeResult] = [:]
    await withTaskGroup(of: (String, ProbeResult).self) { group in
      var waiting = Set(urls).sorted()[...]
      func startNext() {
        guard let url = waiting.popFirst() else { return }
        group.addTask { (url, await look(at: url, until: end, of: deadline)) }
      }
      for _ in 0..<max(1, concurrency) { startNext() }
      for await (url, result) in group {
        results[url] = result
        startNext()
      }
    }
    return results
  }

  private func look(at url: String, until end: ContinuousClock.Instant, of limit: Duration) async -> ProbeResult {
    switch SourceURL(url) {
    case .file(let path):
      var information = stat()
      let isThere = stat(path.string, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
      return isThere ? .ok(size: Int64(information.st_size)) : .missing(status: 404)
    case .web(let address):
      let late = ProbeResult.unreachable(reason: "no answer within \(limit.timeSpan)")
      let left = end - .now
      guard left > .zero else { return late }
      do {
        return try await Deadline.run(left) { try await ask(address) }
      } catch let failure as FetchFailure {
        return .unreachable(reason: failure.reason)
      } catch {
        return late
      }
    default:
      return .unreachable(reason: "no http:, https: or file: URL")
    }
  }

  private func ask(_ url: String) async throws -> ProbeResult {
    var answer: HTTPAnswer
    do {
      answer = try await session.send(.HEAD, url)
    } catch let failure as FetchFailure where failure.mayPass {
      // One lost connection among hundreds of questions must not decide which installer is used.
      answer = try await session.send(.HEAD, url)
    }
    for try await _ in answer.body {}
    switch answer.status {
    case 200: return .ok(size: answer.header("Content-Length").flatMap { Int64($0) })
    case 408, 429: return .unreachable(reason: answer.statusWords)
    case 400..<500: return .missing(status: answer.status)
    default: return .unreachable(reason: answer.statusWords)
    }
  }
}
