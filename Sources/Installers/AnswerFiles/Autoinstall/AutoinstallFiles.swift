import Model
import SystemPackage

/// Files of the host that the late script places into the finished system.
struct AutoinstallFiles {
  private(set) var files: [RenderedFile] = []
  /// Lines of the late script.
  private(set) var script: [String] = []

  init(_ request: RenderRequest) throws {
    for (index, placed) in request.answers.files.enumerated() {
      let setting = "file:\(placed.path)"
      guard AnswerGrammar.isPath(placed.path), !placed.path.hasSuffix("/") else {
        throw request.problem(setting, "'\(placed.path.printable)' is no absolute path of a file")
      }
      let owner = placed.owner.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard owner.count == 2, owner.allSatisfy(AnswerGrammar.isAccount) else {
        throw request.problem(setting, "'\(placed.owner.printable)' is no owner", hint: "write it as 'user:group'")
      }
      let name = "file-\(index + 1)"
      files.append(RenderedFile(name, copy: try request.readFile(placed.source)))
      let mode = String(placed.mode & 0o7777, radix: 8)
      let words = ["\(AutoinstallVolume.folder)/\(name)", placed.path, "0" + mode, placed.owner]
      script.append("place_file \(ShellWords.join(words))")
    }
  }
}

/// The user's own scripts: before partitioning and on error in the installer, at the end in the finished system.
struct AutoinstallScripts {
  private(set) var files: [RenderedFile] = []
  /// Names on the volume, by moment.
  private(set) var before: [String] = []
  private(set) var after: [String] = []
  private(set) var onError: [String] = []

  init(_ request: RenderRequest) throws {
    for (index, script) in request.answers.scripts.enumerated() {
      let (kind, setting) =
        switch script.moment {
        case .before: ("before", "before-script")
        case .after: ("late", "late-script")
        case .onError: ("error", "error-script")
        }
      let contents = try request.readFile(script.source)
      guard contents.starts(with: "#!".utf8) else {
        throw request.problem(
          setting, "'\(script.source.string.printable)' does not begin with '#!'",
          hint: "name the interpreter in the first line, for example '#!/bin/sh'")
      }
      let name = "\(kind)-script-\(index + 1)"
      files.append(RenderedFile(name, copy: contents, mode: 0o700))
      switch script.moment {
      case .before: before.append(name)
      case .after: after.append(name)
      case .onError: onError.append(name)
      }
    }
  }
}
