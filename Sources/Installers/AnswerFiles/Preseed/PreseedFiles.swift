import Model
import SystemPackage

/// Files of the host that are placed into the finished system by the late script.
struct PreseedFiles {
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
      script.append("place_file \(ShellWords.join(["/" + name, placed.path, "0" + mode, placed.owner]))")
    }
  }
}

/// The user's own scripts: before partitioning in the installer, at the end in the finished system.
struct PreseedScripts {
  private(set) var files: [RenderedFile] = []
  /// Names in the initrd's root.
  private(set) var before: [String] = []
  /// Lines of the late script.
  private(set) var late: [String] = []

  init(_ request: RenderRequest) throws {
    for (index, script) in request.answers.scripts.enumerated() where script.moment != .onError {
      let isBefore = script.moment == .before
      let name = "\(isBefore ? "before" : "late")-script-\(index + 1)"
      let contents = try request.readFile(script.source)
      guard contents.starts(with: "#!".utf8) else {
        throw request.problem(
          isBefore ? "before-script" : "late-script", "'\(script.source.string.printable)' does not begin with '#!'",
          hint: "name the interpreter in the first line, for example '#!/bin/sh'")
      }
      files.append(RenderedFile(name, copy: contents, mode: 0o700))
      if isBefore { before.append(name) } else { late.append("run_in_target /\(name)") }
    }
    guard !before.isEmpty else { return }
    let runs = before.map { "chmod 700 /\($0)\n/\($0)\n" }.joined()
    let text = "#!/bin/sh\n# Run by the Debian installer before it touches the disk.\nset -e\n" + runs
    files.append(RenderedFile("before.sh", text: text, mode: 0o700))
  }
}
