/// One declared setting; flags, help, manual, JSON and schema are derived from it.
package struct Setting: Sendable {
  /// The name in files and, with `--` before it, on the command line: `image-size`.
  package let key: String
  /// Other names that files may use, the Python tool's among them. `_` for `-` is accepted without being listed.
  package internal(set) var formerNames: [String] = []
  package internal(set) var scope = SettingScope.image
  package internal(set) var group = SettingGroup.image
  package let kind: SettingKind
  /// As a file would say it, or in words where the planner decides ("by accelerator"); empty when unset.
  package internal(set) var defaultText: String
  /// One line: lower case, no full stop.
  package let help: String
  /// More for the manual, whole sentences; nil when the line says it all.
  package internal(set) var details: String?
  /// The one-letter flag: `c` for `-c`.
  package internal(set) var short: Character?
  /// `KEY2`, `KEY7` … add further values, in the order of their numbers.
  package internal(set) var isNumbered = false
  /// Offered as `--KEY` on the command line.
  package internal(set) var isFlag = false

  /// What stands for the value in help and manual: `SIZE`, `yes|no`.
  package var placeholder: String { kind.placeholder }
}

/// Which sections a setting stands in.
package enum SettingScope: String, Sendable, CaseIterable {
  /// Images, the sections they inherit from, and `[DEFAULT]`.
  case image
  /// Sections named by `upload-destinations`.
  case destination
  /// `[user:NAME]`
  case user
  /// `[partition:NAME]`
  case partition
  /// `[repository:NAME]`
  case repository
  /// `[file:NAME]`
  case file

  /// The heading of the manual, and the form of the section's header.
  package var title: String {
    switch self {
    case .image: "Images"
    case .destination: "Upload destinations: sections named by upload-destinations"
    case .user: "Users: sections [user:NAME]"
    case .partition: "Partitions: sections [partition:NAME]"
    case .repository: "Package repositories: sections [repository:NAME]"
    case .file: "Placed files: sections [file:NAME]"
    }
  }

  /// `user:` for `[user:NAME]`; nil for scopes whose sections are named freely.
  package var sectionPrefix: String? {
    switch self {
    case .image, .destination: nil
    case .user, .partition, .repository, .file: rawValue + ":"
    }
  }
}

/// The headings under which help and manual list an image's settings.
package enum SettingGroup: String, Sendable, CaseIterable {
  case image
  case installer
  case system
  case packages
  case layout
  case machine
  case speed
  case disk
  case cleaning
  case log
  case publishing
  case tree

  package var title: String {
    switch self {
    case .image: "The image"
    case .installer: "The installer and its sources"
    case .system: "The installed system"
    case .packages: "Packages and services"
    case .layout: "Partitions"
    case .machine: "The machine it is installed in"
    case .speed: "Speed of the installation"
    case .disk: "Disk, formats and folders"
    case .cleaning: "Cleaning"
    case .log: "Logs"
    case .publishing: "Publishing"
    case .tree: "Layers of a tree"
    }
  }
}
