import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

extension GuestImage {
  /// The words of the helper that name it.
  var words: [String] { [path, String(offset), String(size), kind] }

  /// Megabytes that each kind needs at least, with some room.
  static let megabytes: [String: Int64] = ["btrfs": 160, "ext4": 48, "xfs": 320]

  /// An image of the user's with one file system and a small system in it, made by the usual tools.
  ///
  /// `script` runs in the mounted file system, after a Debian-like tree was made there.
  init(_ kind: String, in host: HelperHost, offset: Int64 = 1 << 20, script: String = "") async throws {
    let size = (GuestImage.megabytes[kind] ?? 64) << 20
    let path = host.user.home.appending("\(kind)-\(UUID().uuidString.prefix(8)).raw").string
    self.init(path: path, kind: kind, offset: offset, size: size)
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
    self.init(path: path, kind: other.kind, offset: other.offset, size: other.size)
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
}
