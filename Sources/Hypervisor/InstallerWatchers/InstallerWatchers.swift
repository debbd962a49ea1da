/// The shelf of installer watchers: one line per kind of answer file. To add one: a file beside this one, and its line here.
package enum InstallerWatchers {
  package static let all: [(kind: String, watcher: any InstallerWatcher.Type)] = [
    ("debian-installer", DebianInstallerWatcher.self),
    ("anaconda", AnacondaWatcher.self),
    ("subiquity", SubiquityWatcher.self),
    ("autoyast", AutoYaSTWatcher.self),
    ("agama", AgamaWatcher.self),
  ]

  /// A fresh watcher for a kind of answer file; nil when there is none.
  package static func watcher(for kind: String) -> (any InstallerWatcher)? {
    all.first { $0.kind == kind }?.watcher.init()
  }
}
