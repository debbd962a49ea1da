import Glibc
import HostSystem
import Model
import NIOHTTP1
import SystemPackage
import Testing

/// Downloads into a folder, quick and without the proxy of the machine the tests run on.
func withDownloads<Result>(
  _ folder: FilePath, silence: Duration = .seconds(5), environment: [String: String] = [:],
  _ body: (Downloads) async throws -> Result
) async throws -> Result {
  let downloads = Downloads(
    folder: folder.appending("cache"), runner: SubprocessRunner(), environment: environment,
    limits: .init(connect: .seconds(2), silence: silence), pauses: [.milliseconds(5), .milliseconds(10)])
  do {
    let result = try await body(downloads)
    await downloads.close()
    return result
  } catch {
    await downloads.close()
    throw error
  }
}

@Suite("fetching over HTTP")
struct HTTPFetchTests {
  let body = Array("the kernel, version one. ".utf8) + [UInt8](repeating: 7, count: 300_000)
  var digest: String { SourceDigest.sha256(body) }

  /// A server and downloads with a cache of their own.
  private func bench(
    silence: Duration = .seconds(5), _ answer: @escaping @Sendable (TinyServer.Seen) -> TinyServer.Reply,
    _ use: (TinyServer, Downloads) async throws -> Void
  ) async throws {
    try await inScratch { folder in
      try await TinyServer.run(answer) { server in
        try await withDownloads(folder, silence: silence) { try await use(server, $0) }
      }
    }
  }

  private func request(_ server: TinyServer, sha256: String? = nil) -> SourceRequest {
    SourceRequest(name: "the kernel", urls: ["\(server.base)/linux"], sha256: sha256, timeLimit: .seconds(20))
  }

  @Test("an unchanged source costs one conditional request, a changed one is fetched")
  func conditional() async throws {
    let body = body
    try await bench { seen in
      seen.number < 2 ? TinyServer.file(body, for: seen) : TinyServer.file([1, 2, 3], etag: "\"two\"", for: seen)
    } _: { server, downloads in
      let first = try await downloads.fetch(request(server))
      #expect(first.sha256 == digest && first.bytesFetched == Int64(body.count) && !first.fromCache)
      #expect(try AtomicFile.read(first.path) == body)
      let second = try await downloads.fetch(request(server))
      #expect(second.fromCache && second.bytesFetched == 0 && second.path == first.path)
      #expect(server.seen[1].headers.first(name: "If-None-Match") == "\"one\"")
      let third = try await downloads.fetch(request(server))
      #expect(third.size.bytes == 3 && !third.fromCache)
      #expect(server.count == 3)
    }
  }

  @Test("with a known digest a kept file costs no request, whatever URL it came from; a rotten one is fetched again")
  func contentHit() async throws {
    let body = body
    try await bench {
      TinyServer.file(body, for: $0)
    } _: { server, downloads in
      let first = try await downloads.fetch(request(server, sha256: digest.uppercased()))
      let elsewhere = SourceRequest(name: "it", urls: ["http://127.0.0.1:1/other"], sha256: digest)
      #expect(try await downloads.fetch(elsewhere).path == first.path)
      #expect(server.count == 1)
      try AtomicFile.write("rot", to: first.path)
      #expect(try await downloads.fetch(request(server, sha256: digest)).bytesFetched == Int64(body.count))
      #expect(try AtomicFile.read(first.path) == body)
    }
  }

  @Test("a cut body is resumed with Range and If-Range")
  func resume() async throws {
    let body = body
    try await bench { seen in
      var reply = TinyServer.file(body, for: seen)
      if seen.number == 0 { reply.cutAfter = 100_000 }
      return reply
    } _: { server, downloads in
      let result = try await downloads.fetch(request(server, sha256: digest))
      #expect(result.sha256 == digest)
      #expect(server.count == 2)
      #expect(server.seen[1].headers.first(name: "If-Range") == "\"one\"")
      let range = try #require(server.seen[1].headers.first(name: "Range"))
      #expect(range.hasPrefix("bytes=") && range != "bytes=0-")
      #expect(result.bytesFetched < Int64(body.count))
      let kept = try names(in: downloads.cache.folder.appending("sources")).filter { $0.contains(".part") }
      #expect(kept == [])
    }
  }

