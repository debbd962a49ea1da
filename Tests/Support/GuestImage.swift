import Foundation
import Testing

/// A file system inside an image file, looked at by its own tools and by the kernel.
package struct GuestImage: Sendable {
  package let path: String
  /// As `mkfs` calls it: `btrfs`, `ext4` or `xfs`.
  package let kind: String
  /// Of the file system, in bytes.
  package let offset: Int64
  package let size: Int64

  package init(path: String, kind: String, offset: Int64, size: Int64) {
    (self.path, self.kind, self.offset, self.size) = (path, kind, offset, size)
  }

  /// What a shell script prints that looks into the file system, mounted read-only.
  package func look(_ script: String) async throws -> String { try await mounted("ro", script) }

  /// How many kilobytes the file takes on the host before and after the kernel has given back what is free in the file system.
  package func trimmed() async throws -> (before: Int, after: Int) {
    let before = allocated
    _ = try await mounted("rw", "fstrim .; sync")
    return (before, allocated)
  }

  private func mounted(_ options: String, _ script: String) async throws -> String {
    let mount = """
      set -eu
      mkdir "$1.mnt"
      mount -o "$4",loop,offset="$2",sizelimit="$3" "$1" "$1.mnt"
      trap 'cd /; umount "$1.mnt"; rmdir "$1.mnt"' EXIT
      cd "$1.mnt"
      \(script)
      """
    let looked = try await Child.run("sh", "-c", mount, "sh", path, String(offset), String(size), options)
    try #require(looked.status == 0, "\(looked.output)\(looked.errors)")
    return looked.output
  }

  /// What the file system's own checker says.
  package func check() async throws -> Child.Result {
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
  package var allocated: Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_blocks) / 2 : 0
  }
}
