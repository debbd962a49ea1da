import Model

/// The name a pinned suite will have, for showing answers before the installer is chosen.
enum PinnedSuiteName {
  /// nil: the mirror's own suite, as `installer = current` or an own kernel mean.
  static func expected(for config: ImageConfig) -> String? {
    guard config.source.kernel.isEmpty, config.source.choice != .current, config.source.pin != nil, config.source.depot
    else { return nil }
    return "\(config.source.installerSuite ?? config.answers.archive.suite)-pinned"
  }
}