  @Test("a body cut on every try ends with an error that says how much came, and goes on at the next run")
  func cutForGood() async throws {
    let body = body
    try await bench { seen in
      var reply = TinyServer.file(body, for: seen)
      if seen.number < 3 { reply.cutAfter = 1000 }
      return reply
    } _: { server, downloads in
      let error = await factoryError { _ = try await downloads.fetch(request(server)) }
      #expect(error?.status == .fetchFailed)
      #expect(error?.message.contains("cut after") == true)
      #expect(error?.message.contains("of \(body.count) bytes") == true)
      #expect(server.count == 3)
      let result = try await downloads.fetch(request(server))
      #expect(result.sha256 == digest && server.seen[3].headers.contains(name: "Range"))
    }
  }

  @Test("a file that changed while it was cut is fetched from its start")
  func changedWhileCut() async throws {
    let body = body
    try await bench { seen in
      if seen.number > 0 { return TinyServer.file(Array(body.reversed()), etag: "\"two\"", for: seen) }
      var reply = TinyServer.file(body, for: seen)
      reply.cutAfter = 1000
      return reply
    } _: { server, downloads in
      let result = try await downloads.fetch(request(server))
      #expect(result.sha256 == SourceDigest.sha256(Array(body.reversed())))
    }
  }

  @Test(
    "a bad answer never replaces the last good copy, and the error says URL, status and first bytes",
    arguments: [
      (
        TinyServer.Reply(status: .notFound, body: Array("no such\u{1B}file".utf8)), "HTTP 404 Not Found",
        "no such\u{FFFD}file"
      ),
      (TinyServer.Reply(body: Array("  <!DOCTYPE html><title>Log in</title>".utf8)), "HTTP 200 OK", "<!DOCTYPE html>"),
      (
        TinyServer.Reply(headers: [("Content-Type", "text/html")], body: Array("please pay".utf8)), "HTTP 200 OK",
        "please pay"
      ),
      (TinyServer.Reply(), "HTTP 200 OK", "an empty file"),
      (TinyServer.Reply(status: .found), "HTTP 302 to nowhere", ""),
    ])
  func badAnswers(_ bad: TinyServer.Reply, _ status: String, _ start: String) async throws {
    let body = body
    try await bench { seen in
      seen.number == 0 ? TinyServer.file(body, for: seen) : bad
    } _: { server, downloads in
      let good = try await downloads.fetch(request(server))
      let error = await factoryError { _ = try await downloads.fetch(request(server)) }
      let message = error?.message ?? ""
      #expect(message.contains("\(server.base)/linux: "), "\(message)")
      #expect(message.contains(status), "\(message)")
      #expect(message.contains(start), "\(message)")
      // Neither the mirror nor the answer gets better by asking again.
      #expect(server.count == 2)
      #expect(try AtomicFile.read(good.path) == body)
      var again = request(server)
      again.allowsStale = true
      let stale = try await downloads.fetch(again)
      #expect(stale.isStale && stale.path == good.path)
      again.refresh = .never
      #expect(try await downloads.fetch(again).isStale == false)
    }
  }

  @Test("a wrong digest is refused with both digests; the next mirror is asked")
  func wrongDigest() async throws {
    let body = body
    try await bench { seen in
      seen.path.hasPrefix("/bad") ? TinyServer.Reply(body: Array("evil".utf8)) : TinyServer.file(body, for: seen)
    } _: { server, downloads in
      var wanted = request(server, sha256: digest)
      wanted.urls = ["\(server.base)/bad"]
      let error = await factoryError { _ = try await downloads.fetch(wanted) }
      #expect(error?.message.contains("wrong digest: SHA-256 is \(SourceDigest.sha256(Array("evil".utf8)))") == true)
      #expect(error?.message.contains("wanted \(digest); begins with 'evil'") == true)
      wanted.urls = ["\(server.base)/bad", "\(server.base)/good"]
      let good = try await downloads.fetch(wanted)
      #expect(good.source == "\(server.base)/good")
    }
  }

