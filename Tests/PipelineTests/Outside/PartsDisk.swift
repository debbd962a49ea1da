import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

@testable import Pipeline

/// A disk with an ext4 root whose fstab mounts an xfs or btrfs, made as ``ForeignDisk``.
struct PartsDisk {
  let test: TestHost
  let plan: BuildPlan
  let volume: GuestVolume

  private static let start: Int64 = 64 << 20

  /// `script` runs in the mounted file system, which is empty before; `after` when it is unmounted, `$1` being its file.
  init(
    _ kind: GuestVolume.Kind, _ test: TestHost, fstab: String? = nil, script: String, after: String = "",
    change: (inout BuildPlan) -> Void = { _ in }
  ) async throws {
    self.test = test
    plan = test.plan {
      $0.cleaning.remove = ["/home/*/.*_history", "/tmp/*"]
      $0.cleaning.logs = ["/home/*/install.log"]
      $0.cleaning.keep = ["/home/kept"]
      change(&$0)
    }
    try Folder.create(plan.workFolder)
    let (file, raw) = (test.folder.appending("file-system").string, plan.disk.raw.string)
    let size: Int64 = (kind == .xfs ? 320 : 160) << 20
    let make = """
      set -eu
      truncate -s "$3" "$1"
      mkfs."$2" -q -L people "$1" >/dev/null 2>&1
      mkdir "$1.mnt"
      mount -o loop "$1" "$1.mnt"
      trap 'cd /; umount "$1.mnt" 2>/dev/null || true; rmdir "$1.mnt"' EXIT
      cd "$1.mnt"
      \(script)
      cd /
      umount "$1.mnt"
      \(after)
      """
    try await test.tool("bash", "-c", make, "make", file, kind.rawValue, "\(size)")
    volume = GuestVolume(file: raw, offset: Self.start, size: size, kind: kind)
    try await test.tool("truncate", "-s", "\(Self.start + size + (2 << 20))", raw)
    let table = try test.write(
      "table", "label: gpt\nstart=2048,size=98304\nstart=\(Self.start / 512),size=\(size / 512)\n")
    try await test.tool("bash", "-c", "sfdisk -q --no-reread --no-tell-kernel \"$1\" <\"$2\"", "x", raw, table.string)
    for (name, text) in [
      ("root/etc/os-release", "ID=test\nPRETTY_NAME=Parts\n"), ("root/etc/machine-id", ""), ("root/usr/x", ""),
      ("root/home/x", ""), ("root/etc/fstab", fstab ?? "LABEL=people /home \(kind) defaults 0 0\n"),
    ] {
      try test.write(name, text)
    }
    try await test.tool(
      "mke2fs", "-q", "-F", "-t", "ext4", "-E", "offset=1048576,root_owner=0:0", "-d",
      test.folder.appending("root").string, raw, "49152k")
    try await test.tool(
      "dd", "if=\(file)", "of=\(raw)", "bs=1M", "seek=64", "conv=sparse,notrunc", "status=none")
    try Folder.remove(FilePath(file))
  }

  func clean() async throws -> StageOutcome { try await CleanStage().run(plan, in: test.context()) }

  var warnings: [String] { test.events.all.filter { $0.kind == .warning }.compactMap(\.text) }

  /// What a shell script prints that runs in the file system, mounted read-only.
  func look(_ script: String) async throws -> String {
    let look = """
      set -eu
      mkdir "$1.mnt"
      mount -o ro,loop,offset="$3",sizelimit="$2" "$1" "$1.mnt"
      trap 'cd /; umount "$1.mnt"; rmdir "$1.mnt"' EXIT
      cd "$1.mnt"
      \(script)
      """
    return try await test.tool(
      "bash", "-c", look, "look", plan.disk.raw.string, "\(volume.size)", "\(volume.offset)"
    ).standardOutput
  }
}
