import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// Whether a system in an xfs or btrfs is clean already, seen from outside: nothing is there that should have been removed, nothing is
/// filled that should be empty.
struct OutsideCheck: Sendable {
  let plan: BuildPlan
  let tree: OutsideTree
  /// The build's proxy as the guest saw it.
  let proxy: String?

  /// What is still there, one sentence each; none: the system is clean.
  func run() async throws -> [String] {
    let cleaning = plan.cleaning
    var kept: Set<ImagePath> = []
    var left: [String] = []
    do {
      for pattern in cleaning.keep { kept.formUnion(try await tree.expand(pattern)) }
      let removal =
        cleaning.logs + cleaning.remove + cleaning.add + (cleaning.regenerateHostKeys ? [HostKeys.pattern] : [])
      for pattern in removal {
        for path in try await tree.expand(pattern) { left += try await remains(path, kept) }
      }
      for pattern in cleaning.empty {
        for path in try await tree.expand(pattern) where !isKept(path, kept) {
          if let entry = try await tree.entry(path), !entry.isFolder, entry.size ?? 0 > 0 {
            left.append("'\(path)' is not empty")
          }
        }
      }
      if let proxy { left += try await traces(of: proxy) }
      // Of a part of a system it is the root that has what makes them.
      if cleaning.regenerateHostKeys, await tree.hasRoot, try await lacksHostKeys() {
        left.append("nothing makes SSH host keys at the first boot")
      }
    } catch let error as FactoryError {
      left.append(error.message)
    } catch let error as DiskImageError {
      left.append(error.message)
    }
    // Not passed over: an image with the keys of its build must not be finished.
    if cleaning.regenerateHostKeys, let link = await tree.linked[HostKeys.pattern] {
      left.append("'\(link)' is a symlink")
    }
    left += await tree.unreadable.map { "the folder '\($0)' cannot be read" }
    return Array(Set(left)).sorted()
  }

  /// A folder that holds something kept stays with that alone in it, and a mount point stays.
  private func remains(_ path: ImagePath, _ kept: Set<ImagePath>) async throws -> [String] {
    if isKept(path, kept) { return [] }
    let holds = kept.contains {
      $0.components.count > path.components.count && $0.components.starts(with: path.components)
    }
    let isMount = await tree.holdsMount(path)
    guard holds || isMount, try await tree.entry(path)?.isFolder == true else { return ["'\(path)' is there"] }
    var left: [String] = []
    for entry in try await tree.entries(of: path) {
      left += try await remains(path.appending(Array(entry.name.utf8)), kept)
    }
    return left
  }

  private func isKept(_ path: ImagePath, _ kept: Set<ImagePath>) -> Bool {
    kept.contains { path.components.starts(with: $0.components) }
  }

  private func traces(of proxy: String) async throws -> [String] {
    var left: [String] = []
    for pattern in ["/etc/apt/apt.conf", "/etc/apt/apt.conf.d/*"] {
      for path in try await tree.expand(pattern) {
        guard try await tree.entry(path)?.size ?? 0 > 0 else { continue }
        guard let contents = try await tree.read(path, limit: LeftoverScan.largestFile) else {
          throw FactoryError(.processingFailed, "cannot read '\(path)' in the image")
        }
        if ByteSearch.contains(contents, proxy) { left.append("'\(path)' names the proxy of the build") }
      }
    }
    return left
  }

  /// What makes them: our unit, or what Red Hat's relatives and SUSE have of their own.
  private static let keyMakers = [
    HostKeyUnit.path, "/usr/lib/systemd/system/sshd-keygen@.service",
    "/usr/lib/systemd/system/sshd-keygen.service", "/usr/sbin/sshd-gen-keys-start",
    "/usr/libexec/openssh/sshd-keygen",
  ]

  private func lacksHostKeys() async throws -> Bool {
    for needed in ["/usr/sbin/sshd", "/usr/lib/systemd/systemd"] {
      guard try await tree.entry(ImagePath(needed)) != nil else { return false }
    }
    for maker in OutsideCheck.keyMakers {
      if try await tree.entry(ImagePath(maker)) != nil { return false }
    }
    return true
  }
}
