import Installers
import Model

extension AnswerPlan {
  /// What of the finished system cleans itself as the installer's last act, because it cannot be cleaned from outside without root.
  enum SelfCleaning: Sendable, Hashable {
    /// The root file system is such a one.
    case whole
    /// Only file systems that are mounted in the root are.
    case parts
  }

  /// nil: nothing does. The answer file has to be ours, and the installer to let a script of ours be the last that writes.
  var selfCleaning: SelfCleaning? {
    guard ownFile == nil, let format = try? Rendering.format(self.format), format.cleansItself else { return nil }
    if answers.disk.partitions.contains(where: { $0.mountPoint == "/" && $0.isForeign }) { return .whole }
    return foreignParts.isEmpty ? nil : .parts
  }

  /// Whether the root file system cleans itself.
  var cleansItself: Bool { selfCleaning == .whole }

  /// The file systems beside the root that only the kernel can write.
  var foreignParts: [PartitionRequest] {
    ownFile == nil
      ? answers.disk.partitions.filter { $0.isForeign && $0.mountPoint != nil && $0.mountPoint != "/" } : []
  }
}

extension PartitionRequest {
  /// Only the kernel can write its file system, and it mounts for root alone.
  fileprivate var isForeign: Bool { fileSystem == .xfs || fileSystem == .btrfs }
}
