import Glibc
import Synchronization
package import SystemPackage

/// The real peer check: the other end of the connection must belong to the QEMU of this build.
///
/// libvirt starts QEMU with `-name guest=DOMAIN,…`. The socket's user comes from the kernel's table, the process from its
/// open files. A command line can be forged, so the user has to be one that may run this build's QEMU: ourselves, root, or
/// libvirt's own user. Where the open files of that user's processes are hidden from us, a process of the same user with
/// that command line is enough.
package final class SocketOwner: PeerCheck {
  private let domainName: String
  private let trusted: Set<UInt32>
  private let sockets: SocketTable
  private let processes: ProcessTable
  /// The QEMU found last: asked first, since an installer opens hundreds of connections.
  private let lastFound = Mutex<Int32?>(nil)

  /// - Parameters:
  ///   - domainName: the libvirt domain's name.
  ///   - users: names of users that libvirt runs QEMU as in system mode; unknown ones are ignored. The defaults are those
  ///     of Debian and of Fedora.
  package init(domainName: String, users: [String] = ["libvirt-qemu", "qemu"], proc: FilePath = "/proc") {
    self.domainName = domainName
    trusted = Set([geteuid(), 0] + users.compactMap(Self.identity))
    sockets = SocketTable(proc: proc)
    processes = ProcessTable(proc: proc)
  }

  package func verdict(on peer: PeerSocket) -> PeerVerdict {
    guard let owner = sockets.owner(of: peer) else {
      return .refused("the other end of this connection cannot be found")
    }
    guard trusted.contains(owner.user) else { return .refused("this depot serves one running build only") }
    if let last = lastFound.withLock({ $0 }), processes.holds(last, socket: owner.inode) == true, isGuest(last) {
      return .allowed
    }
    return search(for: owner)
  }

  private func search(for owner: SocketTable.Owner) -> PeerVerdict {
    let refusal = PeerVerdict.refused("this depot serves one running build only")
    var unseen: [Int32] = []
    for process in processes.processes() {
      switch processes.holds(process, socket: owner.inode) {
      case true?:
        guard isGuest(process) else { return refusal }
        lastFound.withLock { $0 = process }
        return .allowed
      case false?: continue
      case nil: unseen.append(process)
      }
    }
    let likely = unseen.contains { processes.user(of: $0) == owner.user && isGuest($0) }
    return likely ? .allowed : refusal
  }

  private func isGuest(_ process: Int32) -> Bool {
    Self.names(processes.arguments(of: process), domain: domainName)
  }

  /// Whether an argv has `-name` with `guest=DOMAIN` among its comma-separated parts (qemu(1)).
  static func names(_ arguments: [String], domain: String) -> Bool {
    zip(arguments, arguments.dropFirst()).contains { option, value in
      option == "-name" && value.split(separator: ",").contains { $0 == "guest=\(domain)" }
    }
  }

  private static func identity(of user: String) -> UInt32? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    guard getpwnam_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    return entry.pw_uid
  }
}
