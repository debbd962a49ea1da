/// Which of the installer's components (udebs) an unattended installation loads, so that they can be looked for before it starts.
///
/// The rule is anna's (1.99), compared with the requests of a whole installation: every component of priority required,
/// important or standard that fits the running kernel and is not in the initrd, what they depend on, and what scripts ask for
/// later by `anna-install`. A dependency on a virtual component loads its providers when none is there yet.
package struct UdebClosure: Sendable, Hashable {
  /// What is loaded, sorted by name.
  package let packages: [DebianPackage]
  /// Names that something depends on and that neither the index nor the initrd has, sorted.
  package let unresolved: [String]
  /// The index has no kernel modules for this kernel: the installer would stop at "No kernel modules were found".
  package let lacksKernelModules: Bool

  /// Asked for by scripts of every installation with guided partitioning. (hw-detect 1.171, partman-auto 177)
  package static let askedByScripts = ["partman-auto-lvm", "partman-auto-crypto", "partman-ext3", "partman-auto"]

  /// Works out the set.
  ///
  /// `kernelVersion` is the installer's (`uname -r`), `installed` the names of the initrd's own components.
  package init(
    index: DebianPackagesIndex, kernelVersion: String, installed: Set<String> = NetbootInitrd.components,
    alsoNeeded: [String] = UdebClosure.askedByScripts
  ) {
    var walk = Walk(index: index, kernelVersion: kernelVersion, installed: installed)
    let basic: Set<String> = ["required", "important", "standard"]
    for package in walk.fitting where basic.contains(package.priority) { walk.add(package.name) }
    for name in alsoNeeded { walk.add(name) }
    walk.addProviders()
    packages = walk.selected.values.sorted { $0.name < $1.name }
    unresolved = walk.unresolved.sorted()
    lacksKernelModules = !index.packages.contains { $0.kernelVersion == kernelVersion }
  }

  /// The state of following dependencies.
  private struct Walk {
    let fitting: [DebianPackage]
    private var byName: [String: DebianPackage] = [:]
    private var providers: [String: [String]] = [:]
    private var present: Set<String>
    private let kernelSuffix: String
    private(set) var selected: [String: DebianPackage] = [:]
    private(set) var unresolved: Set<String> = []
    private var virtual: Set<String> = []

    init(index: DebianPackagesIndex, kernelVersion: String, installed: Set<String>) {
      fitting = index.packages.filter { ($0.kernelVersion ?? kernelVersion) == kernelVersion }
      kernelSuffix = "-\(kernelVersion)-di"
      present = installed
      for package in fitting {
        byName[package.name] = package
        for name in package.provides { providers[name, default: []].append(package.name) }
      }
      for package in fitting where isPresent(package.name) { present.formUnion(package.provides) }
    }

    /// Kernel modules of the initrd are listed without the kernel's version.
    private func isPresent(_ name: String) -> Bool {
      present.contains(name)
        || (name.hasSuffix(kernelSuffix) && present.contains(String(name.dropLast(kernelSuffix.count))))
    }

    mutating func add(_ name: String) {
      if isPresent(name) || selected[name] != nil { return }
      if let package = byName[name] {
        selected[name] = package
        for alternatives in package.depends { addFirst(of: alternatives) }
      } else if providers[name] != nil {
        virtual.insert(name)
      } else {
        unresolved.insert(name)
      }
    }

    /// Virtual components last: most are provided by something that is loaded anyhow.
    mutating func addProviders() {
      while let name = virtual.sorted().first {
        virtual.remove(name)
        let candidates = providers[name] ?? []
        if candidates.contains(where: { selected[$0] != nil || isPresent($0) }) { continue }
        for candidate in candidates { add(candidate) }
      }
    }

    private mutating func addFirst(of alternatives: [String]) {
      let known = alternatives.first { isPresent($0) || byName[$0] != nil || providers[$0] != nil }
      if let name = known ?? alternatives.first { add(name) }
    }
  }
}
