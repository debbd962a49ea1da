import DiskImages
import Glibc
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage
import Testing

@testable import Pipeline

/// A disk with one partition whose file system only the kernel writes: made by root with a loop device, as an installer's kernel would.
struct ForeignDisk {
  let test: TestHost
  let plan: BuildPlan
  let volume: GuestVolume

  static let canMake: ConditionTrait = {
    let missing = ["sfdisk", "mkfs.xfs", "mkfs.btrfs", "grub-fstest", "xfs_db", "losetup"].filter {
      ChildEnvironment.locate($0) == nil
    }
    let isStrict = ChildEnvironment.current()["REQUIRE_TOOLS"] == "1"
    return .enabled(
      if: geteuid() == 0 && (isStrict || missing.isEmpty),
      "needs root to mount a loop device, and \(missing.isEmpty ? "no more" : missing.joined(separator: ", "))")
  }()

  /// `script` runs in the mounted file system, after a clean system was made there; `after` when it is unmounted, `$1` being its file.
  init(
    _ kind: GuestVolume.Kind, _ test: TestHost, label: String = "dos", options: String = "", script: String = "",
    after: String = "",
    change: (inout BuildPlan) -> Void = { _ in }
  ) async throws {
    self.test = test
    plan = test.plan {
      $0.cleaning = ForeignDisk.cleaning
      $0.answers.answers.disk.partitions = [
        PartitionRequest(name: "root", size: nil, fileSystem: kind == .xfs ? .xfs : .btrfs, mountPoint: "/")
      ]
      change(&$0)
    }
    try Folder.create(plan.workFolder)
    let file = test.folder.appending("file-system")
    let size: Int64 = (kind == .xfs ? 320 : 160) << 20
    let make = """
      set -eu
      truncate -s "$3" "$1"
      mkfs."$2" -q \(options) "$1" >/dev/null 2>&1
      mkdir "$1.mnt"
      mount -o loop "$1" "$1.mnt"
      trap 'cd /; umount "$1.mnt" 2>/dev/null || true; rmdir "$1.mnt"' EXIT
      cd "$1.mnt"
      \(ForeignDisk.tree)
      \(script)
      cd /
      sync -f "$1.mnt"
      fstrim "$1.mnt"
      umount "$1.mnt"
      \(after)
      """
    try await test.tool("bash", "-c", make, "make", file.string, kind.rawValue, "\(size)")
    volume = GuestVolume(file: plan.disk.raw.string, offset: 1 << 20, size: size, kind: kind)
    let raw = plan.disk.raw.string
    try await test.tool("truncate", "-s", "\(size + (2 << 20))", raw)
    let table = try test.write("table", "label: \(label)\nstart=2048, size=\(size / 512)\n")
    try await test.tool("bash", "-c", "sfdisk -q --no-reread --no-tell-kernel \"$1\" <\"$2\"", "x", raw, table.string)
    try await test.tool(
      "dd", "if=\(file)", "of=\(raw)", "bs=1M", "seek=1", "conv=sparse,notrunc", "status=none")
    try Folder.remove(file)
  }

  static let cleaning: Cleaning = {
    var cleaning = Cleaning()
    cleaning.logs = ["/var/log/installer"]
    cleaning.remove = ["/tmp/*", "/var/lib/dhcp/*.leases"]
    cleaning.add = ["/var/cache/build"]
    cleaning.keep = ["/var/cache/build/keep"]
    cleaning.empty = ["/etc/machine-id"]
    return cleaning
  }()

  private static let tree = """
    mkdir -p etc/ssh etc/apt usr/sbin usr/bin usr/lib/systemd/system var/log var/lib/dhcp root tmp home var/cache/build/keep
    echo 'PRETTY_NAME="Guest OS 1"' >etc/os-release
    : >etc/machine-id
    touch usr/sbin/sshd usr/lib/systemd/systemd usr/lib/systemd/system/sshd-keygen@.service
    echo config >etc/ssh/sshd_config
    echo kept >var/cache/build/keep/it
    head -c 3000000 /dev/urandom >usr/bin/tool
    """

  /// Looks at the file system from outside.
  func tree() async throws -> OutsideTree {
    let found = try await OutsideTree.find(in: volume, of: plan.disk.raw, scratch: plan.workFolder, host: test.host)
    guard case .system(let tree) = found else {
      throw FactoryError(.unexpected, "no system was found")
    }
    return tree
  }

  func clean() async throws -> StageOutcome { try await CleanStage().run(plan, in: test.context()) }

  /// A shell script's output that ran in the file system, mounted read-only.
  func look(_ script: String) async throws -> String {
    let look = """
      set -eu
      mkdir "$1.mnt"
      mount -o ro,loop,offset=1048576,sizelimit="$2" "$1" "$1.mnt"
      trap 'cd /; umount "$1.mnt"; rmdir "$1.mnt"' EXIT
      cd "$1.mnt"
      \(script)
      """
    return try await test.tool("bash", "-c", look, "look", plan.disk.raw.string, "\(volume.size)").standardOutput
  }
}
