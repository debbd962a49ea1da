import Foundation
package import SystemPackage

/// What the build made beside the tests, and the checkout it was made from.
package enum Built {
  /// The root of this checkout.
  package static let checkout = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent()

  /// The program, or the one that `IMAGE_FACTORY_BINARY` names.
  package static var factory: FilePath { program("image-factory", "IMAGE_FACTORY_BINARY") }

  /// Its way to root, or the one that `IMAGE_FACTORY_SUDO_HELPER` names.
  package static var sudoHelper: FilePath { program("image-factory-sudo-helper", "IMAGE_FACTORY_SUDO_HELPER") }

  /// Whether it can be run.
  package static func has(_ program: FilePath) -> Bool {
    FileManager.default.isExecutableFile(atPath: program.string)
  }

  /// Puts programs and the shipped configuration below a folder, as `make install` lays them out; gives the folder of the programs.
  ///
  /// What is there already stays.
  package static func install(_ programs: [FilePath], below prefix: String, in scratch: Scratch) throws -> FilePath {
    let bin = try scratch.makeFolder(prefix + "/bin")
    for program in programs { try copy(program, into: bin) }
    try copy(checkout.appending("configs"), into: scratch.makeFolder(prefix + "/share/image-factory"))
    return bin
  }

  private static func program(_ name: String, _ variable: String) -> FilePath {
    if let named = ProcessInfo.processInfo.environment[variable] { return FilePath(named) }
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return FilePath(own ?? CommandLine.arguments[0]).removingLastComponent().appending(name)
  }

  private static func copy(_ item: FilePath, into folder: FilePath) throws {
    let target = folder.appending(item.lastComponent?.string ?? "")
    guard !FileManager.default.fileExists(atPath: target.string) else { return }
    try FileManager.default.copyItem(atPath: item.string, toPath: target.string)
  }
}
