package import Model

/// One step of a build: it reads the plan and files at paths the plan names, and writes files at paths the plan names.
///
/// Stages do not know each other. A stage registers how to undo itself before it does what needs undoing.
package protocol Stage: Sendable {
  /// The stage's name in plans, events and reports: `fetch`, `create-disk`.
  static var name: String { get }

  init()

  /// Whether the plan has anything for this stage to do.
  func applies(to plan: BuildPlan) -> Bool

  /// What the host must have, checked for all stages together before the first one runs.
  func requirements(of plan: BuildPlan) -> [Requirement]

  /// Does the step; throws ``FactoryError``, or `CancellationError` when the build is stopped.
  func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome
}

extension Stage {
  package func applies(to plan: BuildPlan) -> Bool { true }
  package func requirements(of plan: BuildPlan) -> [Requirement] { [] }
}

/// What a finished stage adds to the report.
package struct StageOutcome: Sendable {
  /// A few words each: `1.7 GiB allocated, 701 MiB after punching holes`.
  package var facts: [String] = []
  package var artifacts: [ArtifactReport] = []
  package var fetched: [FetchedFile] = []
  package var uploads: [UploadReport] = []
  /// The image is complete and in its place: from now on nothing that fails may take it away.
  package var completesImage = false
  /// Set when the stage did its work but not all of it (an upload failed): later stages still run.
  package var incomplete: FactoryError?

  package init() {}

  package init(facts: String...) { self.facts = facts }
}

/// What a stage is given besides the plan: the host's ports, the clean-up stack, a voice, and what is known of the disk.
package struct StageContext: Sendable {
  package let host: Host
  package let cleanUp: CleanUpStack
  package let events: StageEvents
  /// One for all stages of a build.
  package let disk: KnownDisk

  package init(host: Host, cleanUp: CleanUpStack, events: StageEvents, disk: KnownDisk = KnownDisk()) {
    self.host = host
    self.cleanUp = cleanUp
    self.events = events
    self.disk = disk
  }
}
