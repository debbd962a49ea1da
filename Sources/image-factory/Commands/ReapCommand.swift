import ArgumentParser
import HostSystem
import Model

/// `image-factory _reap -- DAEMON …`: runs a libvirt daemon and reaps its orphans at once (hidden).
///
/// Where PID 1 reaps late, libvirt takes half a minute to believe that a QEMU has ended. This process has no children of its
/// own but the daemon, so it can never take the status of a child that somebody else waits for.
struct ReapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "_reap", abstract: "Run a daemon and reap its orphans.", shouldDisplay: false)

  @Argument(parsing: .captureForPassthrough) var command: [String]

  func run() throws {
    let status = try Subreaper.run(command.first == "--" ? Array(command.dropFirst()) : command)
    if status != 0 { throw ExitStatus(rawValue: status) ?? .unexpected }
  }
}
