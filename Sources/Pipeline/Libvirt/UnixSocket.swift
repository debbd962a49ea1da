import Foundation
import SystemPackage

/// Asks whether a daemon listens at a Unix socket, and which.
enum UnixSocket {
  static func accepts(_ path: FilePath) -> Bool { connected(path) { _ in true } ?? false }

  /// The process that listens there; nil when there is none.
  static func listener(at path: FilePath) -> Int32? {
    connected(path) { descriptor in
      // struct ucred of unix(7): process, user, group; of the process that called listen(2).
      var peer: [Int32] = [0, 0, 0]
      var length = socklen_t(MemoryLayout<Int32>.size * peer.count)
      guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0, peer[0] > 0 else { return nil }
      return peer[0]
    }
  }

  private static func connected<Value>(_ path: FilePath, _ body: (Int32) -> Value?) -> Value? {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.string.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let answer = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return answer == 0 ? body(descriptor) : nil
  }
}
