import _StringProcessing

/// What an argument must look like, from its first byte to its last.
///
/// Every rule is a regular expression that has to match the whole argument (`wholeMatch`, so it is anchored at both ends whatever it says)
/// and is compared scalar by scalar: a letter with an accent, or the Kelvin sign, never counts as a letter of ASCII.
package struct ArgumentRule: Sendable {
  /// What it is, as in "'x' is no NAME".
  package let name: String
  /// In bytes; nothing longer is looked at.
  package let longest: Int
  // Never changed after it was made; the helper has one thread.
  nonisolated(unsafe) private let regex: Regex<Substring>

  private init(_ name: String, longest: Int, _ make: () -> Regex<Substring>) {
    self.name = name
    self.longest = longest
    regex = make().matchingSemantics(.unicodeScalar).asciiOnlyCharacterClasses()
  }

  /// Whether the argument may be used.
  package func accepts(_ text: String) -> Bool {
    text.utf8.count <= longest && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
      && (try? regex.wholeMatch(in: text)) != nil
  }

  /// An absolute path on the host: plain characters, no empty component, no `.` and no `..`.
  package static let path = ArgumentRule("absolute path", longest: 4095) {
    /(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._+,:@=%~ \-]{1,255})+/
  }
  /// A path pattern inside the image: as ``path``, with `*` and `?` in a component.
  package static let pattern = ArgumentRule("path pattern inside the image", longest: 1024) {
    /(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._+,:@=%~ *?\-]{1,255})+/
  }
  /// Bytes: a decimal number of at most 15 digits without superfluous zeros.
  package static let bytes = ArgumentRule("number of bytes", longest: 15) { /0|[1-9][0-9]{0,14}/ }
  /// A host's name or address with a port.
  package static let address = ArgumentRule("host and port", longest: 128) { /[A-Za-z0-9.\-]{1,100}:[1-9][0-9]{0,4}/ }
  /// A loop device: `/dev/loop0` to `/dev/loop4095`.
  package static let loopDevice = ArgumentRule("loop device", longest: 13) { /\/dev\/loop(?:0|[1-9][0-9]{0,3})/ }
  /// A mount point of the Python tool.
  package static let mountPoint = ArgumentRule("mount point '/tmp/image-factory.NAME'", longest: 83) {
    /\/tmp\/image-factory\.[A-Za-z0-9_]{1,64}/
  }
  /// A path at or below a mount point of the Python tool.
  package static let innerPath = ArgumentRule("path below '/tmp/image-factory.NAME'", longest: 4095) {
    /\/tmp\/image-factory\.[A-Za-z0-9_]{1,64}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._+,:@=%~ \-]{1,255})*/
  }
  /// The change of rights of the Python tool.
  package static let rights = ArgumentRule("change of the rights of others", longest: 5) {
    /o[+\-](?:r?w?x|r?wx?|rw?x?)/
  }
  /// A group in the file that configures the helper.
  package static let groupName = ArgumentRule("group name", longest: 32) { /[a-z_][a-z0-9_\-]{0,31}/ }
  /// A user's name as sudo passes it on.
  package static let userName = ArgumentRule("user name", longest: 256) { /[A-Za-z0-9_][A-Za-z0-9_.@\\\-]{0,255}/ }
  /// A user's or group's number as sudo passes it on.
  package static let identity = ArgumentRule("user id", longest: 10) { /0|[1-9][0-9]{0,9}/ }
}
