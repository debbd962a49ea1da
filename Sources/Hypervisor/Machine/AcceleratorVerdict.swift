/// Whether guests run under KVM, and why (not).
package struct AcceleratorVerdict: Sendable, Hashable, Codable {
  package var isUsable: Bool
  /// For people; lower case, no full stop.
  package var reason: String

  package static func yes(_ reason: String) -> AcceleratorVerdict {
    AcceleratorVerdict(isUsable: true, reason: reason)
  }

  package static func no(_ reason: String) -> AcceleratorVerdict {
    AcceleratorVerdict(isUsable: false, reason: reason)
  }
}

/// A verdict with what it depends on, so that the caller can keep it in a file until one of them changes.
package struct AcceleratorRecord: Sendable, Hashable, Codable {
  /// Of `/proc/sys/kernel/random/boot_id`: another boot may have another kernel, module or host.
  package var bootID: String
  /// The first line of `qemu-system-x86_64 --version`.
  package var qemuVersion: String
  package var cpu: String
  /// Who asked: `/dev/kvm` is open to some users and closed to others.
  package var userID: UInt32
  package var verdict: AcceleratorVerdict

  package init(bootID: String, qemuVersion: String, cpu: String, userID: UInt32, verdict: AcceleratorVerdict) {
    self.bootID = bootID
    self.qemuVersion = qemuVersion
    self.cpu = cpu
    self.userID = userID
    self.verdict = verdict
  }

  /// The verdict when it was made under these very circumstances, else nil.
  package func verdict(bootID: String, qemuVersion: String, cpu: String, userID: UInt32) -> AcceleratorVerdict? {
    let same =
      self.bootID == bootID && self.qemuVersion == qemuVersion && self.cpu == cpu && self.userID == userID
    return same ? verdict : nil
  }
}
