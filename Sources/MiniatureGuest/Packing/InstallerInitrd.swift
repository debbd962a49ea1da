import Model
import SystemPackage

/// The members of an installer's initial RAM disk, looked up by path as its kernel would see them after unpacking.
///
/// Only headers are held in memory; contents are read from the unpacked file when asked for.
struct InstallerInitrd {
  /// Where libraries are looked for, in this order.
  static let libraryFolders = [
    "lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64", "usr/lib64", "lib", "usr/lib",
  ]
  /// One archive after another, as boot loaders and virt-install append them.
  private static let mostArchives = 32

  private struct Content {
    var archive: Int
    var file: FileDescriptor
    var member: CpioReader.Member
  }

  private var files: [FileDescriptor] = []
  private var members: [String: Content] = [:]
  /// Where the content of a hard-linked file lies: only one of its names carries it.
  private var contents: [String: Content] = [:]
  private var archives = 0

  /// Reads all archives of the file; compressed ones are unpacked into the unpacker's folder first.
  ///
  /// Throws `CpioProblem`, `Errno`, what the port throws, and `FactoryError` for a file that is no initrd at all.
  static func open(_ path: FilePath, _ unpacker: inout Unpacker) async throws -> InstallerInitrd {
    var initrd = InstallerInitrd()
    do {
      try await initrd.add(path, &unpacker, depth: 0)
    } catch {
      initrd.close()
      throw error
    }
    return initrd
  }

  /// Closes the files; contents cannot be read after it.
  func close() {
    for file in files { try? file.close() }
  }

  private mutating func add(_ path: FilePath, _ unpacker: inout Unpacker, depth: Int) async throws {
    let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    files.append(file)
    let end = UInt64(try file.seek(offset: 0, from: .end))
    var offset: UInt64 = 0
    while let start = try Self.nextByte(file, from: offset, end: end) {
      let magic = try file.exactly(Int(min(6, end - start)), at: start)
      if let compression = Unpacker.Compression(of: magic) {
        guard depth < 3, start == 0 else { throw Self.notAnInitrd(path, "a compressed archive behind a plain one") }
        // Everything to the end belongs to it: the tools unpack one compressed member after another.
        return try await add(try await unpacker.unpack(file: path, by: compression), &unpacker, depth: depth + 1)
      }
      guard magic.starts(with: Array("07070".utf8)) else { throw Self.notAnInitrd(path, "neither cpio nor compressed") }
      archives += 1
      guard archives <= Self.mostArchives else { throw Self.notAnInitrd(path, "too many archives") }
      offset = try addArchive(file, from: start, end: end)
    }
  }

  /// All members up to the trailer, later ones over earlier ones; returns the place behind it.
  private mutating func addArchive(_ file: FileDescriptor, from start: UInt64, end: UInt64) throws -> UInt64 {
    var reader = CpioReader(file, from: start, end: end)
    while let member = try reader.next() {
      let content = Content(archive: archives, file: file, member: member)
      members[member.path] = content
      guard members.count <= CpioReader.mostMembers else {
        throw CpioProblem.tooManyEntries(limit: CpioReader.mostMembers)
      }
      if member.isFile, member.links > 1, member.size > 0 { contents["\(archives):\(member.inode)"] = content }
    }
    return reader.offset
  }

  /// The first byte that is not zero: archives are padded with zeros.
  private static func nextByte(_ file: FileDescriptor, from start: UInt64, end: UInt64) throws -> UInt64? {
    var place = start
    while place < end {
      let part = try file.exactly(Int(min(4096, end - place)), at: place)
      if let index = part.firstIndex(where: { $0 != 0 }) { return place + UInt64(index) }
      place += UInt64(part.count)
    }
    return nil
  }

  private static func notAnInitrd(_ path: FilePath, _ why: String) -> FactoryError {
    FactoryError(
      .hostNotReady, "cannot read '\(path.string.printable)' as the initial RAM disk of an installer: \(why)",
      hint: "fetch the installer again, or name another kernel and initrd")
  }
}

extension InstallerInitrd {
  /// The names directly in a folder, sorted.
  func names(in folder: String) -> [String] {
    let prefix = (real(folder) ?? folder) + "/"
    let all = members.keys.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
    return Set(all.map { String($0.prefix { $0 != "/" }) }).sorted()
  }

  /// The names of all symbolic links, anywhere, that lead to a file of this name; sorted.
  func names(linkedTo name: String) -> [String] {
    let found = members.values.filter { content in
      guard content.member.isSymbolicLink, content.member.size <= UInt64(CpioPath.longest),
        let target = try? content.file.exactly(Int(content.member.size), at: content.member.contentOffset)
      else { return false }
      return String(decoding: target, as: UTF8.self).split(separator: "/").last.map(String.init) == name
    }
    return Set(found.compactMap { $0.member.path.split(separator: "/").last.map(String.init) }).sorted()
  }

  /// The paths of all files below a folder, sorted.
  func files(below folder: String) -> [String] {
    let prefix = (real(folder) ?? folder) + "/"
    return members.filter { $0.key.hasPrefix(prefix) && $0.value.member.isFile }.keys.sorted()
  }

  /// The content of the file that the path leads to, symbolic links followed inside the archive; nil when there is none.
  func content(_ path: String) throws -> [UInt8]? {
    guard let path = real(path), var content = members[path], content.member.isFile else { return nil }
    if content.member.size == 0, content.member.links > 1 {
      content = contents["\(content.archive):\(content.member.inode)"] ?? content
    }
    return try content.file.exactly(Int(content.member.size), at: content.member.contentOffset)
  }

  /// The path with every symbolic link in it resolved; `..` never leaves the archive's root. Nil for what does not exist.
  private func real(_ path: String) -> String? {
    var rest = path.split(separator: "/").map(String.init).reversed() as [String]
    var done: [String] = []
    var hops = 0
    while let part = rest.popLast() {
      if part == "." { continue }
      if part == ".." {
        _ = done.popLast()
        continue
      }
      done.append(part)
      let here = done.joined(separator: "/")
      guard let content = members[here] else { return nil }
      guard content.member.isSymbolicLink else { continue }
      hops += 1
      guard hops <= 40, content.member.size <= UInt64(CpioPath.longest),
        let target = try? content.file.exactly(Int(content.member.size), at: content.member.contentOffset)
      else { return nil }
      done = target.first == UInt8(ascii: "/") ? [] : Array(done.dropLast())
      rest += String(decoding: target, as: UTF8.self).split(separator: "/").map(String.init).reversed()
    }
    return done.joined(separator: "/")
  }
}
