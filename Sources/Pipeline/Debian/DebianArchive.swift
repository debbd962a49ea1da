import Foundation
import HostSystem
package import Installers
package import Model
package import SystemPackage

/// A suite of a Debian archive, trusted from its signature down: InRelease → digests → indices and images.
package struct DebianArchive: Sendable {
  /// A netboot image with the digest that the archive's signature vouches for.
  package struct Image: Sendable, Hashable {
    /// Below the mirror's root.
    package let path: String
    package let sha256: String
  }

  /// The suite's present netboot installer.
  package struct NetbootImages: Sendable {
    package let kernel: Image
    package let initrd: Image
    /// What `uname -r` will say in it.
    package let kernelVersion: String
    /// The components that an installation loads.
    package let components: [DebianPackage]
  }

  private static let imagesFolder = "main/installer-amd64/current/images"
  private static let udebIndex = "main/debian-installer/binary-amd64/Packages.xz"

  let mirror: String
  let suite: String
  let host: Host
  private let keyring: FilePath
  /// Whether a Release file past its end is refused.
  private let checksValidity: Bool
  private let downloader: any Downloader

  /// The archive that an image's config names, or another mirror of it; throws ``FactoryError`` when no keyring is named or it cannot
  /// be read.
  package init(mirror: String, suite: String, source: InstallerSource, host: Host, cacheFolder: FilePath) throws {
    let keyring = source.keyring
    guard let keyring, ReadableFile.isReadable(keyring) else {
      throw FactoryError(
        .hostNotReady, "cannot read the archive's keyring '\(keyring?.string ?? "")'",
        hint: "install the package 'debian-archive-keyring', or set 'keyring'")
    }
    self.mirror = mirror
    self.suite = suite
    self.keyring = keyring
    checksValidity = source.checkValidUntil
    self.host = host
    downloader = host.downloader(cacheFolder)
  }

  /// The verified Release file of the suite; throws ``FactoryError``.
  package func release() async throws -> DebianRelease {
    let url = "\(mirror)/dists/\(suite)/InRelease"
    let scratch = try ScratchFolder(under: FilePath(Host.temporaryFolder), prefix: "image-factory-release")
    let check = SignatureCheck(runner: host.runner, scratch: scratch.path)
    let signed = try await signedRelease(url, check)
    let release = try DebianRelease(String(decoding: signed.bytes, as: UTF8.self))
    // The signature is good for every suite of the archive: an older one must not be put in this one's place.
    let names = [release.codename, release.suite].compactMap(\.self)
    guard names.isEmpty || names.contains(suite) else {
      throw FactoryError(
        .fetchFailed, "'\(url)' is signed, but of the suite '\(names[0].printable)' and not of '\(suite)'",
        hint: "try another mirror")
    }
    // An old state of the archive has good signatures too: played back it would hide what was mended since.
    if checksValidity, try release.isExpired(at: host.clock.now) {
      throw FactoryError(
        .fetchFailed,
        "'\(SourceURL.shown(url))' has expired: it was valid until \((release.validUntil ?? "").printable)",
        hint: "try another mirror; an archived release is used with 'check-valid-until = no'")
    }
    return release
  }

  /// `InRelease`, or for a mirror that lacks it `Release` with its detached signature.
  private func signedRelease(_ url: String, _ check: SignatureCheck) async throws -> SignatureCheck.SignedText {
    let limit = ByteSize.mebibytes(4)
    let joined: [UInt8]
    do {
      joined = try await downloader.fetchSmall(url, limit: limit)
    } catch let missing as FactoryError {
      let plain = "\(mirror)/dists/\(suite)/Release"
      guard let text = try? await downloader.fetchSmall(plain, limit: limit),
        let signature = try? await downloader.fetchSmall(plain + ".gpg", limit: limit)
      else { throw missing }
      return try await check.detached(text, signature: signature, name: plain, keyrings: [keyring])
    }
    return try await check.clearsigned(joined, name: url, keyrings: [keyring])
  }

  /// What the signed archive says about its netboot images; nothing large is fetched. Throws ``FactoryError``.
  package func netbootImages() async throws -> NetbootImages {
    let release = try await release()
    let sums = SHA256Sums(
      String(decoding: try await verified("\(DebianArchive.imagesFolder)/SHA256SUMS", in: release), as: UTF8.self))
    func image(_ name: String) throws -> Image {
      let path = "netboot/debian-installer/amd64/\(name)"
      guard let digest = sums[path] else {
        throw FactoryError(.fetchFailed, "the suite '\(suite)' has no '\(path)' among its installer images")
      }
      return Image(path: "dists/\(suite)/\(DebianArchive.imagesFolder)/\(path)", sha256: digest)
    }
    let index = try await udebs(release)
    let version = try newestKernel(in: index)
    let closure = UdebClosure(index: index, kernelVersion: version)
    if closure.lacksKernelModules {
      throw FactoryError(
        .fetchFailed, "the suite '\(suite)' has no kernel modules for its installer's kernel \(version)")
    }
    return NetbootImages(
      kernel: try image("linux"), initrd: try image("initrd.gz"), kernelVersion: version, components: closure.packages)
  }

  /// Looks for images and components on the mirror; throws ``FactoryError`` that names what is missing.
  package func probe(_ images: NetbootImages) async throws {
    let paths = [images.kernel.path, images.initrd.path] + images.components.map(\.path)
    let missing = await missing(paths)
    guard let first = missing.first else { return }
    throw FactoryError(
      .fetchFailed, "the mirror lacks \(missing.count) of \(paths.count) installer files, '\(first)' among them",
      details: missing)
  }

  /// Which of these files below the mirror's root it does not have, in order; a few seconds at most.
  func missing(_ paths: [String]) async -> [String] {
    await MirrorProbe(downloader: downloader).missing(paths, on: mirror)
  }

  /// The index of installer components; throws ``FactoryError``.
  func udebs(_ release: DebianRelease) async throws -> DebianPackagesIndex {
    try DebianPackagesIndex(try await unpackedIndex(DebianArchive.udebIndex, in: release).text)
  }

  /// A compressed index of the suite: unpacked text, and the verified file in the cache.
  func unpackedIndex(
    _ path: String, in release: DebianRelease
  ) async throws -> (text: String, file: FilePath, sha256: String) {
    guard let file = release.files[path] else {
      throw FactoryError(.fetchFailed, "the suite '\(suite)' has no '\(path)'")
    }
    let source = try await downloader.fetch(
      SourceRequest(name: "the index '\(path)'", urls: ["\(mirror)/dists/\(suite)/\(path)"], sha256: file.sha256),
      progress: nil)
    let scratch = try ScratchFolder(under: FilePath(Host.temporaryFolder), prefix: "image-factory-index")
    let text = try await Unpacking.xz(source.path, in: scratch.path, runner: host.runner)
    return (text, source.path, file.sha256)
  }

  private func verified(_ path: String, in release: DebianRelease) async throws -> [UInt8] {
    guard let file = release.files[path] else {
      throw FactoryError(.fetchFailed, "the suite '\(suite)' has no '\(path)'")
    }
    let source = try await downloader.fetch(
      SourceRequest(name: "'\(path)'", urls: ["\(mirror)/dists/\(suite)/\(path)"], sha256: file.sha256), progress: nil)
    return try AtomicFile.read(source.path, limit: 16 << 20)
  }

  /// An index may still have the modules of the kernel before; the images are always of the newest.
  func newestKernel(in index: DebianPackagesIndex) throws -> String {
    let kernels = index.packages.filter { $0.name.hasPrefix("kernel-image-") }.compactMap(\.kernelVersion)
      .filter { !$0.contains("rt-") }
    guard let newest = kernels.max(by: { $0.compare($1, options: .numeric) == .orderedAscending }) else {
      throw FactoryError(.fetchFailed, "the suite '\(suite)' names no installer kernel")
    }
    return newest
  }
}
