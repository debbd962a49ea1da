import Foundation
package import HostSystem
import Model
package import SystemPackage

/// The ports to the world that stages get: commands, downloads, files, clock.
package struct Host: Sendable {
  package var facts: HostFacts
  package var runner: any CommandRunner
  package var clock: any WallClock
  /// Downloads into a cache folder.
  package var downloader: @Sendable (_ cacheFolder: FilePath) -> any Downloader
  /// Reports, verdicts and the like, kept from build to build.
  package var stateFolder: FilePath
  /// This user's folder for sockets: `XDG_RUNTIME_DIR` or one made for want of it.
  package var runtimeFolder: FilePath?
  /// Where the system's daemons have their sockets, and we what is about them.
  package var systemRunFolder: FilePath = "/run"
  /// The start of a command line that runs a daemon and reaps its orphans.
  package var reaper: [String]

  package init(
    facts: HostFacts, runner: any CommandRunner, clock: any WallClock,
    downloader: @escaping @Sendable (FilePath) -> any Downloader, stateFolder: FilePath, runtimeFolder: FilePath?,
    reaper: [String]
  ) {
    self.facts = facts
    self.runner = runner
    self.clock = clock
    self.downloader = downloader
    self.stateFolder = stateFolder
    self.runtimeFolder = runtimeFolder
    self.reaper = reaper
  }

  /// The host we run on, for as long as `work` takes; its connections are closed afterwards.
  package static func withReal<Value: Sendable>(
    _ work: @escaping @Sendable (Host) async throws -> Value
  ) async throws -> Value {
    var facts = HostFacts.current()
    let runtime = try? facts.runtimeFolder()
    // libvirt's clients look for the session daemon there; a Jenkins agent or `su` has no such variable.
    if let runtime, !facts.isRoot {
      facts.environment["XDG_RUNTIME_DIR"] = runtime.string
      setenv("XDG_RUNTIME_DIR", runtime.string, 1)
    }
    let runner = SubprocessRunner(environment: ChildEnvironment.current())
    let pool = DownloadsPool(runner: runner)
    let host = Host(
      facts: facts, runner: runner, clock: SystemWallClock(), downloader: { pool.downloads(in: $0) },
      stateFolder: stateFolder(of: facts), runtimeFolder: runtime, reaper: [ownExecutable, "_reap", "--"])
    do {
      let value = try await work(host)
      await pool.close()
      return value
    } catch {
      await pool.close()
      throw error
    }
  }

  /// Where reports are kept: `/var/lib/image-factory` for root, else as the XDG base directory specification says.
  package static func stateFolder(of facts: HostFacts = .current()) -> FilePath {
    if let folder = facts.environment["IMAGE_FACTORY_STATE"], !folder.isEmpty { return FilePath(folder) }
    if facts.isRoot { return "/var/lib/image-factory" }
    if let base = facts.environment["XDG_STATE_HOME"], base.hasPrefix("/") {
      return FilePath(base).appending("image-factory")
    }
    return facts.home.appending(".local").appending("state").appending("image-factory")
  }

  /// For short-lived files: `TMPDIR` or `/tmp`.
  static var temporaryFolder: String { NSTemporaryDirectory() }

  private static var ownExecutable: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }
}
