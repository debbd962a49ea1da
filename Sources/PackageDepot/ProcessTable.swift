import SystemPackage

/// The processes of this host as `/proc` shows them to us (proc_pid(5)).
struct ProcessTable: Sendable {
  let proc: FilePath

  /// The ids of all processes that may be seen.
  func processes() -> [Int32] {
    (ProcFile.names(in: proc) ?? []).compactMap { Int32($0) }
  }

  /// Whether the process holds the socket; nil when its open files may not be looked at (another user's process, or one
  /// that changed its user, as libvirt's QEMU in system mode does).
  func holds(_ process: Int32, socket inode: UInt64) -> Bool? {
    let folder = proc.appending("\(process)").appending("fd")
    guard let descriptors = ProcFile.names(in: folder) else { return nil }
    let wanted = "socket:[\(inode)]"
    var hidden = false
    for descriptor in descriptors {
      guard let target = ProcFile.target(of: folder.appending(descriptor)) else {
        hidden = true
        continue
      }
      if target == wanted { return true }
    }
    // A descriptor can also have been closed in between; "not known" is the careful reading of both.
    return hidden ? nil : false
  }

  /// The command line as the process was started; empty when it cannot be read.
  func arguments(of process: Int32) -> [String] {
    guard let line = ProcFile.read(proc.appending("\(process)").appending("cmdline"), limit: 1 << 20) else { return [] }
    return line.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The effective user of the process, or nil when it is gone.
  func user(of process: Int32) -> UInt32? {
    guard let status = ProcFile.read(proc.appending("\(process)").appending("status"), limit: 64 << 10) else {
      return nil
    }
    for line in status.split(separator: UInt8(ascii: "\n")) where line.starts(with: "Uid:".utf8) {
      let numbers = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      return numbers.count > 2 ? UInt32(String(decoding: numbers[2], as: UTF8.self)) : nil
    }
    return nil
  }
}
