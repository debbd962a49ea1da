import Foundation
import HostSystem
import Model
import SystemPackage

/// Makes the volume with the answers for installers that look for one instead of a file in their initrd.
enum AnswerVolumes {
  /// The command that writes the folder's files to `image`, with Rock Ridge's names and modes, all of them root's.
  static func command(_ folder: FilePath, label: String, image: FilePath) -> Command {
    Command(
      "xorriso",
      ["-as", "mkisofs", "-quiet", "-V", label, "-R", "-uid", "0", "-gid", "0", "-o", image.string, folder.string],
      timeLimit: .seconds(60), purpose: "make the volume '\(label)' with the installer's answers")
  }

  /// Makes the volume of a plan from the answers' folder, which has nothing else in it; throws ``FactoryError``.
  ///
  /// Hashes are on it: it is made in a folder that only its owner can enter, and is for its owner only when it leaves it.
  static func make(_ volume: AnswerVolume, from folder: FilePath, host: Host) async throws {
    let scratch = FilePath(volume.path.string + ".part")
    try Folder.remove(scratch)
    try Folder.create(scratch, mode: 0o700)
    let image = scratch.appending("answers.iso")
    _ = try await host.runner.succeed(command(folder, label: volume.label, image: image), failing: .processingFailed)
    guard chmod(image.string, 0o600) == 0 else {
      throw FactoryError(.processingFailed, "cannot protect '\(image)': \(String(cString: strerror(errno)))")
    }
    try AtomicFile.rename(image, to: volume.path)
    try Folder.remove(scratch)
  }
}
