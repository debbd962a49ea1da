import Model

/// What each section is: an image, a base to inherit from, a destination, a user …
struct SectionRoles: Sendable {
  enum Role: Sendable, Equatable {
    case defaults
    case image
    /// Inherited from, or marked `template = yes`.
    case template
    case destination
    case user
    case partition
    case repository
    case file
    /// A home for variables.
    case variables
  }

  private(set) var roles: [String: Role] = [:]
  /// In order of appearance.
  private(set) var images: [String] = []

  init(_ set: ConfigSet) {
    let destinations = SectionRoles.destinations(in: set)
    let defaults = set.sections[INIFile.defaultSection]
    for name in set.order {
      guard let section = set.sections[name] else { continue }
      let role = SectionRoles.role(of: section, destinations: destinations, defaults: defaults)
      roles[name] = role
      if role == .image { images.append(name) }
    }
  }

  /// The roles in the presence of a tree: its one image is read from `[image-factory]`, its other sections are its own business.
  mutating func replaceImages(by image: String, section: String, variables: [String]) {
    for name in variables { roles[name] = .variables }
    for name in images where roles[name] == .image { roles[name] = .template }
    roles[section] = .template
    roles[image] = .image
    images = [image]
  }

  private static func role(of section: ConfigSection, destinations: Set<String>, defaults: ConfigSection?) -> Role {
    if section.name == INIFile.defaultSection { return .defaults }
    if let prefix = section.name.firstIndex(of: ":") {
      switch section.name[..<prefix] {
      case "user": return .user
      case "partition": return .partition
      case "repository": return .repository
      case "file": return .file
      default: break
      }
    }
    if let text = section.values["template"]?.text { return BooleanWord.read(text) == false ? .image : .template }
    if destinations.contains(section.name) || section.values["upload_type"] != nil
      || section.values["upload-type"] != nil
    {
      return .destination
    }
    if section.values["inherits"] != nil { return .image }
    // The Python tool's images: they name their installer, themselves or by [DEFAULT].
    let isOld = installerKeys.contains { section.values[$0] != nil }
    return isOld ? .image : .variables
  }

  private static let installerKeys = [
    "linux", "kernel", "initrd", "installer_image", "installer-image", "preseed", "kickstart", "yast", "autoyast",
  ]

  /// Sections named by any `upload-destinations`, as far as that can be told without interpolation.
  private static func destinations(in set: ConfigSet) -> Set<String> {
    var result = Set<String>()
    for section in set.sections.values {
      for key in ["upload-destinations", "upload_destinations"] {
        guard let text = section.values[key]?.text else { continue }
        for name in text.split(whereSeparator: { $0 == "," || $0.isNewline }) { result.insert(name.trimmingBlanks) }
      }
    }
    return result
  }
}
