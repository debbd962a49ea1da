import CPrivileged
import Glibc
import PrivilegedOperations

/// The clean-up of a guest's system.
struct GuestCleaner {
  let tree: GuestTree
  let records: RecordWriter

  func clean(_ work: CleaningWork) throws {
    let kept = try GuestKept(work.keep, expand: matches)
    let removal = GuestRemoval(tree: tree, keeping: kept)
    let handing = GuestHanding(tree: tree, records: records)
    for pattern in work.save {
      for path in try matches(pattern) {
        try handing.hand(out: path)
        try removal.remove(path)
      }
    }
    for pattern in work.remove { for path in try matches(pattern) { try removal.remove(path) } }
    if work.hostKeys {
      // Not passed over: an image with the keys of its build must not be finished.
      let keys = try tree.expand(HostKeyUnit.keys) { throw Failure("'\($0.shown)' in the image is a symlink") }
      for path in keys { try removal.remove(path) }
    }
    for pattern in work.empty { for path in try matches(pattern) where !kept.covers(path) { try empty(path) } }
    if work.hostKeys { try makeHostKeysAnew() }
    if let proxy = work.proxy { try remove(proxy: proxy, removal) }
    try records.write(.removed, text: "\(removal.names) \(removal.bytes)")
  }

  /// What a pattern matches; one that passes a link of the guest's is left out, and that is told.
  private func matches(_ pattern: String) throws -> [GuestPath] {
    try tree.expand(pattern) { link in
      try records.write(.linked, name: Array(link.absolute.prefix(HelperRecord.longestName)), text: pattern)
    }
  }

  private func empty(_ path: GuestPath) throws {
    guard let file = try openRegular(path, PRIVILEGED_WRITE) else { return }
    guard ftruncate(file.number, 0) == 0 else { throw Failure.system("empty '\(path.shown)' in the image") }
  }

  /// A regular file; nil for anything else.
  private func openRegular(_ path: GuestPath, _ flags: privileged_flags) throws -> Descriptor? {
    guard try tree.status(path)?.isA(S_IFREG) == true else { return nil }
    let file = try tree.open(path, flags)
    guard try file.status().isA(S_IFREG) else { return nil }
    return file
  }

  /// As for other file systems: only where there is an SSH server and systemd, and the unit is not there yet.
  private func makeHostKeysAnew() throws {
    guard try isThere("/usr/sbin/sshd"), try isThere("/usr/lib/systemd/systemd"), try !isThere(HostKeyUnit.path) else {
      return
    }
    let unit = try tree.path(HostKeyUnit.path)
    let file = try Descriptor(
      privileged_beneath(unit.base.folder.number, unit.relative, PRIVILEGED_CREATE, 0o644), to: "write the unit")
    let text = Array(HostKeyUnit.text.utf8)
    guard write(file.number, text, text.count) == text.count, fchmod(file.number, 0o644) == 0 else {
      throw Failure.system("write '\(unit.shown)' in the image")
    }
    let wants = try tree.path(HostKeyUnit.wants)
    if try tree.status(wants) == nil {
      let parent = try tree.openParent(wants)
      guard mkdirat(parent.number, wants.last, 0o755) == 0 else { throw Failure.system("make '\(wants.shown)'") }
      let made = try tree.open(wants, PRIVILEGED_LIST)
      guard fchmod(made.number, 0o755) == 0 else { throw Failure.system("make '\(wants.shown)'") }
    }
    let folder = try tree.open(wants, PRIVILEGED_FOLDER)
    guard symlinkat(HostKeyUnit.path, folder.number, HostKeyUnit.name) == 0 || errno == EEXIST else {
      throw Failure.system("enable '\(unit.shown)' in the image")
    }
  }

  private func isThere(_ path: String) throws -> Bool { try tree.status(tree.path(path)) != nil }

  /// The build's proxy in apt's configuration: the installer writes it there for the target.
  private func remove(proxy: String, _ removal: GuestRemoval) throws {
    for pattern in ["/etc/apt/apt.conf", "/etc/apt/apt.conf.d/*"] {
      for path in try tree.expand(pattern) {
        guard let file = try openRegular(path, PRIVILEGED_READ), try file.status().st_size <= 1 << 20 else { continue }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(file.number, &bytes, bytes.count)
        guard count >= 0 else { throw Failure.system("read '\(path.shown)' in the image") }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let kept = lines.filter { !has($0, proxy) }
        if kept.count == lines.count { continue }
        if kept.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) {
          try removal.remove(path)
        } else {
          try rewrite(path, Array(kept.joined(separator: "\n").utf8))
        }
      }
    }
  }

  private func has(_ line: Substring, _ proxy: String) -> Bool {
    let (line, wanted) = (Array(line.utf8), Array(proxy.utf8))
    return line.count >= wanted.count
      && (0...line.count - wanted.count).contains { line[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }

  private func rewrite(_ path: GuestPath, _ bytes: [UInt8]) throws {
    guard let file = try openRegular(path, PRIVILEGED_WRITE) else { return }
    guard ftruncate(file.number, 0) == 0, write(file.number, bytes, bytes.count) == bytes.count else {
      throw Failure.system("write '\(path.shown)' in the image")
    }
  }
}
