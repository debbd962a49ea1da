import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// What the attacks name: files, links, devices and images of the user's, of another user's and of root's.
final class AttackGround: Sendable {
  let host: HelperHost
  private let places: [String: String]
  /// Loop devices and mounts to take away again.
  private let loops: [String]
  private let foreignMount: String
  private let ramfs: String
  private let opened: Int32

  init(_ host: HelperHost) async throws {
    self.host = host
    let user = host.user
    let suffix = String(UUID().uuidString.prefix(8))
    let home = user.home.string
    var places = ["home": home, "missing": "\(home)/missing", "long": "/" + String(repeating: "a/", count: 3000)]

    let canary = try host.scratch.makeFolder("canary", mode: 0o700).string
    try host.scratch.write("root's secret\n", to: "canary/secret", mode: 0o600)
    try host.scratch.makeFolder("canary/var/log")
    places["canary"] = canary

    let image = try await GuestImage("ext4", in: host)
    places["ext4"] = image.path
    places["output"] = try user.file("output")
    places["full"] = try user.file("full", "not empty")
    places["folder"] = try user.folder("\(home)/folder")
    for (name, target) in [("linktosecret", "\(canary)/secret"), ("linktoimage", image.path), ("linktohome", home)] {
      symlink(target, "\(home)/\(name)")
      places[name] = "\(home)/\(name)"
    }
    places["throughlink"] = "\(home)/linktohome/\(image.path.split(separator: "/").last ?? "")"
    let linked = try user.file("linked")
    link(linked, "\(home)/hardlink")
    places["hardlink"] = "\(home)/hardlink"
    mkfifo("\(home)/fifo", 0o600)
    try user.take("\(home)/fifo", mode: 0o600)
    places["fifo"] = "\(home)/fifo"
    places["socket"] = AttackGround.makeSocket("\(home)/socket")
    places["otherimage"] = try host.outsider.file("image.raw", "x", mode: 0o666)
    places["rootinside"] = "\(home)/of-root.raw"
    try "x".write(toFile: "\(home)/of-root.raw", atomically: true, encoding: .utf8)
    chmod("\(home)/of-root.raw", 0o666)

    for (name, content) in [("", "x"), ("empty", "")] {
      places["\(name)setuid"] = try user.file("\(name)setuid", content, mode: 0o4600)
      places["\(name)setgid"] = try user.file("\(name)setgid", content, mode: 0o2610)
      places["\(name)acl"] = try host.outsider.file("\(name)acl", content)
      try await AttackGround.share(places["\(name)acl"] ?? "", with: user.number)
    }
    // As good as any other kind of file system that is not on the list: FUSE is not everywhere.
    ramfs = try user.folder("\(home)/ramfs")
    let memory = try await Child.run("mount", "-t", "ramfs", "ramfs", ramfs)
    try #require(memory.status == 0, "\(memory.errors)")
    try user.take(ramfs, mode: 0o700)
    places["ramfs"] = try user.file("ramfs/image.raw", "x")
    places["emptyramfs"] = try user.file("ramfs/empty")

    for (name, path) in try await HostileImages.make(from: image.path, in: host) { places[name] = path }
    opened = open(places["open"] ?? "", O_RDWR | O_CLOEXEC)

    func scratchFolder(_ name: String) -> String { "/tmp/image-factory.\(name)_\(suffix)" }
    let scratch = try user.folder(scratchFolder("own"))
    try user.folder("\(scratch)/inner")
    for (name, target) in [("etc", "/etc"), ("secret", "\(canary)/secret"), ("proc", "/proc")] {
      symlink(target, "\(scratch)/\(name)")
    }
    symlink("/etc", scratchFolder("link"))
    lchown(scratchFolder("link"), user.number, user.number)
    try FileManager.default.createDirectory(atPath: scratchFolder("root"), withIntermediateDirectories: false)
    try user.folder(scratchFolder("open"), mode: 0o777)
    try "".write(toFile: scratchFolder("file"), atomically: true, encoding: .utf8)
    try user.take(scratchFolder("file"), mode: 0o600)
    places["scratch"] = scratch
    for name in ["link", "root", "open", "file"] {
      places["\(name == "link" ? "" : name)scratch"] = scratchFolder(name)
    }
    places["link"] = scratchFolder("link")
    places["scratch"] = scratch

    var loops: [String] = []
    func loop(_ file: String) async throws -> String {
      let made = try await Child.run("losetup", "--find", "--show", "--offset", "1048576", file)
      try #require(made.status == 0, "\(made.errors)")
      loops.append(made.output.trimmingCharacters(in: .whitespacesAndNewlines))
      return loops[loops.count - 1]
    }
    let second = try await GuestImage("ext4", in: host)
    places["loop"] = try await loop(second.path)
    let third = try await GuestImage("ext4", in: host)
    try FileManager.default.moveItem(atPath: third.path, toPath: host.scratch.path.appending("root.raw").string)
    chown(host.scratch.path.appending("root.raw").string, 0, 0)
    places["rootloop"] = try await loop(host.scratch.path.appending("root.raw").string)
    places["otherloop"] = try await loop(host.outsider.home.appending("image.raw").string)
    // A mount that root made, of the user's own device, on a folder with the right name.
    foreignMount = try user.folder(scratchFolder("foreign"))
    let mounted = try await Child.run("mount", places["loop"] ?? "", foreignMount)
    try #require(mounted.status == 0, "\(mounted.errors)")
    places["foreignmount"] = foreignMount
    self.places = places
    self.loops = loops
  }

