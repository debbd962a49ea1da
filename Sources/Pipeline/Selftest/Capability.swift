import Model

/// One thing that a machine needs to build images, looked at by the self-test.
package struct Capability: Sendable, Codable {
  package enum State: String, Sendable, Codable {
    case ok
    case missing
    case note
  }

  package var name: String
  package var state: State
  /// What was found.
  package var detail: String
  /// What to do when it is missing.
  package var hint: String?
  /// How long looking took.
  package var seconds: Double
}
