import FactoryTestSupport
import Foundation
import Testing

extension RealSudo {
  @Suite(
    "The system log", .serialized,
    .enabled(if: !FileManager.default.fileExists(atPath: "/dev/log"), "this machine has a system log of its own"))
  struct SystemLog {
    @Test("every call is logged with its caller, a refused one too, and no line can be forged")
    func logged() async throws {
      let host = try #require(HelperHost.current)
      let log = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      defer {
        close(log)
        unlink("/dev/log")
      }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("/dev/log".utf8)) }
      let bound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(log, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(bound == 0)
      chmod("/dev/log", 0o666)
      var lines: [String] = []
      // After each call: the queue of such a socket has room for ten messages, and who logs more waits.
      for words in [["--check"], ["umount", "/etc\nroot (0): umount /tmp/image-factory.x"]] {
        _ = try await host.sudo(words)
        var buffer = [UInt8](repeating: 0, count: 8192)
        while case let count = recv(log, &buffer, buffer.count, Int32(MSG_DONTWAIT)), count > 0 {
          lines.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
      }
      let ours = lines.filter { $0.contains("image-factory-sudo-helper[") }
      let caller = "\(host.user.name) (\(host.user.number))"
      #expect(ours.contains { $0.hasSuffix("\(caller): --check") }, "\(lines)")
      #expect(ours.contains { $0.contains("\(caller): refused: ") && $0.contains("umount /etc?root (0)") }, "\(lines)")
      #expect(!ours.contains { $0.contains("\n") })
    }
  }
}
