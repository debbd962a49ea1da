package import DiskImages
import Foundation
import HostSystem
package import Model
package import SystemPackage

/// What is on a disk, and what a clean-up would do to it: read only, without root and without a daemon.
package struct Inspector: Sendable {
  let host: Host

  package init(host: Host) { self.host = host }

  /// What was found.
  package struct Result: Sendable, Codable {
    package var file: String
    /// `raw`, `qcow2` …
    package var format: String
    package var disk: DiskInspection
    /// The image whose rules were used; nil when none fits.
    package var rules: String?
    package var cleaning: CleaningPreview?
    /// Why there is no preview.
    package var problem: String?
  }

  /// Looks at a file; `config` gives the rules once the distribution is known: its `ID` and `VERSION_ID` (os-release(5)), empty when unknown.
  ///
  /// Throws ``FactoryError`` with exit status 7 for a file that cannot be read as a disk.
  package func inspect(
    _ file: FilePath, config: @escaping @Sendable (_ distribution: String, _ release: String) -> ImageConfig?
  ) async throws -> Result {
    do {
      guard let format = try ForeignFormat.of(file) else { return try await look(file, file, "raw", config) }
      let scratch = try ScratchFolder(under: FilePath(Host.temporaryFolder), prefix: "image-factory-inspect")
      do {
        let raw = scratch.path.appending("disk.raw")
        try await format.convert(file, to: raw, runner: host.runner)
        let result = try await look(file, raw, format.name, config)
        try scratch.close()
        return result
      } catch {
        try? scratch.close()
        throw error
      }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot inspect '\(file)': \(error.message)", hint: error.hint)
    }
  }

  private func look(
    _ file: FilePath, _ raw: FilePath, _ format: String,
    _ config: @escaping @Sendable (String, String) -> ImageConfig?
  ) async throws -> Result {
    try await offPool {
      var result = Result(file: file.string.printable, format: format, disk: try DiskInspection(raw))
      do {
        let root = try RootPartition.find(in: raw, PartitionTable.read(raw))
        let system = try Ext4FileSystem.open(image: raw, extent: root.extent, mode: .readOnly).osReleaseFields()
        if let config = config(system?.id ?? "", system?.version ?? "") {
          result.rules = config.name
          result.cleaning = try CleaningPreview(of: raw, config.cleaning, config.answers)
        } else {
          result.problem = "no image of the configuration is of this distribution"
        }
      } catch let error as DiskImageError {
        result.problem = error.message
      }
      return result
    }
  }
}
