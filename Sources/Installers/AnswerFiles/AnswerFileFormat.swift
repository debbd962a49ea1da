package import Model

/// One kind of answer file: how the typed answers become what an installer reads, and the kernel line that goes with it.
///
/// To add a kind: a type in a file of its own, and one line in ``AnswerFiles/all``.
package protocol AnswerFileFormat: Sendable {
  /// The name in the config and in the registry: `preseed`.
  static var name: String { get }

  init()

  /// The answer file and the scripts beside it; all go into the root of the installer's initrd.
  ///
  /// Throws a `FactoryError` (config invalid) that names the setting when the format cannot say what it asks.
  func render(_ request: RenderRequest) throws -> RenderedAnswers

  /// The installer's kernel line for the rendered answers, word by word.
  ///
  /// Throws a `FactoryError` (config invalid) for a word that cannot stand on a kernel line.
  func kernelArguments(_ request: RenderRequest, tuning: InstallerTuning) throws -> [String]

  /// The kernel line for a user's own answer file: the Python tool's, so that files written for it go on working.
  ///
  /// `fileName` is the file's last path component, under which it is put into the initrd's root.
  func ownFileKernelArguments(fileName: String) -> [String]

  /// What is put beside a user's own file and before its kernel line, so that the installation can be watched.
  var ownFileWatch: (files: [RenderedFile], arguments: [String]) { get }

  /// The name that a user's own file gets where the installer finds it; nil: it keeps its own.
  var ownFileName: String? { get }

  /// What looks wrong in a user's own file, or would be asked because it is not answered: warnings with line numbers.
  ///
  /// `dialect` is the release's ``RenderRequest/dialect``; nothing in the file is changed.
  func check(_ text: String, file: String, dialect: String) -> [Finding]

  /// The same where the words that the config adds to the kernel line are known: they may answer what the file does not.
  func check(_ text: String, file: String, dialect: String, append: [String]) -> [Finding]

  /// The words that the installer's kernel line may have.
  var bootWords: BootWords { get }

  /// What is wrong with words that the config adds to the kernel line: warnings.
  func check(append: [String], at location: SourceLocation?) -> [Finding]

  /// The command that checks a rendered file independently of us, `FILE` standing for it: what `render` tells people.
  func oracle(dialect: String) -> String

  /// How the answers reach the installer.
  var delivery: AnswerDelivery { get }

  /// The disc on which the installer takes a second stage that was verified here; nil: it fetches its own.
  var secondStage: SecondStageDisc? { get }

  /// The start of the kernel word that ends in the label of the installer's bootable image; nil: the installer finds it itself.
  var imageLabelWord: String? { get }

  /// Whether a script of ours is the last that writes to the finished system, so that it can clean itself.
  ///
  /// Not where the installer saves its logs in the system after every script: Subiquity, YaST and Agama do.
  var cleansItself: Bool { get }
}

extension AnswerFileFormat {
  package var ownFileWatch: (files: [RenderedFile], arguments: [String]) { ([], []) }
  package var ownFileName: String? { nil }
  package var delivery: AnswerDelivery { .initrd }
  package var secondStage: SecondStageDisc? { nil }
  package var imageLabelWord: String? { nil }
  package var cleansItself: Bool { false }
  package func check(_ text: String, file: String, dialect: String, append: [String]) -> [Finding] {
    check(text, file: file, dialect: dialect)
  }
  package func check(append: [String], at location: SourceLocation?) -> [Finding] {
    bootWords.findings(append, at: location)
  }
}

/// How the rendered files reach the installer.
package enum AnswerDelivery: Sendable, Hashable {
  /// In the root of its initrd.
  case initrd
  /// On a small read-only ISO 9660 volume with this label, attached as a CD.
  case volume(label: String)
}

/// How an installer is told to take its second stage from a disc.
package struct SecondStageDisc: Sendable, Hashable {
  /// The disc's volume label.
  package let label: String
  /// The word of the installer's kernel line.
  package let kernelWord: String
  /// Where the installer looks for the file, below the disc's root.
  package let member: String

  /// A disc with that label, named to the installer by that word.
  package init(label: String, kernelWord: String, member: String) {
    self.label = label
    self.kernelWord = kernelWord
    self.member = member
  }
}

/// The registry of answer-file formats: one line per kind.
package enum AnswerFiles {
  /// All formats, in the order people are shown them.
  package static let all: [any AnswerFileFormat.Type] = [
    Preseed.self,
    Kickstart.self,
    AutoYaST.self,
    Autoinstall.self,
    Agama.self,
  ]

  /// The format with that name; nil when there is none.
  package static func format(named name: String) -> (any AnswerFileFormat)? {
    all.first { $0.name == name }?.init()
  }

  /// The names of all formats.
  package static var names: [String] { all.map { $0.name } }
}

/// What stands on the installer's kernel line for speed and for the log, none of it visible in the finished image.
package struct InstallerTuning: Sendable, Hashable {
  /// Address-space randomisation off (`norandmaps`): under TCG QEMU translates every program anew with it.
  package var noRandomization = false
  /// CPU vulnerability mitigations off (`mitigations=off`).
  package var noMitigations = true
  /// IPv6 in the installer; without it the wait for a router, up to 30 s, is saved.
  package var ipv6 = false
  /// The installer's own console.
  package var console = "ttyS0,115200n8"
  /// The packages that Agama installs, below the mirror; nil: the mirror itself.
  package var repositoryPath: String?
  /// Further words from the config's `append`.
  package var append: [String] = []

  package init() {}
}
