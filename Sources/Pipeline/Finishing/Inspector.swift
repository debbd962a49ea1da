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
      throw FactoryError(
        .processingFailed, "cannot inspect '\(file)': \(error.message)", hint: NoDisk.hint(file, error))
    }
  }

  private func look(
    _ file: FilePath, _ raw: FilePath, _ format: String,
    _ config: @escaping @Sendable (String, String) -> ImageConfig?
  ) async throws -> Result {
    let scratch = try ScratchFolder(under: FilePath(Host.temporaryFolder), prefix: "image-factory-inspect")
    let result: Swift.Result<Result, any Error>
    do {
      let disk = try await offPool { try DiskInspection(raw) }
      var found = Result(file: file.string.printable, format: format, disk: disk)
      try await found.disk.measure(raw, scratch: scratch.path, host: host)
      try await preview(raw, scratch.path, config, &found)
      result = .success(found)
    } catch {
      result = .failure(error)
    }
    try? scratch.close()
    return try result.get()
  }

  private func preview(
    _ raw: FilePath, _ scratch: FilePath, _ config: @escaping @Sendable (String, String) -> ImageConfig?,
    _ result: inout Result
  ) async throws {
    do {
      let found = try await InspectedSystem(of: raw, scratch: scratch, host: host)
      result.disk.warnings += found.problems
      for index in result.disk.volumes.indices where result.disk.volumes[index].offset == found.root.offset {
        // An extended partition or a physical volume begins elsewhere: the root alone begins there.
        result.disk.volumes[index].distribution = result.disk.volumes[index].distribution ?? found.release.prettyName
      }
      guard let config = config(found.release.id, found.release.version) else {
        result.problem = "no image of the configuration is of this distribution"
        return
      }
      result.rules = config.name
      var cleaning = try await offPool { try CleaningPreview(of: found.system, config.cleaning, config.answers) }
      for tree in found.trees { try await cleaning.add(tree, config.cleaning, config.answers) }
      result.cleaning = cleaning
    } catch let error as DiskImageError {
      result.problem = error.message
    } catch let error as FactoryError {
      result.problem = error.message
    }
  }
}
