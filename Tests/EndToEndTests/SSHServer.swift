import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// A real sshd on a loopback port with keys and a configuration of its own; it runs as the test user and lets only that user in.
final class SSHServer: Sendable {
  let port: UInt16
  private let process: Child
  private let folder: FilePath
  private let user: OrdinaryUser

  init(for user: OrdinaryUser, in scratch: Scratch) async throws {
    self.user = user
    let folder = try user.makeFolder("ssh", in: scratch)
    self.folder = folder
    let port = try SSHServer.freePort()
    self.port = port
    for key in ["host", "login"] {
      let made = try await Child.run(
        "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "end-to-end test", "-f", folder.appending(key).string)
      try #require(made.status == 0, "ssh-keygen: \(made.errors)")
    }
    // Every reader has a key file of its own: ssh refuses one that others may read or that is not its user's.
    try FileManager.default.copyItem(
      atPath: folder.appending("login").string, toPath: folder.appending("login-of-user").string)
    let publicKey = try String(contentsOfFile: folder.appending("login.pub").string, encoding: .utf8)
    let hostKey = try String(contentsOfFile: folder.appending("host.pub").string, encoding: .utf8)
    try scratch.write(publicKey, to: "ssh/authorized_keys")
    try scratch.write("[127.0.0.1]:\(port) \(hostKey)", to: "ssh/known_hosts")
    try scratch.write(SSHServer.configuration(port: port, folder: folder), to: "ssh/sshd_config")
    for file in ["host", "login-of-user"] {
      chown(folder.appending(file).string, user.number, user.number)
      chmod(folder.appending(file).string, 0o600)
    }
    let daemon = try #require(Tools.path("sshd"))
    // By its full path: sshd starts itself anew for every connection.
    process = try Child(
      user.command([daemon, "-D", "-e", "-f", folder.appending("sshd_config").string]), environment: user.environment)
    let deadline = ContinuousClock.now + .seconds(10)
    while !SSHServer.accepts(port) {
      try #require(ContinuousClock.now < deadline && process.isRunning, "sshd: \(process.errors)")
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  func stop() { if process.isRunning { kill(process.pid, SIGTERM) } }

  /// `user@host:folder` for rsync.
  func target(_ path: FilePath) -> String { "\(user.name)@127.0.0.1:\(path)/" }

  /// Arguments of rsync that reach this server, as the configuration writes them; `asUser` picks whose key file it is.
  func uploadArguments(asUser: Bool) -> String {
    let key = folder.appending(asUser ? "login-of-user" : "login")
    return
      "-t -e \"ssh -F /dev/null -p \(port) -i \(key) -o BatchMode=yes -o 'UserKnownHostsFile=\(folder)/known_hosts'"
      + " -o StrictHostKeyChecking=yes\""
  }

  private static func configuration(port: UInt16, folder: FilePath) -> String {
    """
    ListenAddress 127.0.0.1:\(port)
    HostKey \(folder)/host
    AuthorizedKeysFile \(folder)/authorized_keys
    PidFile none
    UsePAM no
    StrictModes no
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    PermitRootLogin no

    """
  }

  /// A port that nobody listens on; somebody may take it before we do, which shows at once.
  static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
      }
    }
    try #require(status == 0, "no free port on loopback")
    return UInt16(bigEndian: address.sin_port)
  }

  private static func accepts(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
