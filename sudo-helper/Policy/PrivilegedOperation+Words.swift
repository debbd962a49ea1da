/// The words of each operation; ``init(words:)`` reads exactly what this writes, and little else.
extension PrivilegedOperation {
  /// The verb and its arguments.
  package var words: [String] {
    switch self {
    case .check: ["--check"]
    case .inspect(let volume, let work):
      ["inspect"] + volume.words + work.words
    case .clean(let volume, let work): ["clean"] + volume.words + work.words
    case .mount(let device, let folder): ["mount", device.path, folder.path]
    case .unmount(let folder): ["umount", folder.path]
    case .changeMode(let change): ["chmod"] + change.words
    }
  }

  /// Reads the words of one operation; throws ``Refusal``.
  init(words: ArraySlice<String>) throws {
    let arguments = words.dropFirst()
    switch words.first {
    case "--check":
      guard arguments.isEmpty else { throw Refusal("'--check' takes no arguments") }
      self = .check
    case "inspect": self = try .inspect(GuestVolume(words: arguments), InspectionWork(words: arguments.dropFirst(4)))
    case "clean": self = try .clean(GuestVolume(words: arguments), CleaningWork(words: arguments.dropFirst(4)))
    case "mount":
      guard arguments.count == 2, let device = arguments.first, let folder = arguments.last else {
        throw Refusal("'mount' takes a loop device and a mount point")
      }
      self = try .mount(LoopDevice(device), ScratchMount(folder))
    case "umount":
      guard arguments.count == 1, let folder = arguments.first else { throw Refusal("'umount' takes a mount point") }
      self = try .unmount(ScratchMount(folder))
    case "chmod": self = try .changeMode(ModeChange(words: arguments))
    case let verb?: throw Refusal("'\(verb.prefix(100))' is no operation of this helper")
    case nil: throw Refusal("no operation is named; see image-factory-sudo-helper(8)")
    }
  }
}

extension GuestVolume {
  var words: [String] { [file, String(offset), String(size), kind.rawValue] }

  /// The first four arguments of an operation on a volume.
  init(words: ArraySlice<String>) throws {
    guard words.count >= 4 else { throw Refusal("a file, an offset, a size and a kind of file system are needed") }
    let first = words.startIndex
    let (file, kind) = (words[first], words[first + 3])
    guard ArgumentRule.path.accepts(file) else { throw Refusal.unfit(file, .path) }
    guard let known = Kind(rawValue: kind) else {
      throw Refusal("'\(kind.prefix(100))' is no kind of file system here")
    }
    let offset = try GuestVolume.bytes(words[first + 1])
    let size = try GuestVolume.bytes(words[first + 2])
    // The smallest of the three kinds has more; the sum cannot overflow, a number has 15 digits at most.
    guard size >= 1 << 16 else { throw Refusal("a file system of \(size) bytes is too small") }
    self.init(file: file, offset: offset, size: size, kind: known)
  }

  private static func bytes(_ text: String) throws -> Int64 {
    guard ArgumentRule.bytes.accepts(text), let number = Int64(text) else { throw Refusal.unfit(text, .bytes) }
    guard number % 512 == 0 else { throw Refusal("\(number) is no multiple of 512") }
    return number
  }
}

extension LoopDevice {
  /// The device of a path such as `/dev/loop0`; throws ``Refusal``.
  package init(_ text: String) throws {
    guard ArgumentRule.loopDevice.accepts(text), let number = Int(text.dropFirst("/dev/loop".count)), number < 4096
    else {
      throw Refusal.unfit(text, .loopDevice)
    }
    self.init(number: number)
  }
}

extension ScratchMount {
  static let prefix = "/tmp/image-factory."

  init(_ text: String) throws {
    guard ArgumentRule.mountPoint.accepts(text) else { throw Refusal.unfit(text, .mountPoint) }
    self.init(suffix: String(text.dropFirst(ScratchMount.prefix.count)))
  }
}

extension ModeChange {
  var words: [String] {
    (recursive ? ["-R"] : []) + ["o\(grants ? "+" : "-")\(rights)", mount.path + (inner.isEmpty ? "" : "/" + inner)]
  }

  init(words: ArraySlice<String>) throws {
    let recursive = words.first == "-R"
    let rest = recursive ? words.dropFirst() : words
    guard rest.count == 2, let change = rest.first, let path = rest.last else {
      throw Refusal("'chmod' takes [-R], o+rwx or o-rwx, and a path")
    }
    guard ArgumentRule.rights.accepts(change) else { throw Refusal.unfit(change, .rights) }
    guard ArgumentRule.innerPath.accepts(path) else { throw Refusal.unfit(path, .innerPath) }
    let below = path.dropFirst(ScratchMount.prefix.count)
    let suffix = below.prefix { $0 != "/" }
    self.init(
      recursive: recursive, grants: change.dropFirst().first == "+", rights: String(change.dropFirst(2)),
      mount: ScratchMount(suffix: String(suffix)), inner: String(below.dropFirst(suffix.count + 1)))
  }
}
