import DiskImages
import Foundation
import Model
import SystemPackage

/// What people can do about a file that is no raw disk: who installed it knows better than a build, so the hints are others.
enum NoDisk {
  /// nil: the error's own words say it all.
  static func hint(_ file: FilePath, _ error: DiskImageError) -> String? {
    switch error.kind {
    case .wrongType where isBlockDevice(file):
      "read it into a file first: qemu-img convert -f raw -O raw \(ShellWords.quote(file.string)) disk.raw"
    case .wrongType: "name the file of a raw disk"
    case .noPartitionTable: "a whole raw disk is wanted: with a partition table, or one file system from its first byte"
    default: error.hint
    }
  }

  private static func isBlockDevice(_ file: FilePath) -> Bool {
    var status = stat()
    return stat(file.string, &status) == 0 && status.st_mode & S_IFMT == S_IFBLK
  }
}
