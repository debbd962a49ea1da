import ArgumentParser
import Foundation
import HostSystem
import Model
import Settings

/// The command line: parses, runs one command, prints what went wrong, and exits with a status of ``ExitStatus``.
@main
struct ImageFactory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image-factory",
    abstract: "Build golden Linux images with the distribution's own installer.",
    discussion: """
      EXAMPLES
        image-factory debian-13                 build the image debian-13
        image-factory plan debian-13            what that would do, without doing it
        image-factory debian-13 --image-size 8G --set packages='vim htop'
        image-factory list                      the images that the configuration names
        image-factory selftest                  can this machine build images?

      SETTINGS
        Every setting of the configuration is a flag as well: --image-size 8G, --keep-raw, --no-depot;
        'image-factory settings' lists them, image-factory.conf(5) explains them.

      EXIT STATUS
      \(ExitStatus.allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n"))
      """,
    version: Version.text,
    subcommands: [
      BuildCommand.self, PlanCommand.self, CheckCommand.self, ListCommand.self, RenderCommand.self,
      FetchCommand.self, PinCommand.self, SelftestCommand.self, ShowConfigCommand.self, SettingsCommand.self,
      ImportCommand.self, FinishCommand.self, InspectCommand.self,
      ReapCommand.self,
    ],
    defaultSubcommand: BuildCommand.self)

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let json = arguments.contains("--json")
    do {
      var command = try parseAsRoot(SettingFlags.rewrite(arguments))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      leave(.done)
    } catch let status as ExitStatus {
      leave(status)
    } catch let error as FactoryError {
      leave(Complaint.report(error, json: json))
    } catch {
      let text = fullMessage(for: error)
      if exitCode(for: error) == .success {
        Console.out(text)
        leave(.done)
      }
      if error is CleanExit || error is ValidationError || exitCode(for: error) == .validationFailure {
        Console.err(text)
        leave(.usage)
      }
      Console.err("image-factory: error: \(text)")
      leave(.unexpected)
    }
  }

  private static func leave(_ status: ExitStatus) -> Never {
    Foundation.exit(status.rawValue)
  }
}

// Thrown by commands that have printed everything there is to say.
extension ExitStatus: Error {}
