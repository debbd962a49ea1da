import Glibc

/// Addresses that a mirror's redirect may not lead to: services of this host, of its link, and the metadata services of
/// clouds, which hand out credentials to whoever asks from inside.
enum AddressRules {
  /// Why `host` may not be asked, or nil when all its addresses are fine. Looks the name up, so it blocks.
  ///
  /// A name server that changes its answer between this look-up and the connection's is not caught; what it can reach is
  /// bounded by what the mirror's operator could serve anyway.
  static func objection(to host: String) -> String? {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    let code = getaddrinfo(name, nil, &hints, &list)
    guard code == 0 else { return "cannot look up '\(host)': \(String(cString: gai_strerror(code)))" }
    defer { freeaddrinfo(list) }
    var next = list
    while let entry = next {
      if let bytes = addressBytes(entry.pointee), isOffLimits(bytes) {
        return "'\(host)' is an address of this host, its link or a metadata service"
      }
      next = entry.pointee.ai_next
    }
    return nil
  }

  private static func addressBytes(_ entry: addrinfo) -> [UInt8]? {
    guard let address = UnsafeRawPointer(entry.ai_addr) else { return nil }
    switch entry.ai_family {
    case AF_INET:
      return withUnsafeBytes(of: address.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
    case AF_INET6:
      return withUnsafeBytes(of: address.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
    default:
      return nil
    }
  }

  /// For 4 or 16 bytes in network order.
  static func isOffLimits(_ bytes: [UInt8]) -> Bool {
    if bytes.count == 4 {
      switch (bytes[0], bytes[1]) {
      case (0, _), (127, _), (169, 254), (224..., _): return true
      default: break
      }
      // Alibaba Cloud's and Oracle Cloud's metadata services; the others use 169.254.169.254.
      return bytes == [100, 100, 100, 200] || bytes == [192, 0, 0, 192]
    }
    guard bytes.count == 16 else { return true }
    let leadingZeros = bytes.prefix { $0 == 0 }.count
    if leadingZeros == 10, bytes[10] == 0xFF, bytes[11] == 0xFF { return isOffLimits(Array(bytes[12...])) }
    // Unspecified, loopback and IPv4-compatible addresses.
    if leadingZeros >= 12 { return true }
    // NAT64 (RFC 6052) hides an IPv4 address.
    if bytes.starts(with: [0, 0x64, 0xFF, 0x9B]) { return isOffLimits(Array(bytes[12...])) }
    // Amazon's metadata service on IPv6.
    let amazon: [UInt8] = [0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54]
    return (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80) || bytes[0] == 0xFF || bytes == amazon
  }
}
