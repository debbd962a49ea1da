import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection of the guest: its requests are answered one after the other, in their order, however many are on the
/// way (apt sends up to 10 ahead).
struct GuestConnection: Sendable {
  let channel: any Channel
  let service: DepotService

  /// More than any request the depot takes; bodies are read only to be thrown away.
  private static let mostBody = 64 << 10

  func run(_ inbound: NIOAsyncChannelInboundStream<HTTPServerRequestPart>) async {
    let verdict = await self.verdict()
    if case .refused = verdict {
      // Who has no business here gets no time either.
      channel.eventLoop.scheduleTask(in: .seconds(2)) { [channel] in channel.close(promise: nil) }
    }
    do {
      var iterator = inbound.makeAsyncIterator()
      var head: HTTPRequestHead?
      var bodyBytes = 0
      while let part = try await iterator.next() {
        switch part {
        case .head(let next):
          (head, bodyBytes) = (next, 0)
          // The end of a CONNECT request never comes, and who is refused is not listened to.
          if next.method != .CONNECT, verdict == .allowed { continue }
        case .body(let bytes):
          bodyBytes += bytes.readableBytes
          if bodyBytes <= Self.mostBody { continue }
        case .end: break
        }
        guard let request = head, try await exchange(request, verdict, tooLong: bodyBytes > Self.mostBody) else {
          break
        }
        head = nil
      }
      try await linger(&iterator)
    } catch is HTTPParserError {
      service.observe(.refused(url: "", reason: "the request is no valid HTTP"))
    } catch {
      // The guest went away, or an answer broke off: both were told to the observers where they were noticed.
    }
  }

  /// Answers one request; false when the connection ends with it.
  private func exchange(_ head: HTTPRequestHead, _ verdict: PeerVerdict, tooLong: Bool) async throws -> Bool {
    let started = ContinuousClock.now
    let writer = AnswerWriter(channel: channel, request: head, silence: service.settings.silenceTimeout)
    let url = service.shown(head.uri)
    let request: DepotRequest
    switch ruling(on: head, verdict, tooLong: tooLong) {
    case .take(let allowed): request = allowed
    case .refuse(let status, let reason):
      service.observe(.refused(url: url, reason: reason))
      _ = try await writer.write(answer(.reason(status, reason), to: head), closing: true)
      return false
    }
    let (answer, source) = try await service.answer(to: request)
    do {
      let outcome = try await writer.write(self.answer(answer, to: head))
      service.observe(
        .answered(
          DepotExchange(
            method: head.method.rawValue, url: url, status: Int(answer.status.code), bytes: outcome.bytes,
            source: source, duration: .now - started)))
      return outcome.keepsConnection
    } catch let broken as AnswerWriter.Broken {
      service.observe(.failed(url: url, reason: broken.reason))
      throw broken
    }
  }

  private func ruling(on head: HTTPRequestHead, _ verdict: PeerVerdict, tooLong: Bool) -> RequestRules.Ruling {
    if case .refused(let reason) = verdict { return .refuse(.forbidden, reason) }
    let ruling = service.rules.ruling(on: head)
    guard tooLong, case .take = ruling else { return ruling }
    return .refuse(.payloadTooLarge, "a request of an installer has no body")
  }

  /// A `HEAD` is told the length and given no body.
  private func answer(_ answer: DepotAnswer, to head: HTTPRequestHead) -> DepotAnswer {
    guard head.method == .HEAD, case .bytes(let buffer) = answer.body else { return answer }
    var bare = answer
    bare.body = .none(length: Int64(buffer.readableBytes))
    return bare
  }

  private func verdict() async -> PeerVerdict {
    let unknown = PeerVerdict.refused("the other end of this connection cannot be found")
    guard let remote = channel.remoteAddress, let local = channel.localAddress, let address = remote.ipAddress,
      let port = remote.port, let ownAddress = local.ipAddress, let ownPort = local.port
    else { return unknown }
    let peer = PeerSocket(
      clientAddress: address, clientPort: port, serverAddress: ownAddress, serverPort: ownPort)
    let check = service.peerCheck
    return (try? await NIOThreadPool.singleton.runIfActive { check.verdict(on: peer) }) ?? unknown
  }

  /// Waits a little for the guest to read the last answer and hang up: closing with unread bytes of its would reset the
  /// connection and take the answer away from it.
  private func linger(_ iterator: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator) async throws
  {
    try await channel.close(mode: .output)
    channel.eventLoop.scheduleTask(in: .seconds(2)) { [channel] in channel.close(promise: nil) }
    while try await iterator.next() != nil {}
  }
}
