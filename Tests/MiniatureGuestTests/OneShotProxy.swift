import SystemPackage

#if canImport(Glibc)
  import Glibc
#endif

/// An HTTP server on a free port of the loopback that answers one request and remembers it.
final class OneShotProxy: Sendable {
  let port: UInt16
  private let listener: Int32
  private let answer: String

  init(answer: String) throws {
    self.answer = answer
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let size = length
    let ready = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard ready else { throw Errno(rawValue: errno) }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
  }

  /// Waits for the one request, answers it, and returns its text; at most a minute.
  func serve() async throws -> String {
    var wait = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    for _ in 0..<300 where poll(&wait, 1, 0) == 0 { try await Task.sleep(for: .milliseconds(200)) }
    guard poll(&wait, 1, 0) == 1 else { throw Errno.timedOut }
    let connection = accept(listener, nil, nil)
    guard connection >= 0 else { throw Errno(rawValue: errno) }
    let file = FileDescriptor(rawValue: connection)
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
    try file.closeAfter { _ = try file.writeAll(Array(answer.utf8)) }
    close()
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  func close() { _ = Glibc.close(listener) }
}
