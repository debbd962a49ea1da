import Foundation
import HostSystem
import Model
import Settings
import SystemPackage
import Testing

@testable import Pipeline

/// The shipped configuration as tests load it: no file of this host or user is read.
enum Shipped {
  /// The folder with Package.swift.
  static let root: FilePath = {
    var folder = FilePath(#filePath).removingLastComponent()
    while !folder.appending("Package.swift").exists, folder.components.count > 1 { folder.removeLastComponent() }
    return folder
  }()

  static let configs = root.appending("configs")

  /// The folder of reference material, beside the package; nil when it is not there.
  static let shared: FilePath? = {
    let named = ChildEnvironment.current()["IMAGE_FACTORY_SHARED"].map { FilePath($0) }
    let folder = named ?? root.removingLastComponent().appending("shared")
    return folder.appending("validators").exists ? folder : nil
  }()

  /// The folder with the programs of the Python oracles; nil when the set-up has not made it.
  static let oracles: FilePath? = {
    let named = ChildEnvironment.current()["IMAGE_FACTORY_ORACLES"].map { FilePath($0) }
    let folder = named ?? root.appending(".build/oracles/venv/bin")
    return folder.appending("python3").exists ? folder : nil
  }()

  static func load(_ configs: FilePath = configs, _ overrides: [String: String] = [:]) throws -> LoadedConfig {
    let nothing = try ScratchFolder(under: "/tmp", prefix: "no-config")
    let file = nothing.path.appending("empty.conf")
    try AtomicFile.write("", to: file)
    var request = LoaderRequest(host: .current(), kinds: Kinds.known)
    request.configFiles = [file]
    request.configsFolder = configs
    request.overrides = overrides.sorted { $0.key < $1.key }.map {
      Override(key: $0.key, value: $0.value, origin: "a test")
    }
    return ConfigLoader.load(request)
  }

  static let images: [String] = ((try? load())?.images ?? []).sorted()

  /// The config of a shipped image; its findings are failures.
  static func config(_ image: String) throws -> ImageConfig {
    let (config, findings) = try load().config(for: image)
    return try #require(config, "\(findings.map(\.message))")
  }
}

/// A mirror where every file is there, no byte is fetched, and a tree's list of digests is as its config wants it.
struct EmptyMirror: Downloader {
  let config: ImageConfig

  func fetch(
    _ request: SourceRequest, progress: (@Sendable (FetchProgress) -> Void)?
  ) async throws -> CachedSource {
    throw FactoryError(.fetchFailed, "planning fetched \(request.name)")
  }

  func fetchSmall(_ url: String, limit: ByteSize) async throws -> [UInt8] {
    guard url.hasSuffix("/.treeinfo") else { throw FactoryError(.fetchFailed, "planning fetched '\(url)'") }
    let digest = String(repeating: "ab", count: 32)
    let paths = [config.source.kernelPath, config.source.initrdPath, config.source.stage2Path].compactMap(\.self)
    return Array(("[checksums]\n" + paths.map { "\($0) = sha256:\(digest)\n" }.joined()).utf8)
  }

  func probe(_ urls: [String], concurrency: Int, deadline: Duration) async -> [String: ProbeResult] {
    Dictionary(urls.map { ($0, .ok(size: nil)) }, uniquingKeysWith: { $1 })
  }

  /// What planning an image finds, with every signature left out of the question; nothing is asked of the network.
  static func plan(_ config: ImageConfig, _ test: TestHost) async throws -> Planner.Result {
    var config = config
    config.disk.outputFolder = test.output
    config.machine.accelerator = .tcg
    config.source.cacheFolder = test.folder.appending("cache")
    if config.source.trust != "treeinfo" { config.source.trust = "none" }
    // Without a signed list there is nothing to look a pattern up in.
    config.source.imagePath = config.source.imagePath?.replacing("*", with: "")
    if config.source.kernelPath == nil, config.source.kernel.isEmpty {
      config.source.kernel = [try test.write("installer/linux", "a kernel").string]
      config.source.initrd = [try test.write("installer/initrd", "an initrd").string]
    }
    var host = test.host
    let planned = config
    host.downloader = { _ in EmptyMirror(config: planned) }
    return await Planner(host: host, shippedFolder: Shipped.configs).plan(config, hookEnvironment: [:])
  }
}
