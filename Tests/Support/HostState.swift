import Foundation
import SystemPackage

/// The host as a guest's image must leave it: a tree of root's, a few files of the system, loop devices and mounts.
package struct HostState: Equatable, Sendable {
  private let lines: [String]

  /// Looks at the host; the tree is `canary` in the scratch folder, when there is one.
  package init(_ scratch: Scratch) {
    var lines: [String] = []
    let canary = scratch.path.appending("canary").string
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
    self.lines = lines + HostState.loops(scratch) + HostState.mounts(scratch)
  }

  /// Loop devices of files in the scratch folder.
  package static func loops(_ scratch: Scratch) -> [String] {
    let devices = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block")) ?? []
    return devices.filter { $0.hasPrefix("loop") }.sorted().compactMap { name in
      let file = try? String(contentsOfFile: "/sys/block/\(name)/loop/backing_file", encoding: .utf8)
      return file.flatMap { $0.contains(scratch.path.string) ? "\(name) \($0)" : nil }
    }
  }

  /// Mounts in the scratch folder or on folders of the Python tool's.
  package static func mounts(_ scratch: Scratch) -> [String] {
    let table = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").map(String.init).filter {
      $0.contains(scratch.path.string) || $0.contains("/tmp/image-factory.")
    }
  }
}
