import FactoryTestSupport
import Foundation
import MiniatureGuest
import SystemPackage

/// The configuration of the tests' image: Debian's own with the miniature for an installer, hooks, and one upload over ssh
/// unless it is about the root file system.
struct TestConfig {
  let workshop: Workshop
  /// Whose build it is.
  let asUser: Bool
  /// Of the root, where it is not the usual one.
  let fileSystem: MiniatureFileSystem?
  /// Whether the sudo helper is installed beside the program.
  let hasHelper: Bool
  /// Where everything of this build goes; one folder may have several builds.
  let folder: FilePath

  static let image = "e2e"

  var output: FilePath { folder.appending("images") }
  var uploads: FilePath { folder.appending("uploads") }
  var file: FilePath { folder.appending("e2e.conf") }

  /// Makes the folders and writes the file, for its owner only: hashes are in it.
  init(
    _ name: String, in workshop: Workshop, asUser: Bool, fileSystem: MiniatureFileSystem? = nil, hasHelper: Bool = false
  ) throws {
    self.workshop = workshop
    self.asUser = asUser
    self.fileSystem = fileSystem
    self.hasHelper = hasHelper
    folder = workshop.scratch.path.appending(name)
    if FileManager.default.fileExists(atPath: folder.appending("e2e.conf").string) { return }
    let owner = asUser ? workshop.user.number : 0
    for part in ["", "/images", "/cache"] { try workshop.scratch.makeFolder(name + part, owner: owner) }
    // The ssh server lets the test user in, whoever builds.
    try workshop.scratch.makeFolder(name + "/uploads", owner: workshop.user.number)
    try workshop.scratch.write(text, to: name + "/e2e.conf", mode: 0o600)
    chown(file.string, owner, owner)
  }

  private var text: String {
    """
    [\(TestConfig.image)]
    inherits = debian
    description = the end-to-end tests' image
    release = 13
    suite = trixie
    mirror = http://ftp.debian.org/debian
    kernel = \(workshop.kernel)
    initrd = \(workshop.initrd)
    image-size = \(fileSystem == nil ? "256M" : "400M")
    ram = 512M
    hostname = golden
    root-password-hash = \(Workshop.rootHash)
    users = tester
    output-dir = \(output)
    cache-dir = \(folder)/cache
    \(fileSystem == nil ? "upload-destinations = shelf" : "partitions = root")
    post-build-command = \(workshop.recorder) \(folder)/after-build 'two words' "it's"
    stall-timeout = 180

    [user:tester]
    password-hash = \(Workshop.userHash)
    sudo = yes

    [shelf]
    upload-type = rsync
    upload-target = \(workshop.server.target(uploads))
    upload-args = \(workshop.server.uploadArguments(asUser: asUser))
    post-upload-command = \(workshop.recorder) \(folder)/after-upload ${image} 'a  b' ''
    post-upload-command2 = \(workshop.recorder) \(folder)/after-upload-2 ${image}

    \(root)
    """
  }

  /// One partition over the whole disk, as the miniature makes it; xfs needs 300 MB.
  private var root: String {
    guard let fileSystem else { return "" }
    return """
      [partition:root]
      mount-point = /
      file-system = \(fileSystem.rawValue)

      """
  }
}
