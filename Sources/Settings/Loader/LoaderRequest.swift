import Glibc
package import SystemPackage

/// What to load, from where, for whom.
package struct LoaderRequest: Sendable {
  package var host: LoaderSurroundings
  package var kinds: KnownKinds
  /// `--config`: read instead of the host's and the user's files and of `IMAGE_FACTORY_CONFIG`.
  package var configFiles: [FilePath] = []
  /// `--configs`: the folder read instead of the shipped `configs/`.
  package var configsFolder: FilePath?
  /// `--no-shipped` makes it false: the shipped `configs/` is left out.
  package var shipped = true
  /// `--set` and flags; later ones win.
  package var overrides: [Override] = []
  /// `--strict`: a key that nothing uses is an error.
  package var strict = false
  /// `--tree` and what belongs to it; nil: sections are images.
  package var tree: TreeRequest?

  package init(host: LoaderSurroundings, kinds: KnownKinds = KnownKinds()) {
    self.host = host
    self.kinds = kinds
  }
}

/// A tree of layers as eos-image-builder has it.
package struct TreeRequest: Sendable {
  /// The checkout; its `config/` holds the layers.
  package var checkout: FilePath
  /// A second tree over the first; nil: none.
  package var localFolder: FilePath?
  /// What the command line says; what is empty comes from the settings of the same names.
  package var attributes = TreeAttributes()
  /// The time of the build as eos-image-builder writes it: `yymmdd-HHMMSS`, UTC.
  package var buildVersion: String

  package init(checkout: FilePath, localFolder: FilePath? = nil) {
    self.checkout = checkout
    self.localFolder = localFolder
    buildVersion = TreeRequest.version(at: time(nil))
  }

  private static func version(at time: time_t) -> String {
    var (time, parts) = (time, tm())
    gmtime_r(&time, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return two(parts.tm_year % 100) + two(parts.tm_mon + 1) + two(parts.tm_mday) + "-" + two(parts.tm_hour)
      + two(parts.tm_min) + two(parts.tm_sec)
  }
}
