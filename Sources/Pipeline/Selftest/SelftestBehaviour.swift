package import MiniatureGuest
package import Model

/// The names of the miniature's behaviours, for the command line.
package enum SelftestBehaviour {
  package static let names = MiniatureBehaviour.allCases.map(\.rawValue).joined(separator: ", ")

  /// The behaviour of this name; throws a usage error.
  package static func named(_ name: String) throws(FactoryError) -> MiniatureBehaviour {
    if let behaviour = MiniatureBehaviour(rawValue: name) { return behaviour }
    throw FactoryError(.usage, "unknown behaviour '\(name)'", hint: "known: \(names)")
  }
}
