import CPrivileged
import Glibc
import PrivilegedOperations

/// Loop devices that somebody else set up.
enum LoopCheck {
  /// Opens a device; throws ``Refusal`` unless it is the block device of that name.
  static func open(_ device: LoopDevice) throws -> Descriptor {
    let number = privileged_open(AT_FDCWD, device.path, UInt64(O_RDWR | O_NOFOLLOW), 0, 0)
    guard number >= 0 else { throw Refusal("there is no '\(device.path)'") }
    let opened = try Descriptor(number, to: "open it")
    let status = try opened.status()
    // Block major 7 is loop (Documentation/admin-guide/devices.txt).
    guard status.isA(S_IFBLK), status.st_rdev >> 8 & 0xFFF == 7 else {
      throw Refusal("'\(device.path)' is no loop device")
    }
    return opened
  }

  /// Throws ``Refusal`` unless the file behind the device is the caller's, as the kernel and not as a name has it.
  static func requireOwn(_ loop: borrowing Descriptor, _ device: LoopDevice, _ caller: Caller) throws {
    var number: UInt64 = 0
    var inode: UInt64 = 0
    guard privileged_loop_file(loop.number, &number, &inode) == 0 else {
      throw Refusal("'\(device.path)' is not in use")
    }
    let path = try backingFile(device)
    guard ArgumentRule.path.accepts(path) else { throw Refusal("the file behind '\(device.path)' has an odd name") }
    let status = try CallersFile.image(path, writable: true, caller).status()
    guard UInt64(status.st_dev) == number, UInt64(status.st_ino) == inode else {
      throw Refusal("'\(path)' is not the file behind '\(device.path)'")
    }
  }

  private static func backingFile(_ device: LoopDevice) throws -> String {
    let number = privileged_open_own("/sys/devices/virtual/block/loop\(device.number)/loop/backing_file", 0)
    let file = try Descriptor(number, to: "ask for the file behind '\(device.path)'")
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file.number, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}

/// What is mounted, as proc_pid_mountinfo(5) has it.
enum MountTable {
  struct Entry {
    let source: String
    let options: [String]
  }

  /// The mount on top of a place; nil when there is none.
  static func last(at place: String) throws -> Entry? {
    guard let file = fopen("/proc/self/mountinfo", "re") else { throw Failure.system("read the table of mounts") }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var room = 0
    defer { free(line) }
    var found: Entry?
    while getline(&line, &room, file) > 0, let text = line {
      let fields = String(cString: text).split(separator: " ").map(String.init)
      guard fields.count > 6, fields[4] == place, let dash = fields.firstIndex(of: "-"), dash + 2 < fields.count else {
        continue
      }
      found = Entry(source: fields[dash + 2], options: fields[5].split(separator: ",").map(String.init))
    }
    return found
  }
}
