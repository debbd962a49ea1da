import Foundation
import HostSystem
import Hypervisor
package import Model
package import SystemPackage

/// Looks at what the host has, one line each.
package struct CapabilityCheck: Sendable {
  private let host: Host

  package init(host: Host) { self.host = host }

  /// The tools of a build and how each tells its version.
  private static let tools: [(tool: String, arguments: [String])] = [
    ("virt-install", ["--version"]), ("qemu-system-x86_64", ["--version"]), ("qemu-img", ["--version"]),
    ("e2fsck", ["-V"]), ("mke2fs", ["-V"]), ("debugfs", ["-V"]), ("rsync", ["--version"]), ("gpg", ["--version"]),
    ("gpgv", ["--version"]), ("cpio", ["--version"]), ("xz", ["--version"]), ("tar", ["--version"]),
  ]

  /// Everything at once, in a fixed order: tools, libvirt, accelerator, space.
  package func all(_ config: ImageConfig, scratch: FilePath) async -> [Capability] {
    var result: [Capability] = []
    await withTaskGroup(of: (Int, Capability).self) { group in
      for (index, entry) in CapabilityCheck.tools.enumerated() {
        group.addTask { (index, await tool(entry.tool, entry.arguments)) }
      }
      var found: [(Int, Capability)] = []
      for await one in group { found.append(one) }
      result = found.sorted { $0.0 < $1.0 }.map(\.1)
    }
    result.append(await libvirt(config))
    result.append(await accelerator(config))
    result.append(space(scratch))
    return result
  }

  private func tool(_ name: String, _ arguments: [String]) async -> Capability {
    let started = ContinuousClock.now
    func made(_ state: Capability.State, _ detail: String, _ hint: String? = nil) -> Capability {
      Capability(
        name: name, state: state, detail: detail, hint: hint, seconds: (ContinuousClock.now - started).seconds)
    }
    guard let path = host.runner.locate(name) else {
      return made(.missing, "not found", ToolCatalogue.hint(for: name))
    }
    let command = Command(name, arguments, timeLimit: .seconds(20), purpose: "ask '\(name)' for its version")
    guard let result = try? await host.runner.run(command), result.succeeded else {
      return made(.missing, "\(path) does not run", ToolCatalogue.hint(for: name).map { "re\($0)" })
    }
    let text = result.standardOutput.isEmpty ? result.lastLines.first ?? "" : result.standardOutput
    return made(.ok, String(text.split(whereSeparator: \.isNewline).first ?? "").printable)
  }

  private func libvirt(_ config: ImageConfig) async -> Capability {
    let started = ContinuousClock.now
    let uri = MachinePlanner(host: host).uri(config.machine)
    let service = LibvirtService(host: host)
    let findings = await service.findings(uri: uri, mayStart: config.machine.startLibvirt)
    if let finding = findings.first {
      return Capability(
        name: "libvirt", state: .missing, detail: finding.message, hint: finding.hint,
        seconds: (ContinuousClock.now - started).seconds)
    }
    let detail = service.answers(uri: uri) ? "\(uri) answers" : "\(uri): the factory starts the daemon for each build"
    return Capability(
      name: "libvirt", state: .ok, detail: detail, seconds: (ContinuousClock.now - started).seconds)
  }

  private func accelerator(_ config: ImageConfig) async -> Capability {
    let started = ContinuousClock.now
    let choice = await AcceleratorChooser(host: host).choose(for: config)
    return Capability(
      name: "accelerator", state: choice.accelerator == .kvm ? .ok : .note,
      detail: "\(choice.accelerator.rawValue): \(choice.reason)",
      hint: choice.accelerator == .kvm ? nil : "builds work, several times slower than with KVM",
      seconds: (ContinuousClock.now - started).seconds)
  }

  private func space(_ folder: FilePath) -> Capability {
    let started = ContinuousClock.now
    let free = try? FreeSpace.at(folder)
    let enough = (free ?? ByteSize(bytes: 0)) >= .gibibytes(6)
    return Capability(
      name: "free space", state: enough ? .ok : .note, detail: "\(free?.description ?? "unknown") in \(folder)",
      hint: enough ? nil : "a build of Debian needs about 5 GiB",
      seconds: (ContinuousClock.now - started).seconds)
  }
}
