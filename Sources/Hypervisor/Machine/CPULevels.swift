/// The CPU models for guests without KVM, by the x86-64 level a distribution is built for.
///
/// To add a level: one line. The lowest model that the distribution runs on is the fastest under TCG: QEMU emulates AVX by
/// helper calls, and glibc and libgcrypt choose AVX code as soon as they see it.
package enum CPULevels {
  /// The levels of the x86-64 psABI with a model of libvirt that QEMU's TCG offers in full.
  package static let models: [(level: Int, model: String)] = [
    (1, "qemu64"),
    (2, "Nehalem"),
    // No named model of this level is complete under TCG (Haswell needs pcid, x2apic, tsc-deadline): all that TCG can.
    (3, "maximum"),
  ]

  /// The model for a level; nil for one that TCG does not emulate (v4 needs AVX-512).
  package static func model(forLevel level: Int) -> String? {
    models.first { $0.level == level }?.model
  }

  /// What QEMU calls a CPU that libvirt knows by another word.
  package static func qemuName(of cpu: String) -> String {
    switch cpu {
    case "host-passthrough": "host"
    case "maximum": "max"
    default: cpu
    }
  }
}
