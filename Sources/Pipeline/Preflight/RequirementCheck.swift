import Foundation
import HostSystem
import Hypervisor
import Model
import SystemPackage

/// Looks at one requirement of the host.
struct RequirementCheck: Sendable {
  let host: Host

  func findings(of requirement: Requirement) async -> [Finding] {
    switch requirement {
    case .tool(let tool, let purpose): self.tool(tool, purpose)
    case .space(let size, let folder, let purpose): SpaceCheck.findings(of: [SpaceNeed(size, folder, purpose)])
    case .writableFolder(let folder): writable(folder)
    case .readableFile(let file, let purpose): readable(file, purpose)
    case .packageFile(let file, let name, let purpose):
      readable(file, purpose, hint: "install the package '\(name)'")
    case .libvirt(let uri, let mayStart): await LibvirtService(host: host).findings(uri: uri, mayStart: mayStart)
    case .reachableByQEMU(let folder, let uri): reachable(folder, uri)
    case .destination(let destination): await self.destination(destination)
    case .signingKey(let key): await Signing(key: key, host: host).findings()
    case .sudoHelper(let purpose): await SudoHelper(host: host).findings(purpose: purpose)
    case .sudoHelperIfNeeded(let purpose):
      await SudoHelper(host: host).findings(purpose: purpose).map { finding in
        Finding.warning(
          "\(finding.message); the build fails if the guest leaves something to clean", hint: finding.hint)
      }
    case .hook(let words, let purpose, let location): hook(words, purpose, location)
    }
  }

  private func tool(_ tool: String, _ purpose: String) -> [Finding] {
    guard host.runner.locate(tool) == nil else { return [] }
    return [.host("cannot find '\(tool)', required to \(purpose)", hint: ToolCatalogue.hint(for: tool))]
  }

  private func writable(_ folder: FilePath) -> [Finding] {
    let existing = NearestFolder.of(folder)
    var status = stat()
    let reason: Errno
    if stat(existing.string, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
      reason = .notDirectory
    } else {
      guard access(existing.string, W_OK | X_OK) != 0 else { return [] }
      reason = Errno(rawValue: errno)
    }
    return [
      .host(
        "cannot write to the folder '\(existing)': \(reason.description.lowercased())",
        hint: "set 'output-dir', 'work-dir' or 'cache-dir' to a folder of this user")
    ]
  }

  private func readable(_ file: FilePath, _ purpose: String, hint: String? = nil) -> [Finding] {
    ReadableFile.isReadable(file) ? [] : [.host("cannot read '\(file)', required to \(purpose)", hint: hint)]
  }

  /// In system mode QEMU runs as a user of its own, who needs search permission for every folder above the disk.
  private func reachable(_ folder: FilePath, _ uri: String) -> [Finding] {
    guard uri.hasSuffix("/system"), let path = Passage.blocked(to: folder) else { return [] }
    return [
      .host(
        "libvirt's QEMU runs as another user and cannot pass through '\(path)'",
        hint: "chmod o+x \(ShellWords.quote(path.string)), or set 'work-dir' to a folder that others may pass")
    ]
  }

  private func destination(_ destination: UploadDestination) async -> [Finding] {
    guard let uploader = Uploaders.named(destination.type) else { return [] }
    return await uploader.check(destination, runner: host.runner)
  }

  private func hook(_ words: [String], _ purpose: String, _ location: SourceLocation?) -> [Finding] {
    guard let tool = words.first, host.runner.locate(tool) == nil else { return [] }
    return [
      Finding(
        .error, .configInvalid, "cannot find '\(tool)', required to \(purpose)",
        hint: "name a program on the PATH or an absolute path; a shell is not used", at: location)
    ]
  }
}