  @Test("a server in trouble is asked three times, then the next mirror")
  func mirrors() async throws {
    let body = body
    try await bench { seen in
      seen.path.hasPrefix("/sick") ? TinyServer.Reply(status: .serviceUnavailable) : TinyServer.file(body, for: seen)
    } _: { server, downloads in
      var wanted = request(server)
      wanted.urls = ["\(server.base)/sick", "http://127.0.0.1:1/refused", "\(server.base)/well"]
      let result = try await downloads.fetch(wanted)
      #expect(result.source == "\(server.base)/well")
      #expect(server.seen.map(\.path) == ["/sick", "/sick", "/sick", "/well"])
      wanted.urls.removeLast()
      let error = await factoryError { _ = try await downloads.fetch(wanted) }
      #expect(error?.details.contains { $0.contains("HTTP 503 Service Unavailable") } == true)
      #expect(error?.details.contains { $0.hasSuffix("connection refused") } == true)
    }
  }

  @Test("a server that falls silent is given up after the silence, one that is slow after the whole time")
  func silence() async throws {
    let body = body
    try await bench(silence: .milliseconds(500)) { seen in
      seen.path == "/mute" ? TinyServer.Reply(isSilent: true) : TinyServer.Reply(body: body, stallAfter: 10)
    } _: { server, downloads in
      var wanted = request(server)
      let error = await factoryError { _ = try await downloads.fetch(wanted) }
      #expect(error?.message.contains("cut after 10 of \(body.count) bytes: nothing received for 0.5 s") == true)
      wanted.urls = ["\(server.base)/mute"]
      let mute = await factoryError { _ = try await downloads.fetch(wanted) }
      #expect(mute?.message.contains("nothing received for 0.5 s") == true)
      wanted.timeLimit = .milliseconds(300)
      let late = await factoryError { _ = try await downloads.fetch(wanted) }
      #expect(late?.message == "cannot fetch the kernel: it took longer than 0.3 s")
    }
  }

  @Test("five redirects are followed, a loop is not")
  func redirects() async throws {
    let body = body
    try await bench { seen in
      let hop = Int(seen.path.dropFirst(4)) ?? 0
      if seen.path.hasPrefix("/hop"), hop < 5 {
        return .init(status: .found, headers: [("Location", "/hop\(hop + 1)")])
      }
      if seen.path == "/loop" { return .init(status: .movedPermanently, headers: [("Location", "loop")]) }
      return TinyServer.file(body, for: seen)
    } _: { server, downloads in
      var wanted = request(server)
      wanted.urls = ["\(server.base)/hop0"]
      let result = try await downloads.fetch(wanted)
      #expect(result.sha256 == digest)
      #expect(server.count == 6)
      wanted.urls = ["\(server.base)/loop"]
      let error = await factoryError { _ = try await downloads.fetch(wanted) }
      #expect(error?.message.contains("more than 5 redirects") == true)
    }
  }

  @Test("a file that is too long is given up")
  func tooLong() async throws {
    let body = body
    try await bench {
      TinyServer.file(body, for: $0)
    } _: { server, downloads in
      var wanted = request(server)
      wanted.sizeLimit = .kibibytes(1)
      let error = await factoryError { _ = try await downloads.fetch(wanted) }
      #expect(error?.message.hasSuffix("longer than 1 KiB") == true)
    }
  }

