import HostSystem
package import Model
package import SystemPackage

/// The answer files of images, written below a folder for people and their oracles to look at.
package enum RenderedFolder {
  /// What was written for one image.
  package struct Entry: Sendable, Encodable {
    package let image: String
    package let format: String
    /// The command that checks the answer file independently of us, `FILE` standing for it.
    package let oracle: String
    /// Paths, the answer file first.
    package let files: [String]
  }

  /// Writes the files of one image into `FOLDER/IMAGE`, for their owner only; throws ``FactoryError``.
  package static func write(
    _ config: ImageConfig, host: Host, secrets: Bool, below folder: FilePath
  ) throws -> Entry {
    let files = try Rendering.preview(config, host: host, secrets: secrets)
    let place = folder.appending(config.name)
    try Folder.create(place)
    var paths: [String] = []
    for file in files {
      // A user's own file is shown by its path.
      let path = place.appending(FilePath(file.name).lastComponent?.string ?? "answers")
      try AtomicFile.write(file.text, to: path, mode: 0o600)
      paths.append(path.string)
    }
    return Entry(
      image: config.name, format: config.answerFile.own.first?.key ?? config.answerFile.format,
      oracle: try Rendering.oracle(for: config), files: paths)
  }
}
