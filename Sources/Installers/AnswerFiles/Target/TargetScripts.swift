import Model

/// The user's own scripts as rendered files, by the moment at which they run.
struct TargetScripts {
  private(set) var files: [RenderedFile] = []
  /// Names of files: in the installer before it touches the disk, in the finished system, when the installer gives up.
  private(set) var before: [String] = []
  private(set) var after: [String] = []
  private(set) var onError: [String] = []

  init(_ request: RenderRequest) throws {
    for (index, script) in request.answers.scripts.enumerated() {
      let name = "\(script.moment.setting)-\(index + 1)"
      files.append(RenderedFile(name, copy: try request.contents(of: script), mode: 0o700))
      switch script.moment {
      case .before: before.append(name)
      case .after: after.append(name)
      case .onError: onError.append(name)
      }
    }
  }
}
