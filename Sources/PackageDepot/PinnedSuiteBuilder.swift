import Glibc
package import Model
package import SystemPackage

/// Runs a command to its end and gives its standard output; throws when it fails. The pipeline passes the host's runner.
package typealias ToolRunner = @Sendable (Command) async throws -> [UInt8]

/// Makes a pinned suite from a pin's package index: a `Release` that names it, signed by a key that is made for this build
/// and gone afterwards.
package struct PinnedSuiteBuilder: Sendable {
  /// The tools that the runner must find.
  package static let tools = ["gpg", "gpgconf"]

  private let scratch: FilePath
  private let run: ToolRunner

  /// - Parameter scratch: an existing folder of ours, best with mode 0700; the key lives in a folder below it.
  package init(scratch: FilePath, run: @escaping ToolRunner) {
    self.scratch = scratch
    self.run = run
  }

  /// Builds and signs the suite.
  ///
  /// The index is listed in its plain form only: net-retriever of the installer takes the first of `Packages.xz`,
  /// `Packages.gz` and `Packages` that `Release` names, and over loopback there is nothing to gain by packing.
  ///
  /// - Parameters:
  ///   - name: lower case letters, digits, dots and hyphens: `trixie-pinned`.
  ///   - packages: the plain text of the index; served byte for byte.
  ///   - architecture: Debian's name of it.
  ///   - time: the date in `Release`, in seconds since 1970.
  /// - Throws: `UdebIndexError` for a broken index, `DepotError`, and what the runner throws.
  package func build(
    name: String, packages: [UInt8], architecture: String = "amd64", time: Int = Glibc.time(nil)
  ) async throws -> PinnedSuite {
    for word in [name, architecture] where !Self.isFolderName(word) { throw DepotError.badSuiteName(word) }
    let index = try UdebIndex(parsing: packages)
    guard !index.entries.isEmpty else { throw UdebIndexError(line: 0, reason: "the package index is empty") }
    let path = "main/debian-installer/binary-\(architecture)/Packages"
    let release = Array(
      ReleaseText.render(suite: name, architecture: architecture, files: [(path, packages)], time: time).utf8)
    let home = try SigningHome(in: scratch, run: run)
    do {
      try await home.makeKey(name: "image-factory pin \(name)")
      let signature = try await home.sign(release)
      let keyring = try await home.publicKeyring()
      await home.remove()
      return PinnedSuite(
        name: name, index: index, publicKeyring: keyring,
        files: ["Release": release, "Release.gpg": signature, path: packages])
    } catch {
      // Also when the build is being cancelled: the key and its agent do not outlive it.
      await Task { await home.remove() }.value
      throw error
    }
  }

  private static func isFolderName(_ word: String) -> Bool {
    guard let first = word.first, first != "." && first != "-", word.utf8.count <= 100 else { return false }
    return word.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "." || $0 == "-") }
  }
}
