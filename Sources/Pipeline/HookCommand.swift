import Model

/// How commands of the config are run: no shell, the settings in the environment.
enum HookCommand {
  /// The command of already split words; `words` is never empty, the loader refuses an empty command.
  static func command(_ words: [String], plan: BuildPlan, purpose: String) -> Command {
    Command(
      words.first ?? "", Array(words.dropFirst()), environment: plan.hookEnvironment, folder: plan.outputFolder,
      timeLimit: .seconds(plan.publishing.hookTimeoutSeconds), purpose: purpose)
  }
}
