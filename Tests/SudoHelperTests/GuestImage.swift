import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// An image of the user's with one file system and a small system in it, made by the usual tools.
struct GuestImage: Sendable {
  let path: String
  let kind: String
  /// Of the file system, in bytes.
  let offset: Int64
  let size: Int64

  /// The words of the helper that name it.
  var words: [String] { [path, String(offset), String(size), kind] }

  /// Megabytes that each kind needs at least, with some room.
  static let megabytes: [String: Int64] = ["btrfs": 160, "ext4": 48, "xfs": 320]

  /// `script` runs in the mounted file system, after a Debian-like tree was made there.
  init(_ kind: String, in host: HelperHost, offset: Int64 = 1 << 20, script: String = "") async throws {
    self.kind = kind
    self.offset = offset
    size = (GuestImage.megabytes[kind] ?? 64) << 20
    path = host.user.home.appending("\(kind)-\(UUID().uuidString.prefix(8)).raw").string
    let create = """
      set -eu
      truncate -s "$2" "$1"
      loop=$(losetup --find --show --offset "$3" --sizelimit "$4" "$1")
      mkdir "$1.mnt"
      trap 'umount "$1.mnt" 2>/dev/null || true; losetup -d "$loop"; rmdir "$1.mnt"' EXIT
      mkfs."$5" -q "$loop" >/dev/null 2>&1
      mount "$loop" "$1.mnt"
      cd "$1.mnt"
      \(GuestImage.tree)
      \(script)
      cd /
      umount "$1.mnt"
      """
    let made = try await Child.run(
      "sh", "-c", create, "sh", path, String(offset + size + (1 << 20)), String(offset), String(size), kind)
    try #require(made.status == 0, "\(made.output)\(made.errors)")
    try host.user.take(path, mode: 0o600)
  }

  /// A finished copy of an image, whose file system is in the same place.
  init(path: String, like other: GuestImage) {
    self.path = path
    (kind, offset, size) = (other.kind, other.offset, other.size)
  }

  private static let tree = """
    mkdir -p etc/ssh etc/apt/apt.conf.d etc/systemd/system usr/sbin usr/lib/systemd var/log/installer/sub var/lib root tmp
    echo 'PRETTY_NAME="Guest OS 1"' > etc/os-release
    echo 0123456789abcdef0123456789abcdef > etc/machine-id
    echo secret > etc/ssh/ssh_host_rsa_key
    echo config > etc/ssh/sshd_config
    touch usr/sbin/sshd usr/lib/systemd/systemd
    echo "the installer's log" > var/log/installer/syslog
    echo below > var/log/installer/sub/deep
    echo keep > var/log/keep
    head -c 20000000 /dev/urandom > var/lib/bulk
    printf 'APT::x "1";\\nAcquire::http::Proxy "http://10.0.2.2:3142/";\\n' > etc/apt/apt.conf
    printf 'Acquire::http::Proxy "http://10.0.2.2:3142/";\\n' > etc/apt/apt.conf.d/90proxy
    """

  /// What a shell script prints that looks into the file system, mounted read-only.
  func look(_ script: String) async throws -> String {
    let mount = """
      set -eu
      mkdir "$1.mnt"
      mount -o ro,loop,offset="$2",sizelimit="$3" "$1" "$1.mnt"
      trap 'cd /; umount "$1.mnt"; rmdir "$1.mnt"' EXIT
      cd "$1.mnt"
      \(script)
      """
    let looked = try await Child.run("sh", "-c", mount, "sh", path, String(offset), String(size))
    try #require(looked.status == 0, "\(looked.output)\(looked.errors)")
    return looked.output
  }

  /// What the file system's own checker says.
  func check() async throws -> Child.Result {
    let copy = path + ".part"
    defer { unlink(copy) }
    try await Child.run(
      "dd", "if=\(path)", "of=\(copy)", "bs=1M", "conv=sparse", "iflag=skip_bytes,count_bytes", "skip=\(offset)",
      "count=\(size)", "status=none")
    switch kind {
    case "xfs": return try await Child.run("xfs_repair", "-n", "-f", copy)
    case "btrfs": return try await Child.run("btrfs", "check", "--readonly", copy)
    default: return try await Child.run("e2fsck", "-fn", copy)
    }
  }

  /// Kilobytes on the host.
  var allocated: Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_blocks) / 2 : 0
  }
}

/// The host as the helper must leave it: a tree of root's, a few files of the system, loop devices and mounts.
struct HostState: Equatable {
  private let lines: [String]

  init(_ host: HelperHost) {
    var lines: [String] = []
    let canary = host.scratch.path.appending("canary").string
    let names = FileManager.default.enumerator(atPath: canary)?.compactMap { $0 as? String } ?? []
    for path in [canary] + names.sorted().map({ "\(canary)/\($0)" })
      + ["/etc/shadow", "/etc/passwd", "/etc/sudoers", "/etc", "/root", "/tmp"]
    {
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      // Folders of the system change by others' doing: only their rights are compared.
      let isCanary = path.hasPrefix(canary)
      lines.append(
        "\(path) \(status.st_mode) \(status.st_uid) \(status.st_gid) \(isCanary ? status.st_size : 0) "
          + (isCanary ? "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_ctim.tv_nsec)" : ""))
      if isCanary, status.st_mode & S_IFMT == S_IFREG {
        lines.append(String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self))
      }
    }
    self.lines = lines + HostState.loops(host) + HostState.mounts(host)
  }

  /// Loop devices of files in the scratch folder.
  static func loops(_ host: HelperHost) -> [String] {
    let devices = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block")) ?? []
    return devices.filter { $0.hasPrefix("loop") }.sorted().compactMap { name in
      let file = try? String(contentsOfFile: "/sys/block/\(name)/loop/backing_file", encoding: .utf8)
      return file.flatMap { $0.contains(host.scratch.path.string) ? "\(name) \($0)" : nil }
    }
  }

  /// Mounts in the scratch folder or on folders of the Python tool's.
  static func mounts(_ host: HelperHost) -> [String] {
    let table = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").map(String.init).filter {
      $0.contains(host.scratch.path.string) || $0.contains("/tmp/image-factory.")
    }
  }
}
