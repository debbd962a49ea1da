import DiskImages
import Hypervisor
import Installers
package import Settings

/// The names in all registries, as the loader wants to know them.
package enum Kinds {
  package static let known = KnownKinds(
    diskFormats: DiskFormats.names, uploaders: Uploaders.names, answerFormats: AnswerFiles.names,
    watchers: InstallerWatchers.all.map(\.kind), trustChains: TrustChains.names)
}
