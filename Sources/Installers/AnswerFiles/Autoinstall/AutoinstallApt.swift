import Model
import SystemPackage

/// Where packages come from: the mirror, its components and suites, further repositories, the build's proxy.
///
/// The section is curtin's own except for the choice of the mirror; what subiquity does not know it passes on. (subiquity,
/// models/mirror.py; curtin, commands/apt_config.py)
struct AutoinstallApt {
  let section: YAMLNode

  init(_ request: RenderRequest, _ release: AutoinstallRelease) throws {
    let archive = request.answers.archive
    guard let mirror = MirrorURL(archive.mirror) else {
      throw request.problem(
        "mirror", "'\(archive.mirror.printable)' is no http or https URL",
        hint: "for example 'http://archive.ubuntu.com/ubuntu'")
    }
    let security = try archive.securityMirror.map { address in
      guard let url = MirrorURL(address) else {
        throw request.problem("security-mirror", "'\(address.printable)' is no http or https URL")
      }
      return url.text
    }
    var entries: [YAMLNode.Entry] = [.init("preserve_sources_list", .boolean(false)), .init("geoip", .boolean(false))]
    entries += Self.mirror(mirror.text, release)
    // Every mirror of Ubuntu has the security updates as well; security.ubuntu.com would be an address nobody named.
    entries.append(.init("security", Self.address(security ?? mirror.text)))
    entries.append(.init("disable_components", .strings(try Self.disabled(request))))
    if !archive.updates { entries.append(.init("disable_suites", .strings(["updates", "security"]))) }
    if !request.answers.recommends { entries.append(.init("conf", .string("APT::Install-Recommends \"false\";\n"))) }
    if let host = try Self.proxyHost(request) { entries.append(.init("http_proxy", .string("http://\(host)/"))) }
    let sources = try archive.repositories.map { try Self.source($0, request) }
    if !sources.isEmpty { entries.append(.init("sources", .map(sources))) }
    section = .map(entries)
  }

  /// Host and port of the build's proxy; nil: there is none. The port may be a word that stands for one.
  static func proxyHost(_ request: RenderRequest) throws -> String? {
    guard let proxy = request.proxy else { return nil }
    var host = proxy.hasPrefix("http://") ? proxy.dropFirst("http://".count) : ""
    if host.hasSuffix("/") { host.removeLast() }
    guard AnswerGrammar.matches(String(host), AnswerGrammar.alphanumerics + "-.:[]") else {
      throw request.problem("depot", "'\(proxy.printable)' is no address of a proxy")
    }
    return String(host)
  }

  private static func address(_ url: String) -> YAMLNode {
    .list([.map([.init("arches", .strings(["default"])), .init("uri", .string(url))])])
  }

  /// A mirror that fails ends the installation, instead of an image with what is on the medium.
  private static func mirror(_ url: String, _ release: AutoinstallRelease) -> [YAMLNode.Entry] {
    guard release.hasMirrorSelection else { return [.init("primary", address(url))] }
    let primary = YAMLNode.list([.map([.init("uri", .string(url))])])
    return [.init("mirror-selection", .map([.init("primary", primary)])), .init("fallback", .string("abort"))]
  }

  private static func disabled(_ request: RenderRequest) throws -> [String] {
    let optional = ["restricted", "universe", "multiverse"]
    let asked = request.answers.archive.components
    guard asked.first == "main" else {
      throw request.problem("components", "the first component must be 'main'")
    }
    for name in asked.dropFirst() where !optional.contains(name) {
      throw request.problem(
        "components", "'\(name.printable)' is no component of Ubuntu",
        hint: "one of 'restricted', 'universe', 'multiverse'")
    }
    return optional.filter { !asked.contains($0) }
  }

  private static func source(_ repository: Repository, _ request: RenderRequest) throws -> YAMLNode.Entry {
    let setting = "repository:\(repository.name)"
    let plain = AnswerGrammar.alphanumerics + "-_."
    let words = repository.source.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count >= 2, MirrorURL(words[0]) != nil,
      words.dropFirst().allSatisfy({ AnswerGrammar.matches($0, plain + "/") }),
      words.count >= 3 || words[1].hasSuffix("/")
    else {
      throw request.problem(
        setting, "'\(repository.source.printable)' is no package source",
        hint: "write it as 'http://host/ubuntu suite component'")
    }
    // The name is that of a file, of which apt reads only some.
    guard AnswerGrammar.matches(repository.name, plain, first: AnswerGrammar.alphanumerics, upTo: 64) else {
      throw request.problem(setting, "'\(repository.name.printable)' is no name for a repository")
    }
    var entry: [YAMLNode.Entry] = [.init("source", .string("deb " + repository.source))]
    if let key = repository.key {
      guard let text = OpenPGPArmor.armored(try request.readFile(key)) else {
        throw request.problem(setting, "'\(key.string.printable)' is no OpenPGP key")
      }
      entry.append(.init("key", .string(text)))
    }
    return .init("\(repository.name).list", .map(entry))
  }
}
