/// Where a machine's VNC server listens, as people write it: `LISTEN:DISPLAY`, `[::1]:10`, `:5901`.
public struct VNCAddress: Sendable, Hashable {
  /// A host name or an address, without brackets.
  public var host: String
  /// The TCP port.
  public var port: Int

  /// libvirt's own choice, written out: the host's qemu.conf may have another.
  private static let usualHost = "127.0.0.1"
  /// Of display 0 (RFC 6143).
  private static let firstPort = 5900

  /// Reads the text; nil when it names no display. Below 5900 the number is a display, from there on it is the port itself.
  ///
  /// With nothing before the colon only this host can connect.
  public init?(_ text: String) {
    // The last colon: an IPv6 address has its own.
    guard let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]),
      (0...65535).contains(number)
    else { return nil }
    let listen = text[..<colon]
    let isBracketed = listen.hasPrefix("[") && listen.hasSuffix("]") && listen.count > 2
    guard isBracketed || !listen.contains(where: { "[]:".contains($0) }) else { return nil }
    host = listen.isEmpty ? VNCAddress.usualHost : String(isBracketed ? listen.dropFirst().dropLast() : listen)
    port = number < VNCAddress.firstPort ? VNCAddress.firstPort + number : number
  }

  /// Whether only programs of this host can connect.
  public var isLocal: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
