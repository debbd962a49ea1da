import Model

/// What hooks are told about the config, as environment variables.
extension LoadedConfig {
  /// `IMAGE_FACTORY_<SECTION>_<KEY>` for every value that the image and the sections it names see; `EIB_*` beside them when the
  /// image sets `eib-environment = yes`.
  ///
  /// Letters in upper case, what is no letter or digit as `_`. Private values and secrets only for the keys that `hook-secrets`
  /// of the image or `privateNames` name (`KEY` or `SECTION:KEY`).
  package func environment(for image: String, privateNames: [String] = []) -> [String: String] {
    guard let draft = draft(for: image).draft else { return [:] }
    let allowed = Set((draft.hookSecrets + privateNames).map { $0.lowercased() })
    // A tree's hooks were written for eos-image-builder.
    let isForEIB = draft.eibEnvironment || tree != nil && draft.config.origins["eib-environment"] == nil
    var result = ["IMAGE_FACTORY_IMAGE": image]
    for section in sections(namedBy: draft, image: image) {
      let view = section == image ? view(of: image) : set.view(of: section)
      for full in fullValues(view, in: set).values where !full.text.text.utf8.contains(0) {
        let isSecret =
          full.text.isPrivate || SecretNames.contains(full.key) && !full.text.text.isEmpty
          || set.layer(of: full.value).isPrivate
        if isSecret, !allowed.contains(full.key), !allowed.contains("\(section.lowercased()):\(full.key)") { continue }
        result["IMAGE_FACTORY_" + HookName.of("\(section)_\(full.key)")] = full.text.text
        if isForEIB { result[HookName.eib(section: section, key: full.key)] = HookName.eibValue(full.text.text) }
      }
    }
    return result
  }

  /// The image's section, those it names, and all of a tree.
  func sections(namedBy draft: ImageDraft, image: String) -> [String] {
    let named =
      draft.destinations + draft.users.map { "user:\($0)" } + draft.partitions.map { "partition:\($0)" }
      + draft.repositories.map { "repository:\($0)" } + draft.files.map { "file:\($0)" }
    let all = [image] + named.filter { set.sections[$0] != nil }
    return (all + (tree?.full.order.filter { $0 != INIFile.defaultSection } ?? [])).uniqued
  }
}

/// Names of environment variables.
enum HookName {
  /// Upper case, everything but letters, digits and `_` as `_`.
  static func of(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.uppercased().unicodeScalars.map { scalar in
          switch scalar {
          case "A"..."Z", "0"..."9", "_": scalar
          default: "_"
          }
        }))
  }

  /// eos-image-builder's name: `EIB_<SECTION>_<OPTION>`, for its section `build` `EIB_<OPTION>`.
  static func eib(section: String, key: String) -> String {
    "EIB_" + (section == "build" ? "" : of(section) + "_") + of(key)
  }

  /// eos-image-builder hands booleans on in small letters.
  static func eibValue(_ text: String) -> String {
    let small = text.lowercased()
    return small == "true" || small == "false" ? small : text
  }
}
