package import Model
package import SystemPackage

/// One way to know, before anything large is fetched, what an installer's files must be.
///
/// To add a kind: a type in a file of its own in `Kinds/`, its line in ``TrustChains/all``, and its name in the setting `trust`.
package protocol TrustChain: Sendable {
  /// The name in the config and in the registry: `treeinfo`.
  static var name: String { get }

  init()

  /// Whether a pinned installer can stand in for the mirror's present one.
  var canBePinned: Bool { get }

  /// The mirrors with those first that have what the chain starts from; nothing large is fetched.
  ///
  /// Throws a `FactoryError` (fetch failed) that names each mirror's answer when none has it.
  func ordered(_ mirrors: [String], _ request: TrustRequest) async throws -> [String]

  /// The installer's files with the digests that the chain vouches for, from the first of the mirrors.
  ///
  /// Throws a `FactoryError`: fetch failed for what the mirror says, host not ready for a missing keyring, config invalid for
  /// a missing setting.
  func installer(_ request: TrustRequest) async throws -> TrustedInstaller

  /// The installer's bootable image with its digest; nil when the config names none below its mirror.
  func image(_ request: TrustRequest) async throws -> TrustedFile?
}

/// What a chain is asked for.
package struct TrustRequest: Sendable {
  /// Base URLs of the installer's files, without slashes at their ends; at least one.
  package var mirrors: [String]
  package var config: ImageConfig
  package var host: Host
  package var cacheFolder: FilePath

  /// A request for the installer of `config`.
  package init(mirrors: [String], config: ImageConfig, host: Host, cacheFolder: FilePath) {
    self.mirrors = mirrors
    self.config = config
    self.host = host
    self.cacheFolder = cacheFolder
  }

  var source: InstallerSource { config.source }
  var mirror: String { mirrors.first ?? "" }

  /// The error for a setting that the chain cannot do without.
  func missing(_ key: String) -> FactoryError {
    FactoryError(
      .configInvalid, "'trust = \(source.trust)' of '\(config.name)' needs '\(key)'",
      hint: "it says where the file is below 'installer-mirror'", at: config.origins["trust"])
  }
}

/// A file of an installer and what it must be.
package struct TrustedFile: Sendable, Hashable {
  /// Below the mirror's root.
  package var path: String
  /// nil: nobody says what it must be, unless by its SHA-512.
  package var sha256: String?
  /// Where the list of digests has this one.
  package var sha512: String?
  /// As the mirror says.
  package var size: ByteSize?
  /// How the digest came to be trusted, for people.
  package var trust: String
}

/// The files of an installer, all of one state of the mirror.
package struct TrustedInstaller: Sendable, Hashable {
  package var kernel: TrustedFile
  package var initrd: TrustedFile
  package var stage2: TrustedFile?
  /// Why this installer, for people.
  package var reason: String
  /// The list of digests, to tell a mirror that moves from a broken one.
  package var listing: ListingPlan?
  /// Warnings.
  package var findings: [Finding] = []
}
