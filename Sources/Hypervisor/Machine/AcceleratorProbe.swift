package import Model
package import SystemPackage

/// Does a guest really run under KVM here, with the CPU model that will be used?
///
/// A `/dev/kvm` that opens proves nothing: on nested and PVM hosts a virtual machine is created and the firmware runs, yet kernel
/// code is emulated instruction by instruction and a guest kernel never gets anywhere. So a small guest (``ProbeGuest``) tries what
/// a kernel does.
package enum AcceleratorProbe {
  /// Real KVM needs 0.3 s for the small guest; a guest that is stuck is ended after this.
  package static let timeLimit = Duration.seconds(10)

  /// Boots the small guest, whose ``ProbeGuest/image`` the caller has written to `image`. Output is on standard output and error.
  package static func command(cpu: String, image: FilePath, accelerator: Accelerator = .kvm) -> Command {
    Command(
      "qemu-system-x86_64",
      base(cpu: cpu, accelerator: accelerator) + [
        "-m", "64", "-kernel", image.string,
        "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
      ], timeLimit: timeLimit, purpose: "try a guest under \(accelerator.rawValue)")
  }

  private static func base(cpu: String, accelerator: Accelerator) -> [String] {
    [
      "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
      "-machine", "q35,accel=\(accelerator.rawValue)", "-cpu", CPULevels.qemuName(of: cpu), "-serial", "stdio",
    ]
  }

  /// The verdict on the small guest. `status` is the exit code; nil when it was ended by a signal or the time limit.
  package static func judge(output: String, status: Int32?) -> AcceleratorVerdict {
    if let reason = refusal(in: output) { return .no(reason) }
    switch status {
    case ProbeGuest.done where output.contains("probe: done"):
      return .yes("a test guest ran under KVM")
    case ProbeGuest.emulated:
      return .no("KVM here emulates a guest's kernel code instead of running it (nested or PVM host)")
    case ProbeGuest.wrong:
      return .no("a test guest under KVM computed wrong results")
    default:
      let last = output.split(whereSeparator: \.isNewline).last { $0.hasPrefix("probe: ") }
      let reached = last.map { "after '\($0.dropFirst(7).printable)'" } ?? "before its first instruction"
      let how = status == nil ? "did not come to an end" : "died"
      return .no("a test guest under KVM \(how), \(reached)")
    }
  }

  /// QEMU's own words that end the question.
  private static func refusal(in output: String) -> String? {
    let signs: [(String, String)] = [
      ("KVM internal error", "KVM gives up on a guest's kernel code (nested or PVM host)"),
      ("KVM: entry failed", "the CPU refuses to enter a guest (nested host)"),
      ("Could not access KVM kernel module: No such file", "there is no /dev/kvm"),
      ("Could not access KVM kernel module: Permission denied", "this user may not use /dev/kvm"),
      ("Could not access KVM kernel module", "/dev/kvm cannot be opened"),
      ("failed to initialize kvm", "KVM cannot be initialised"),
      ("unable to find CPU model", "QEMU does not know the CPU model"),
    ]
    return signs.first { output.contains($0.0) }?.1
  }
}
