import Model

/// Files of the host that a script places into the installed system.
struct TargetFiles {
  /// `file-N`, in the config's order.
  private(set) var files: [RenderedFile] = []
  /// Lines of the script; they use ``TargetScript/placeFile``.
  private(set) var script: [String] = []

  /// `folder`: where the script finds rendered files, without a slash at the end.
  init(_ request: RenderRequest, folder: String) throws {
    for (index, placed) in request.answers.files.enumerated() {
      let name = "file-\(index + 1)"
      files.append(RenderedFile(name, copy: try request.contents(of: placed)))
      let mode = "0" + String(placed.mode & 0o7777, radix: 8)
      script.append("place_file " + ShellWords.join(["\(folder)/\(name)", placed.path, mode, placed.owner]))
    }
  }
}
