import Model
import SystemPackage

/// The kernel modules a miniature needs, with everything they depend on, in the order they are loaded.
struct KernelModules {
  /// One module, unpacked.
  struct Module: Equatable {
    var name: String
    var content: [UInt8]
    var dependencies: [String]
  }

  /// The largest module that is believed, unpacked.
  private static let largest: UInt64 = 32 << 20

  /// As `uname -r` prints it; modules of another release are refused by the kernel.
  let release: String
  private var paths: [String: String] = [:]
  private var builtIn: Set<String> = []
  private var loaded: [String: Module] = [:]

  /// Finds the modules of an installer's initrd; throws `FactoryError` when it has none.
  init(of initrd: InstallerInitrd) throws {
    guard
      let release = initrd.names(in: "lib/modules").last(where: { !initrd.files(below: "lib/modules/\($0)").isEmpty })
    else {
      throw FactoryError(
        .hostNotReady, "the initial RAM disk holds no kernel modules: it is not that of an installer",
        hint: "name the initrd.gz of Debian's netboot images")
    }
    self.release = release
    for path in initrd.files(below: "lib/modules/\(release)") {
      if let name = Self.name(of: path) { paths[name] = path }
    }
    let list = try initrd.content("lib/modules/\(release)/modules.builtin") ?? []
    for line in String(decoding: list, as: UTF8.self).split(separator: "\n") {
      if let name = Self.name(of: String(line)) { builtIn.insert(name) }
    }
  }

  /// Takes a module from a file of the host, for those that the installer loads from its mirror.
  ///
  /// Throws `FactoryError` when it is no module of this kernel.
  mutating func add(_ file: FilePath, _ unpacker: inout Unpacker) async throws {
    let name = file.lastComponent?.string ?? ""
    guard let module = Self.name(of: name) else {
      throw FactoryError(
        .hostNotReady, "'\(file.string.printable)' is not the name of a kernel module",
        hint: "its name ends in .ko, .ko.xz, .ko.gz or .ko.zst")
    }
    let content = try await unpacker.unpack(SmallFile.read(file, limit: Self.largest), named: name, limit: Self.largest)
    let version = Self.information("vermagic", in: content)?.split(separator: " ").first.map(String.init)
    guard version == release else {
      throw FactoryError(
        .hostNotReady,
        "the kernel module '\(file.string.printable)' is for kernel '\((version ?? "?").printable)', "
          + "the installer's kernel is '\(release.printable)'",
        hint: "take both from the same point release")
    }
    loaded[module] = Module(name: module, content: content, dependencies: Self.dependencies(of: content))
  }

  /// Whether the kernel can have the driver: as a module or built in.
  func has(_ name: String) -> Bool { builtIn.contains(name) || loaded[name] != nil || paths[name] != nil }

  /// The module and what it needs, what is needed first; empty when it is built in or not there.
  mutating func chain(_ name: String, _ initrd: InstallerInitrd, _ unpacker: inout Unpacker) async throws -> [Module] {
    var order: [Module] = []
    var open: [(name: String, expanded: Bool)] = [(name, false)]
    var seen: Set<String> = []
    while let (next, expanded) = open.popLast() {
      if expanded {
        if let module = loaded[next] { order.append(module) }
        continue
      }
      guard seen.insert(next).inserted, !builtIn.contains(next) else { continue }
      guard let module = try await module(next, initrd, &unpacker) else { continue }
      open.append((next, true))
      open += module.dependencies.map { ($0, false) }
    }
    return order
  }

  private mutating func module(
    _ name: String, _ initrd: InstallerInitrd, _ unpacker: inout Unpacker
  ) async throws -> Module? {
    if let module = loaded[name] { return module }
    guard let path = paths[name], let packed = try initrd.content(path) else { return nil }
    let content = try await unpacker.unpack(packed, named: name + ".ko", limit: Self.largest)
    let module = Module(name: name, content: content, dependencies: Self.dependencies(of: content))
    loaded[name] = module
    return module
  }

  /// `drivers/block/virtio_blk.ko.xz` is `virtio_blk`; the kernel takes `-` and `_` for the same.
  static func name(of path: String) -> String? {
    let file = path.split(separator: "/").last.map(String.init) ?? ""
    for suffix in [".ko", ".ko.xz", ".ko.gz", ".ko.zst"] where file.hasSuffix(suffix) {
      let name = file.dropLast(suffix.count).map { $0 == "-" ? "_" : $0 }
      let plain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      return name.isEmpty || !plain ? nil : String(name)
    }
    return nil
  }

  private static func dependencies(of module: [UInt8]) -> [String] {
    (information("depends", in: module) ?? "").split(separator: ",").prefix(64).compactMap { name(of: $0 + ".ko") }
  }

  /// A value of the module's `.modinfo` section: NUL-terminated texts `key=value`.
  static func information(_ key: String, in module: [UInt8]) -> String? {
    let wanted = [0] + Array("\(key)=".utf8)
    return module.withUnsafeBufferPointer { bytes in
      var place = 0
      while place + wanted.count < bytes.count {
        // The keys are preceded by a NUL; the first byte decides nearly always.
        if bytes[place] == 0, bytes[place + 1] == wanted[1], bytes[place..<place + wanted.count].elementsEqual(wanted) {
          let rest = bytes[(place + wanted.count)..<min(bytes.count, place + wanted.count + 512)]
          guard let end = rest.firstIndex(of: 0) else { return nil }
          return String(decoding: rest[..<end], as: UTF8.self)
        }
        place += 1
      }
      return nil
    }
  }
}
