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
    // `--dry-run` with no source file asks the target side whether its folder is there and changes nothing.
    let probe = Command(
      "rsync", destination.arguments + ["--dry-run", "--dirs", "--timeout=20", "/dev/null", destination.target],
      environment: RsyncUploader.environment, timeLimit: .seconds(30),
      purpose: "reach the upload destination '\(destination.name)'")
    do {
      let result = try await runner.run(probe, onLine: nil)
      if result.succeeded { return [] }
      let reason = result.lastLines.last ?? "rsync ended with \(result.ending)"
      return [finding(destination, reason)]
    } catch {
      return [finding(destination, describe(error))]
    }
  }

  package func commands(for destination: UploadDestination, files: [FilePath]) -> [Command] {
    // `--` ends the options: a file name can never become one. rsync writes beside the target and renames, so readers of the
    // destination see a whole file or none; `--partial-dir` lets a cut upload go on where it stopped.
    [
      Command(
        "rsync",
        destination.arguments + ["--partial-dir=.rsync-partial", "--"] + files.map(\.string) + [destination.target],
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
  private static let environment = ["RSYNC_RSH": "ssh -o BatchMode=yes -o ConnectTimeout=15"]

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
