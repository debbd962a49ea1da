/// A value that no log, plan, report, error or process list may show: a password, a hash, a key, a token.
///
/// Every way of turning it into text gives `******`; only ``reveal()`` gives the value, to the code that renders an answer
/// file or hands it to a child process on a private channel.
public struct Secret: Sendable, Hashable {
  private let value: String

  public init(_ value: String) { self.value = value }

  /// The mask that stands for every secret.
  public static let mask = "******"

  /// The value itself; name the reason at the call.
  public func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { Secret.mask }
  public var debugDescription: String { Secret.mask }
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension Secret: Codable {
  /// A decoded secret is the mask: what was stored can be read and compared, not used.
  public init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Secret.mask)
  }
}
