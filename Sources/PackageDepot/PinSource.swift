import NIOCore
import NIOHTTP1

/// Answers for `dists/NAME/` of the pinned suite, under whichever mirror the guest was told to use.
struct PinSource: AnswerSource {
  let name = "pin"
  let suite: PinnedSuite

  func answer(to request: DepotRequest) async throws -> DepotAnswer? {
    guard let file = fileInSuite(request.target.path) else { return nil }
    guard let body = suite.files[file] else {
      return .reason(.notFound, "the pinned suite '\(suite.name)' has no such file")
    }
    let headers: HTTPHeaders = ["Content-Type": "application/octet-stream"]
    if request.method == .HEAD {
      return DepotAnswer(status: .ok, headers: headers, body: .none(length: Int64(body.count)))
    }
    return DepotAnswer(status: .ok, headers: headers, body: .bytes(ByteBuffer(bytes: body)))
  }

  /// The path below `dists/NAME/`, or nil when the URL is outside it. Compared decoded, so that no spelling of the name
  /// gets past the depot to the mirror.
  private func fileInSuite(_ path: Substring) -> String? {
    let parts = path.split(separator: "/").map(Self.decoded)
    for index in parts.indices.dropLast() where parts[index] == "dists" && parts[index + 1] == suite.name {
      return parts[(index + 2)...].joined(separator: "/")
    }
    return nil
  }

  private static func decoded(_ part: Substring) -> String {
    guard part.utf8.contains(UInt8(ascii: "%")) else { return String(part) }
    var bytes: [UInt8] = []
    var rest = part.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
