import DiskImages
import Model

/// A folder that a clean-up's pattern names and that is a symlink in the image: it is not followed, and that is said.
///
/// Distributions make links of folders from release to release (`/var/lib/rpm`): no reason to give an image up.
enum LinkedFolder {
  /// Says why a pattern had no effect.
  static func warn(_ events: StageEvents, of pattern: String, in folder: ImagePath) {
    events.warning(sentence(pattern.printable, folder.description))
  }

  static func sentence(_ pattern: String, _ folder: String) -> String {
    "'\(pattern)' of the clean-up has no effect: '\(folder)' in the image is a symlink, which is not followed"
  }
}
