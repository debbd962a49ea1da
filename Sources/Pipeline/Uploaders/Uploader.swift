package import HostSystem
package import Model
package import SystemPackage

/// A way of bringing finished files to an upload destination.
package protocol Uploader: Sendable {
  /// The name in `upload-type`.
  static var name: String { get }

  init()

  /// What the host must have for this destination.
  func requirements(of destination: UploadDestination) -> [Requirement]

  /// Looks at the destination without changing it: nothing is uploaded before the installation.
  func check(_ destination: UploadDestination, runner: any CommandRunner) async -> [Finding]

  /// The commands that upload the files, in order.
  func commands(for destination: UploadDestination, files: [FilePath]) -> [Command]
}
