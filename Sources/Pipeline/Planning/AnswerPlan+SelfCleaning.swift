import Installers
import Model

extension AnswerPlan {
  /// Whether the finished system cleans itself as the installer's last act: its root file system is one that cannot be cleaned from
  /// outside without root, the answer file is ours, and the installer lets a script of ours be the last that writes. Not in a logical
  /// volume: that one cannot be looked into from outside.
  var cleansItself: Bool {
    guard ownFile == nil, let format = try? Rendering.format(self.format), format.cleansItself else { return false }
    guard let root = answers.disk.partitions.first(where: { $0.mountPoint == "/" }), root.volumeGroup == nil else {
      return false
    }
    return root.fileSystem == .xfs || root.fileSystem == .btrfs
  }
}
