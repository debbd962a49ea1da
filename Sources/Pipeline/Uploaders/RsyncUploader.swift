package import HostSystem
package import Model
package import SystemPackage

/// Uploads with rsync, to a folder, over ssh or to a daemon, as `upload-target` says.
package struct RsyncUploader: Uploader {
  package static let name = "rsync"

  package init() {}

  package func requirements(of destination: UploadDestination) -> [Requirement] {
    var tools = [Requirement.tool("rsync", purpose: "upload to '\(destination.name)'")]
    if remote(destination.target) == .ssh {
      tools.append(.tool("ssh", purpose: "upload to '\(destination.name)'"))
    }
    return tools
  }

  package func check(_ destination: UploadDestination, runner: any CommandRunner) async -> [Finding] {
    do {
      let target = destination.target
      let joint = target.hasSuffix("/") || target.hasSuffix(":") ? "" : "/"
      // A name inside the folder: asked about the folder itself, a dry run says yes to one that is not there.
      let result = try await ask(destination, about: target + joint + ".image-factory-probe", runner)
      if result.succeeded { return [] }
      if result.lastLines.contains(where: { $0.contains("No such file or directory") }), let folder = bare(target),
        try await ask(destination, about: folder, runner).succeeded
      {
        return [
          .warning(
            "'\(target)' is not there yet, rsync will make it for the upload destination '\(destination.name)'",
            hint: "check that 'upload-target' is what you mean", at: destination.location)
        ]
      }
      return [finding(destination, reason(result))]
    } catch {
      return [finding(destination, describe(error))]
    }
  }

  /// Asks the target side, with a dry run that changes nothing, whether a file could be put there.
  private func ask(
    _ destination: UploadDestination, about place: String, _ runner: any CommandRunner
  ) async throws -> CommandResult {
    try await runner.run(
      Command(
        "rsync", destination.arguments + ["--dry-run", "--dirs", "--timeout=20", "/dev/null", place],
        environment: RsyncUploader.environment, timeLimit: .seconds(30),
        purpose: "reach the upload destination '\(destination.name)'"), onLine: nil)
  }

  /// What rsync said of the reason; its last line only repeats the exit status in words.
  private func reason(_ result: CommandResult) -> String {
    // ssh knows why; rsync only finds the pipe broken, before or after ssh has said so.
    result.lastLines.first { $0.hasPrefix("ssh: ") }
      ?? result.lastLines.last { line in
        !line.isEmpty
          && !["rsync error:", "connection unexpectedly closed", "safe_write failed"].contains { line.contains($0) }
      }
      ?? result.lastLines.last ?? "rsync \(result.ending)"
  }

  /// The target without slashes at its end; nil when nothing is left to ask about.
  private func bare(_ target: String) -> String? {
    var target = target[...]
    while target.hasSuffix("/") { target.removeLast() }
    return target.isEmpty || target.hasSuffix(":") ? nil : String(target)
  }

  package func commands(for destination: UploadDestination, files: [FilePath]) -> [Command] {
    // `--` ends the options: a file name can never become one. rsync writes beside the target and renames, so readers of the
    // destination see a whole file or none; `--partial-dir` lets a cut upload go on where it stopped.
    [
      Command(
        "rsync",
        destination.arguments + ["--partial-dir=.rsync-partial", "--timeout=600", "--"] + files.map(\.string) + [
          destination.target
        ],
        environment: RsyncUploader.environment, purpose: "upload to '\(destination.name)'")
    ]
  }

  private func finding(_ destination: UploadDestination, _ reason: String) -> Finding {
    Finding(
      .error, .hostNotReady, "cannot reach the upload destination '\(destination.name)': \(reason)",
      hint: "check 'upload-target = \(destination.target)' and that this user may write there",
      at: destination.location)
  }

  // A nightly job has nobody to answer a prompt for a password or a host key.
  private static let environment = [
    "RSYNC_RSH": "ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=8"
  ]

  private enum Remote {
    case none, ssh, daemon
  }

  private func remote(_ target: String) -> Remote {
    if target.hasPrefix("rsync://") || target.contains("::") { return .daemon }
    guard let colon = target.firstIndex(of: ":") else { return .none }
    // As rsync reads it: a slash before the first colon makes it a local path.
    return target[..<colon].contains("/") ? .none : .ssh
  }
}
