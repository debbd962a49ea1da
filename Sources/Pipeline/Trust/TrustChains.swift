package import Model

/// The shelf of trust chains: one line per kind. To add one: a file in `Kinds/`, and its line here.
package enum TrustChains {
  /// All kinds, in the order people are shown them.
  package static let all: [any TrustChain.Type] = [
    DebianArchiveChain.self,
    TreeInfoChain.self,
    SuseChecksumsChain.self,
    SHA256SumsChain.self,
    ClearSignedChain.self,
    ConfiguredDigests.self,
  ]

  /// The names of all kinds.
  package static var names: [String] { all.map { $0.name } }

  /// The chain with that name; throws a `FactoryError` when there is none.
  package static func chain(for source: InstallerSource) throws(FactoryError) -> any TrustChain {
    if let kind = all.first(where: { $0.name == source.trust }) { return kind.init() }
    throw FactoryError(
      .configInvalid, "unknown trust chain '\(source.trust.printable)'", hint: "known: \(names.joined(separator: ", "))"
    )
  }
}