  @Test("a login in the URL is sent, and never shown")
  func login() async throws {
    let body = body
    try await bench { seen in
      seen.headers.first(name: "Authorization") == "Basic bWU6cEBzcw=="
        ? TinyServer.file(body, for: seen) : TinyServer.Reply(status: .unauthorized)
    } _: { server, downloads in
      var wanted = request(server)
      let port = server.base.split(separator: ":").last ?? ""
      wanted.urls = ["http://me:p%40ss@127.0.0.1:\(port)/x"]
      let result = try await downloads.fetch(wanted)
      #expect(result.source == "http://me:******@127.0.0.1:\(port)/x")
      wanted.urls = ["http://me:sesame@127.0.0.1:\(port)/x"]
      let error = await factoryError { _ = try await downloads.fetch(wanted) }
      #expect(error?.message.contains("HTTP 401") == true)
      #expect(error?.everything.contains("sesame") == false)
      let note = try #require(
        try names(in: downloads.cache.folder.appending("sources")).first { $0.hasSuffix(".json") })
      #expect(!(try text(downloads.cache.folder.appending("sources/\(note)"))).contains("p%40ss"))
    }
  }

  @Test("the proxy of the environment is used, but not for its exceptions")
  func proxy() async throws {
    let body = body
    try await inScratch { folder in
      try await TinyServer.run {
        TinyServer.file(body, for: $0)
      } _: { proxy in
        let environment = ["http_proxy": "\(proxy.base)/", "no_proxy": "localhost,127.0.0.0,.example.net"]
        try await withDownloads(folder, environment: environment) { downloads in
          let far = SourceRequest(name: "far", urls: ["http://mirror.example.org/debian/x"])
          let result = try await downloads.fetch(far)
          #expect(result.sha256 == digest)
          #expect(proxy.seen.first?.path == "http://mirror.example.org/debian/x")
          let near = await downloads.probe(["http://localhost:1/x"], deadline: .seconds(5))
          #expect(near.values.first == .unreachable(reason: "cannot connect: connection refused"))
        }
      }
      let environment = ["http_proxy": "https://secure-proxy:1"]
      try await withDownloads(folder, environment: environment) { downloads in
        let error = await factoryError {
          _ = try await downloads.fetchSmall("http://a.example.org/", limit: .kibibytes(1))
        }
        #expect(error?.message.contains("is of a kind that is not supported") == true)
      }
    }
  }

  @Test("builds at once fetch a file once; progress ends with the whole")
  func together() async throws {
    let body = body
    try await bench {
      TinyServer.file(body, for: $0)
    } _: { server, downloads in
      let progress = Collected<FetchProgress>()
      let wanted = request(server, sha256: digest)
      try await withThrowingTaskGroup(of: CachedSource.self) { group in
        for _ in 0..<8 { group.addTask { try await downloads.fetch(wanted) { progress.add($0) } } }
        for try await result in group { #expect(result.sha256 == digest) }
      }
      #expect(server.count == 1)
      #expect(
        progress.all.last
          == FetchProgress(source: "\(server.base)/linux", received: Int64(body.count), total: Int64(body.count)))
    }
  }

  @Test("cancelling ends a download at once")
  func cancellation() async throws {
    let body = body
    try await bench(silence: .seconds(60)) { _ in
      TinyServer.Reply(body: body, stallAfter: 10)
    } _: { server, downloads in
      let wanted = request(server)
      let task = Task { try await downloads.fetch(wanted) }
      let isAsked = try await eventually { server.count == 1 }
      #expect(isAsked)
      let started = ContinuousClock.now
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(ContinuousClock.now - started < .seconds(20))
    }
  }

  @Test("small files come with their bytes; 404, too long and cut are errors")
  func small() async throws {
    let body = body
    try await bench { seen in
      if seen.path == "/gone" { return .init(status: .notFound) }
      if seen.path == "/cut" { return .init(body: body, cutAfter: 5) }
      return TinyServer.file(body, for: seen)
    } _: { server, downloads in
      let bytes = try await downloads.fetchSmall("\(server.base)/Release", limit: .mebibytes(1))
      #expect(bytes == body)
      for (path, words) in [("gone", "HTTP 404"), ("cut", "closed too early"), ("long", "longer than 1 KiB")] {
        let error = await factoryError {
          _ = try await downloads.fetchSmall("\(server.base)/\(path)", limit: .kibibytes(1))
        }
        #expect(error?.message.contains(words) == true, "\(error?.everything ?? "")")
        #expect(error?.status == .fetchFailed)
      }
    }
  }

  @Test("a probe says of hundreds of files which are there, and does not wait past its deadline")
  func probe() async throws {
    try await bench { seen in
      if seen.path.hasSuffix("9") { return .init(status: .notFound) }
      if seen.path.hasSuffix("8") { return .init(status: .serviceUnavailable) }
      return seen.path == "/mute" ? .init(isSilent: true) : .init(body: [1, 2, 3])
    } _: { server, downloads in
      let urls = (0..<200).map { "\(server.base)/\($0)" }
      let results = await downloads.probe(urls, deadline: .seconds(60))
      #expect(results.count == 200)
      #expect(results["\(server.base)/7"] == .ok(size: 3))
      #expect(results["\(server.base)/9"] == .missing(status: 404))
      #expect(results["\(server.base)/8"] == .unreachable(reason: "HTTP 503 Service Unavailable"))
      #expect(server.seen.allSatisfy { $0.method == .HEAD })
      let late = await downloads.probe(["\(server.base)/mute", "file:///etc/passwd"], deadline: .milliseconds(200))
      #expect(late["\(server.base)/mute"] == .unreachable(reason: "no answer within 0.2 s"))
      if case .ok = late["file:///etc/passwd"] {} else { Issue.record("a local file is not found") }
    }
  }
}
