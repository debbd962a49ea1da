import Foundation
import Glibc
import HostSystem
import Synchronization
import SystemPackage

/// A web server on loopback that gives a folder's files, and what a test puts in their place.
final class FolderServer: Sendable {
  /// Instead of a file: the whole body, and what happens before it is sent.
  struct Answer: Sendable {
    var body: [UInt8] = []
    var type = "application/octet-stream"
    /// Runs when the answer is asked for, before the file is read.
    var before: (@Sendable () -> Void)?
    /// Whether the file of the folder is sent after all.
    var isFile = false
  }

  private let folder: FilePath
  private let socket: Int32
  private let port: UInt16
  private let answers = Mutex<[String: Answer]>([:])
  private let asked = Mutex<[String]>([])

  /// This host's, and so protected; the same server by a name that is not known to be this host's.
  var url: String { "http://127.0.0.1:\(port)" }
  var unprotectedURL: String { "http://0.0.0.0:\(port)" }
  /// Method and path of every request.
  var requests: [String] { asked.withLock { $0 } }

  /// Runs `body` with a server of the folder.
  static func run(_ folder: FilePath, _ body: (FolderServer) async throws -> Void) async throws {
    let server = try FolderServer(folder)
    defer { server.stop() }
    try await body(server)
  }

  /// Puts something in the place of the file at this path: `/CHECKSUMS`.
  func answer(_ path: String, with answer: Answer?) { answers.withLock { $0[path] = answer } }

  private init(_ folder: FilePath) throws {
    self.folder = folder
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.socket = socket
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        bind(socket, raw, length) == 0 && listen(socket, 64) == 0 && getsockname(socket, raw, &length) == 0
      }
    }
    guard bound else { throw Errno(rawValue: errno) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(socket, nil, nil)
        guard client >= 0 else { return }
        Thread.detachNewThread { [self] in serve(client) }
      }
    }
  }

  private func stop() {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  private func serve(_ client: Int32) {
    defer { close(client) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: text, as: UTF8.self).contains("\r\n\r\n") {
      let count = read(client, &buffer, buffer.count)
      guard count > 0 else { return }
      text += buffer[..<count]
    }
    let words = String(decoding: text, as: UTF8.self).split(separator: " ")
    guard words.count > 1 else { return }
    let (method, path) = (String(words[0]), String(words[1]))
    asked.withLock { $0.append("\(method) \(path)") }
    let answer = answers.withLock { $0[path] }
    answer?.before?()
    var body = answer?.body
    if answer == nil || answer?.isFile == true {
      body = try? AtomicFile.read(folder.pushing(FilePath(String(path.dropFirst()))))
    }
    let status = body == nil ? "404 Not Found" : "200 OK"
    let head =
      "HTTP/1.1 \(status)\r\nContent-Length: \(body?.count ?? 0)\r\nContent-Type: "
      + "\(answer?.type ?? "application/octet-stream")\r\nConnection: close\r\n\r\n"
    send(Array(head.utf8) + (method == "HEAD" ? [] : body ?? []), to: client)
  }

  private func send(_ bytes: [UInt8], to client: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
