import Foundation
import HostSystem
import Model
import SystemPackage

/// The name of a build, held by a lock that goes with this process, and the build's work folder.
struct Reservation {
  private let plan: BuildPlan
  private let name: NameReservation

  /// Takes the plan's name; nil when another build has taken it since the plan was made.
  ///
  /// The work folder of a build that was killed goes: its name could only be taken because nobody holds it any more.
  static func take(_ plan: BuildPlan) throws -> Reservation? {
    let name = try NameReservation.make(
      ArtifactNames.stem(of: plan.image, date: plan.date), extensions: ArtifactNames.extensions, in: plan.outputFolder)
    guard name.name == plan.baseName else {
      name.release()
      return nil
    }
    try Folder.remove(plan.workFolder)
    try Folder.create(plan.workFolder.removingLastComponent())
    // Search permission for others: in system mode QEMU runs as another user and must reach the disk, not list the folder.
    guard mkdir(plan.workFolder.string, 0o711) == 0, chmod(plan.workFolder.string, 0o711) == 0 else {
      throw FactoryError(
        .hostNotReady, "cannot make the work folder '\(plan.workFolder)': \(String(cString: strerror(errno)))")
    }
    try KilledBuild.note(plan)
    return Reservation(plan: plan, name: name)
  }

  /// Removes the work folder and gives the name back; the report names what could not be removed.
  func release(_ report: BuildReport) -> BuildReport {
    var report = report
    do {
      try Folder.remove(plan.workFolder)
    } catch {
      report.leftovers.append(
        "cannot remove the work folder: \(describe(error)); by hand: rm -r \(ShellWords.quote(plan.workFolder.string))")
    }
    name.release()
    return report
  }
}
