import Installers
import Model
import SystemPackage

/// Decides how the installer gets what it loads after its initrd.
enum SecondStage {
  /// The disc for the verified second stage of a plan; nil: there is none, the installer knows of no discs, or the config's own
  /// words say where it is.
  ///
  /// Throws ``FactoryError`` for an unknown answer format.
  static func disc(
    for installer: InstallerPlan, answers: AnswerPlan, append: [String], workFolder: FilePath
  ) throws -> InstallerDisc? {
    guard installer.stage2 != nil, let disc = try Rendering.format(answers.format).secondStage,
      !isNamed(disc.kernelWord, in: append)
    else { return nil }
    return InstallerDisc(path: workFolder.appending("stage2.iso"), label: disc.label, member: disc.member)
  }

  /// Whether one of the words says the same as `word`: the first part of both, up to the equals sign, is equal.
  static func isNamed(_ word: String, in words: [String]) -> Bool {
    let key = word.prefix { $0 != "=" } + "="
    return words.contains { $0.hasPrefix(key) }
  }

  /// The kernel words for the disc of a plan.
  static func words(for installer: InstallerPlan, answers: AnswerPlan) throws -> [String] {
    guard installer.stage2Disc != nil, let disc = try Rendering.format(answers.format).secondStage else { return [] }
    return [disc.kernelWord]
  }
}
