import Foundation
import HostSystem
import Hypervisor
import Model
import SystemPackage

/// Decides what runs the guest: KVM when a test guest really ran under it, else TCG with the reason.
struct AcceleratorChooser: Sendable {
  /// The decision, with the CPU model that goes with it.
  struct Choice: Sendable {
    var accelerator: Accelerator
    var cpu: String
    var reason: String
    var findings: [Finding] = []
  }

  let host: Host

  func choose(for config: ImageConfig) async -> Choice {
    let request = config.machine
    guard request.accelerator != .tcg else { return tcg(request, reason: "as configured", config) }
    let cpu = request.cpu ?? "host-passthrough"
    let verdict = await verdict(cpu: cpu)
    if verdict.isUsable { return Choice(accelerator: .kvm, cpu: cpu, reason: verdict.reason) }
    guard request.accelerator == .kvm else { return tcg(request, reason: verdict.reason, config) }
    var choice = Choice(accelerator: .kvm, cpu: cpu, reason: verdict.reason)
    choice.findings = [
      Finding(
        .error, .hostNotReady, "'accelerator = kvm' cannot be had: \(verdict.reason)",
        hint: "set 'accelerator = auto' to build without KVM, several times slower", at: config.origins["accelerator"])
    ]
    return choice
  }

  private func tcg(_ request: MachineRequest, reason: String, _ config: ImageConfig) -> Choice {
    if let cpu = request.cpu, cpu != "host-passthrough" {
      return Choice(accelerator: .tcg, cpu: cpu, reason: reason)
    }
    if let model = CPULevels.model(forLevel: request.cpuLevel) {
      return Choice(accelerator: .tcg, cpu: model, reason: reason)
    }
    var choice = Choice(accelerator: .tcg, cpu: "maximum", reason: reason)
    choice.findings = [
      Finding(
        .error, .hostNotReady,
        "'\(config.name)' needs an x86-64-v\(request.cpuLevel) CPU, which QEMU cannot emulate, and KVM cannot be had: \(reason)",
        hint: "build on a machine with KVM")
    ]
    return choice
  }

  /// The verdict of this boot of the host, from the state folder or by probing now.
  private func verdict(cpu: String) async -> AcceleratorVerdict {
    guard access("/dev/kvm", R_OK | W_OK) == 0 else {
      return .no(
        errno == ENOENT ? "there is no /dev/kvm" : "this user may not use /dev/kvm (is it in the group 'kvm'?)")
    }
    let version = Command(
      "qemu-system-x86_64", ["--version"], timeLimit: .seconds(10), purpose: "ask QEMU for its version")
    guard let answer = try? await host.runner.run(version), answer.succeeded else {
      return .no("qemu-system-x86_64 does not run")
    }
    let qemu = answer.standardOutput.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    let file = host.stateFolder.appending("accelerator.json")
    if let data = FileManager.default.contents(atPath: file.string),
      let record = try? JSONDecoder().decode(AcceleratorRecord.self, from: data),
      let verdict = record.verdict(bootID: host.facts.bootID, qemuVersion: qemu, cpu: cpu, userID: getuid())
    {
      return verdict
    }
    let verdict = await probe(cpu: cpu)
    let record = AcceleratorRecord(
      bootID: host.facts.bootID, qemuVersion: qemu, cpu: cpu, userID: getuid(), verdict: verdict)
    if let data = try? JSONEncoder().encode(record) {
      // Without a state folder the next plan probes again, a matter of seconds.
      try? Folder.create(host.stateFolder)
      try? AtomicFile.write(Array(data), to: file, mode: 0o644)
    }
    return verdict
  }

  private func probe(cpu: String) async -> AcceleratorVerdict {
    do {
      let folder = try ScratchFolder(under: FilePath(NSTemporaryDirectory()), prefix: "image-factory-probe")
      let image = folder.path.appending("guest")
      try AtomicFile.write(ProbeGuest.image, to: image, mode: 0o600)
      let result = try await host.runner.run(AcceleratorProbe.command(cpu: cpu, image: image))
      let status: Int32? = if case .exited(let code) = result.ending { code } else { nil }
      return AcceleratorProbe.judge(
        output: result.standardOutput + result.lastLines.joined(separator: "\n"), status: status)
    } catch {
      return .no("the probe could not run: \(describe(error))")
    }
  }
}
