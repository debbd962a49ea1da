import Foundation
import HostSystem
package import Installers
import Model
package import SystemPackage

/// Makes a pin from a live mirror: signatures verified, every file it names present.
package struct PinMaker: Sendable {
  private let archive: DebianArchive
  private let host: Host
  private let cacheFolder: FilePath

  package init(archive: DebianArchive, host: Host, cacheFolder: FilePath) {
    self.archive = archive
    self.host = host
    self.cacheFolder = cacheFolder
  }

  /// Writes `NAME.pin` and its index into `folder`; throws ``FactoryError`` that names every missing file, and writes nothing then.
  package func make(_ name: String, in folder: FilePath, tell: @Sendable (String) -> Void) async throws -> InstallerPin
  {
    tell("verifying the signature of '\(archive.suite)'")
    let release = try await archive.release()
    let netboot = try await netbootPackage(release)
    tell("fetching \(netboot.name) \(netboot.version) (\(ByteSize(bytes: netboot.size)))")
    let kernelPath = member(netboot, "linux")
    let initrdPath = member(netboot, "initrd.gz")
    let kernel = try await fetch(netboot, kernelPath)
    let initrd = try await fetch(netboot, initrdPath)
    let version = try KernelVersion.read(kernel.path)
    let udebs = try await archive.unpackedIndex("main/debian-installer/binary-amd64/Packages.xz", in: release)
    let closure = UdebClosure(index: try DebianPackagesIndex(udebs.text), kernelVersion: version)
    try refuse(closure, version: version)
    tell("asking the mirror for \(closure.packages.count) installer components")
    let missing = await archive.missing(closure.packages.map(\.path))
    guard missing.isEmpty else {
      throw FactoryError(
        .fetchFailed, "the mirror lacks \(missing.count) of the \(closure.packages.count) files that a pin would name",
        hint: "try another mirror, or wait until this one is complete", details: missing)
    }
    let index = "\(name)-udebs.Packages.xz"
    let pin = InstallerPin(
      suite: archive.suite, package: netboot.path, packageSHA256: netboot.sha256, packageSize: netboot.size,
      kernel: .init(path: kernelPath, sha256: kernel.sha256), initrd: .init(path: initrdPath, sha256: initrd.sha256),
      kernelVersion: version, index: index, indexSHA256: udebs.sha256)
    try Folder.create(folder)
    try AtomicFile.write(try AtomicFile.read(udebs.file), to: folder.appending(index), mode: 0o644)
    try AtomicFile.write(pin.text, to: folder.appending("\(name).pin"), mode: 0o644)
    return pin
  }

  /// The newest `debian-installer-NN-netboot-amd64` of the suite.
  private func netbootPackage(_ release: DebianRelease) async throws -> DebianPackage {
    let index = try await archive.unpackedIndex("main/binary-amd64/Packages.xz", in: release)
    let found = try DebianPackagesIndex(NetbootStanzas.only(index.text)).packages
    guard let newest = found.max(by: { $0.version.compare($1.version, options: .numeric) == .orderedAscending }) else {
      throw FactoryError(.fetchFailed, "the suite '\(archive.suite)' has no netboot package for amd64")
    }
    return newest
  }

  private func member(_ package: DebianPackage, _ name: String) -> String {
    let number = package.name.split(separator: "-").dropFirst(2).first ?? ""
    return "usr/lib/debian-installer/images/\(number)/amd64/text/debian-installer/amd64/\(name)"
  }

  private func fetch(_ package: DebianPackage, _ member: String) async throws -> CachedSource {
    try await host.downloader(cacheFolder).fetch(
      SourceRequest(
        name: "'\(member)'", urls: ["deb:\(package.path)#\(member)"], mirrors: [archive.mirror],
        packageSHA256: package.sha256), progress: nil)
  }

  private func refuse(_ closure: UdebClosure, version: String) throws(FactoryError) {
    if closure.lacksKernelModules {
      throw FactoryError(
        .fetchFailed, "the suite '\(archive.suite)' has no kernel modules for the netboot kernel \(version)",
        hint: "the mirror is between two point releases: try again when the netboot package has followed")
    }
    guard closure.unresolved.isEmpty else {
      throw FactoryError(
        .fetchFailed, "the suite '\(archive.suite)' lacks components that others depend on", details: closure.unresolved
      )
    }
  }
}

/// The stanzas of the netboot packages in an index of 60,000 packages, so that only they are parsed.
private enum NetbootStanzas {
  static func only(_ text: String) -> String {
    text.components(separatedBy: "\n\n").filter { stanza in
      guard stanza.hasPrefix("Package: debian-installer-") else { return false }
      return stanza.prefix { $0 != "\n" }.hasSuffix("-netboot-amd64")
    }.joined(separator: "\n\n")
  }
}
