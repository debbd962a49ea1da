package import Model

/// The stages of a build, in the order they run: the file to read first.
///
/// To add a stage, write its file beside the others and give it its place here; plan, preflight, run loop and report follow.
package enum StageOrder {
  package static let all: [any Stage.Type] = [
    FetchStage.self,
    DepotStage.self,
    RenderStage.self,
    CreateDiskStage.self,
    InstallStage.self,
    CleanStage.self,
    ZeroStage.self,
    ShrinkStage.self,
    ConvertStage.self,
    ChecksumStage.self,
    PublishStage.self,
    HooksStage.self,
  ]

  /// What makes an image of a disk that something else installed.
  package static let finishing: [any Stage.Type] = [
    CopyDiskStage.self,
    CleanStage.self,
    ZeroStage.self,
    ShrinkStage.self,
    ConvertStage.self,
    ChecksumStage.self,
  ]

  /// The stages that have something to do in this plan.
  package static func stages(of plan: BuildPlan) -> [any Stage] {
    (plan.disk.given == nil ? all : finishing).map { $0.init() }.filter { $0.applies(to: plan) }
  }
}
