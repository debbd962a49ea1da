import Glibc
import SystemPackage

/// The kernel's tables of TCP sockets, `/proc/net/tcp` and `tcp6` (proc_pid_net(5)).
struct SocketTable: Sendable {
  /// The end of a connection that another process of this host holds.
  struct Owner: Sendable, Hashable {
    let user: UInt32
    let inode: UInt64
  }

  let proc: FilePath

  /// The owner of the client's end of `peer`, or nil when the kernel lists no such socket (any more).
  func owner(of peer: PeerSocket) -> Owner? {
    guard let client = Self.hex(peer.clientAddress, peer.clientPort),
      let server = Self.hex(peer.serverAddress, peer.serverPort)
    else { return nil }
    // An IPv6 socket that speaks IPv4 is listed in tcp6 with a mapped address.
    let mapped = "0000000000000000FFFF0000"
    return owner(in: "tcp", local: client, remote: server)
      ?? owner(in: "tcp6", local: mapped + client, remote: mapped + server)
  }

  private func owner(in table: String, local: String, remote: String) -> Owner? {
    guard let text = ProcFile.read(proc.appending("net").appending(table), limit: 32 << 20) else { return nil }
    for line in text.split(separator: UInt8(ascii: "\n")).dropFirst() {
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
      guard fields.count > 9, fields[1].elementsEqual(local.utf8), fields[2].elementsEqual(remote.utf8),
        let user = UInt32(String(decoding: fields[7], as: UTF8.self)),
        let inode = UInt64(String(decoding: fields[9], as: UTF8.self)), inode != 0
      else { continue }
      return Owner(user: user, inode: inode)
    }
    return nil
  }

  /// Address and port as the tables print them: the address in host byte order, as the kernel holds it.
  static func hex(_ address: String, _ port: Int) -> String? {
    var binary = in_addr()
    guard inet_pton(AF_INET, address, &binary) == 1, (0...65535).contains(port) else { return nil }
    return padded(String(binary.s_addr, radix: 16, uppercase: true), to: 8) + ":"
      + padded(String(port, radix: 16, uppercase: true), to: 4)
  }

  private static func padded(_ digits: String, to width: Int) -> String {
    String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// Files under `/proc`: their size is not known before they are read.
enum ProcFile {
  /// The contents up to `limit` bytes, or nil when the file cannot be read.
  static func read(_ path: FilePath, limit: Int) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return nil }
    defer { try? file.close() }
    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while contents.count < limit {
      guard let count = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
      if count == 0 { break }
      contents.append(contentsOf: buffer[..<count])
    }
    return contents
  }

  /// The names in a folder, or nil when it cannot be read.
  static func names(in folder: FilePath) -> [String]? {
    guard let directory = opendir(folder.string) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Where a symbolic link of `/proc` points, or nil when that may not be known.
  static func target(of link: FilePath) -> String? {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = buffer.withUnsafeMutableBytes { raw in
      guard let start = raw.baseAddress else { return -1 }
      return readlink(link.string, start.assumingMemoryBound(to: CChar.self), raw.count)
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}
