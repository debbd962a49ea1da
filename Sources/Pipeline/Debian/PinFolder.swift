import HostSystem
package import Installers
import Model
package import SystemPackage

/// Where pins are found: the user's own before the shipped ones.
package struct PinFolder: Sendable {
  private let folders: [FilePath]

  package init(shipped: FilePath?) {
    folders = ["/etc/image-factory.d/pins"] + [shipped?.appending("pins")].compactMap(\.self)
  }

  /// The pin of this name and the folder it was found in; throws ``FactoryError``.
  package func load(_ name: String) throws -> (pin: InstallerPin, folder: FilePath) {
    guard !name.contains("/"), !name.hasPrefix(".") else {
      throw FactoryError(.configInvalid, "'\(name)' cannot be the name of a pin")
    }
    for folder in folders {
      let file = folder.appending("\(name).pin")
      guard ReadableFile.isReadable(file) else { continue }
      let text = String(decoding: try AtomicFile.read(file, limit: 1 << 20), as: UTF8.self)
      return (try InstallerPin(text, file: file.string), folder)
    }
    throw FactoryError(
      .configInvalid, "cannot find the pin '\(name)'",
      hint:
        "looked for \(name).pin in \(folders.map(\.string).joined(separator: " and ")); 'image-factory pin' makes one")
  }
}