  /// The words with every mark replaced.
  func words(of attack: Attack) -> [String] {
    attack.words.map { word in
      places.reduce(word) { $0.replacing("{\($1.key)}", with: $1.value) }
    }
  }

  func close() async {
    Glibc.close(opened)
    for folder in [foreignMount, ramfs] { _ = try? await Child.run("umount", folder) }
    for loop in loops { _ = try? await Child.run("losetup", "-d", loop) }
    for (name, path) in places where path.hasPrefix("/tmp/image-factory.") && name != "home" {
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  /// An ACL by which another user may read and write (acl(5); struct posix_acl_xattr_entry of the kernel: tag, rights, number).
  private static func share(_ path: String, with user: UInt32) async throws {
    let entries: [(tag: UInt16, rights: UInt16, number: UInt32)] = [
      (0x01, 6, .max), (0x02, 6, user), (0x04, 0, .max), (0x10, 6, .max), (0x20, 0, .max),
    ]
    var bytes: [UInt8] = [2, 0, 0, 0]
    for entry in entries {
      withUnsafeBytes(of: entry.tag.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: entry.rights.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: entry.number.littleEndian) { bytes += $0 }
    }
    let hexadecimal = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let program = "import os,sys; os.setxattr(sys.argv[1], 'system.posix_acl_access', bytes.fromhex(sys.argv[2]))"
    let shared = try await Child.run("python3", "-c", program, path, hexadecimal)
    try #require(shared.status == 0, "\(path) takes no ACL: \(shared.errors)")
  }

  private static func makeSocket(_ path: String) -> String {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { Glibc.close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return path
  }
}

/// Images that want more than a mount.
enum HostileImages {
  /// By the name of the mark.
  static func make(from ext4: String, in host: HelperHost) async throws -> [(String, String)] {
    let start: UInt64 = 1 << 20
    return [
      ("qcow2", try zeros("qcow2", in: host, [(start, [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])])),
      // s_journal_dev, s_mount_opts (the kernel's Documentation/filesystems/ext4/super.rst).
      ("journal", try copy(ext4, "journal", in: host, [(start + 1024 + 0xE4, [0, 8, 0, 0])])),
      ("options", try copy(ext4, "options", in: host, [(start + 1024 + 0x200, Array("journal_path=/dev/vda".utf8))])),
      ("noise", try zeros("noise", in: host, [(start + 1024, noise(1024)), (start + 1024 + 0x38, [0x53, 0xEF])])),
      ("noisexfs", try zeros("noisexfs", in: host, [(start, noise(4096)), (start, Array("XFSB".utf8))])),
      ("logxfs", try zeros("logxfs", in: host, [(start, Array("XFSB".utf8))])),
      (
        "twobtrfs",
        try zeros(
          "twobtrfs", in: host,
          [(start + 0x10040, Array("_BHRfS_M".utf8)), (start + 0x10000 + 0x88, [2, 0, 0, 0, 0, 0, 0, 0])])
      ),
      (
        "noisebtrfs",
        try zeros(
          "noisebtrfs", in: host,
          [
            (start + 0x10000, noise(4096)), (start + 0x10040, Array("_BHRfS_M".utf8)),
            (start + 0x10000 + 0x88, [1, 0, 0, 0, 0, 0, 0, 0]),
          ])
      ),
      ("open", try copy(ext4, "open", in: host, [])), ("zeros", try zeros("zeros", in: host, [])),
    ]
  }

  private static func noise(_ count: Int) -> [UInt8] {
    var dice = Dice(5)
    return (0..<count).map { _ in UInt8(dice.below(256)) }
  }

  private static func zeros(_ name: String, in host: HelperHost, _ parts: [(UInt64, [UInt8])]) throws -> String {
    let path = try host.user.file("\(name).raw")
    truncate(path, 64 << 20)
    try patch(path, parts)
    return path
  }

  private static func copy(_ image: String, _ name: String, in host: HelperHost, _ parts: [(UInt64, [UInt8])]) throws
    -> String
  {
    let path = host.user.home.appending("\(name).raw").string
    try FileManager.default.copyItem(atPath: image, toPath: path)
    try host.user.take(path, mode: 0o600)
    try patch(path, parts)
    return path
  }

  private static func patch(_ path: String, _ parts: [(UInt64, [UInt8])]) throws {
    let file = try #require(FileHandle(forWritingAtPath: path))
    defer { try? file.close() }
    for (offset, bytes) in parts {
      try file.seek(toOffset: offset)
      try file.write(contentsOf: Data(bytes))
    }
  }
}
