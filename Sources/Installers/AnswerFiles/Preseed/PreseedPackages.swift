import Model

/// Which packages the installer adds to the base system.
struct PreseedPackages {
  private let request: RenderRequest
  private let hasVFAT: Bool

  init(_ request: RenderRequest) throws {
    self.request = request
    hasVFAT = try PartitionLayout(request).fileSystems.contains { $0.fileSystem == .vfat }
    let answers = request.answers
    for (setting, names) in [("packages", answers.packages), ("excluded-packages", answers.excludedPackages)] {
      for name in names where !AnswerGrammar.isPackage(name) {
        throw request.problem(setting, "'\(name.printable)' is no name of a Debian package")
      }
    }
    for task in answers.groups where !AnswerGrammar.isPackage(task) {
      throw request.problem("groups", "'\(task.printable)' is no name of a Debian task")
    }
  }

  func add(to text: inout PreseedText) throws {
    let answers = request.answers
    try text.add("base-installer/install-recommends", "boolean", answers.recommends ? "true" : "false")
    // tasksel takes half a minute under TCG to find that nothing was asked of it.
    try text.add("pkgsel/run_tasksel", "boolean", answers.groups.isEmpty ? "false" : "true")
    try text.add(
      "tasksel/first", "multiselect", answers.groups.joined(separator: ", "), owner: "tasksel", from: "groups")
    try text.add("pkgsel/include", "string", packages.joined(separator: " "), from: "packages")
    try text.add("pkgsel/upgrade", "select", "full-upgrade")
    try text.add("pkgsel/update-policy", "select", "none")
    try text.add("pkgsel/updatedb", "boolean", "false")
    try text.add("popularity-contest/participate", "boolean", "false", owner: "popularity-contest")
  }

  /// What is asked for, and what other answers need to work.
  var packages: [String] {
    let answers = request.answers
    var names = answers.packages
    func need(_ name: String) {
      if !names.contains(name), !answers.excludedPackages.contains(name) { names.append(name) }
    }
    if answers.users.contains(where: \.sudo) { need("sudo") }
    // The installer adds the tools of xfs, btrfs and LVM by itself, those of vfat it does not: nothing would check the EFI
    // system partition at boot.
    if hasVFAT { need("dosfstools") }
    if answers.timeServers != nil, !names.contains(where: TargetScript.timeKeepers.contains) {
      need("systemd-timesyncd")
    }
    return names
  }
}
