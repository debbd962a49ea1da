package import Model

/// A plan in words: what `image-factory plan` and `check` print.
package enum PlanText {
  package static func text(_ plan: BuildPlan) -> String {
    let machine = plan.machine
    var lines = [
      "image        \(plan.image) (\(plan.distribution) \(plan.release))",
      "stages       \(plan.stages.joined(separator: " → "))",
      "installer    \(plan.installer.kind.rawValue): \(plan.installer.reason)",
      "kernel       \(source(plan.installer.kernel))",
      "initrd       \(source(plan.installer.initrd))",
    ]
    if let image = plan.installer.image { lines.append("image        \(source(image))") }
    if let stage2 = plan.installer.stage2 {
      lines.append(
        "stage 2      \(source(stage2))" + (plan.installer.stage2Disc.map { ", on the disc '\($0.label)'" } ?? ""))
    }
    if let depot = plan.depot {
      lines.append("depot        \(depot.mirrors.joined(separator: ", "))")
      if let suite = depot.pinnedSuite { lines.append("             serves the suite '\(suite.name)' itself") }
    } else {
      lines.append("depot        off")
    }
    lines += [
      "answers      \(plan.answers.format), "
        + (plan.answers.ownFile.map { "your file \($0)" } ?? "generated from the settings")
        + (machine.answerVolume.map { ", on the volume '\($0.label)'" } ?? ""),
      "kernel line  \(machine.kernelArguments.joined(separator: " "))"
        + (machine.imageLabelWord.map { " \($0)(the image's label)" } ?? ""),
      "machine      \(machine.accelerator.rawValue) (\(machine.acceleratorReason))",
      "             CPU \(machine.cpu), \(machine.cores) cores, \(machine.memory), \(machine.libvirtURI)"
        + (machine.firmware.map { ", UEFI \($0.code)" } ?? ""),
      "limits       \(Duration.seconds(plan.limits.overallSeconds).timeSpan) in all, "
        + "\(Duration.seconds(plan.limits.silenceSeconds).timeSpan) of silence",
      "disk         \(plan.disk.size)",
    ]
    for artifact in plan.disk.artifacts { lines.append("artifact     \(artifact.final)") }
    if let log = plan.log.file { lines.append("log          \(log)") }
    for destination in plan.publishing.destinations {
      lines.append("upload       \(destination.name): \(destination.type) to \(destination.target)")
    }
    for words in plan.publishing.postBuildCommands { lines.append("hook         \(ShellWords.join(words))") }
    if !plan.expectedSeconds.isEmpty {
      let total = Duration.seconds(plan.expectedSeconds.values.reduce(0, +))
      lines.append("expected     \(total.timeSpan), as the last build took")
    }
    for note in plan.notes { lines.append("note         \(note)") }
    return lines.joined(separator: "\n")
  }

  /// Which files a build reads and writes.
  package static func files(_ plan: BuildPlan) -> String {
    var lines = ["\(plan.image) reads"]
    let installer = plan.installer
    let fetched = [installer.kernel, installer.initrd, installer.stage2, installer.image].compactMap(\.self)
    lines += fetched.flatMap(\.sources).map { "  \($0)" }
    if let file = plan.answers.ownFile { lines.append("  \(file)") }
    lines.append("\(plan.image) writes")
    lines += plan.disk.artifacts.flatMap { artifact in plan.disk.suffixes.map { "  \(artifact.final)\($0)" } }
    if let log = plan.log.file { lines.append("  \(log)") }
    lines.append("  \(plan.log.installerLogs)/")
    lines.append("  \(plan.workFolder)/ (removed at the end)")
    return lines.joined(separator: "\n")
  }

  private static func source(_ fetch: FetchPlan) -> String {
    (fetch.sources.first ?? "") + " (\(fetch.trust))"
  }
}
