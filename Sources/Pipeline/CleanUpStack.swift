import Model
import Synchronization

/// The registered undo steps of a build, run last-in first-out; steps are values, so a crash between two of them loses none.
package final class CleanUpStack: Sendable {
  /// When a step is run.
  package enum Occasion: Sendable {
    /// At the end of every build: processes to end, scratch files.
    case always
    /// Only when the build does not succeed.
    case failure
  }

  private struct Step: Sendable {
    let occasion: Occasion
    let what: String
    let byHand: String
    let action: @Sendable () async throws -> Void
  }

  private let steps = Mutex<[Step]>([])

  package init() {}

  /// Registers a step, before the thing that it undoes is done.
  ///
  /// `what` reads on after "cannot": `remove the domain 'x'`. `byHand` is the command a person types when the step fails.
  package func register(
    _ occasion: Occasion, _ what: String, byHand: String, _ action: @escaping @Sendable () async throws -> Void
  ) {
    steps.withLock { $0.append(Step(occasion: occasion, what: what, byHand: byHand, action: action)) }
  }

  /// Forgets the steps for failures: what has been made so far is to stay, whatever happens from now on.
  package func keepWhatIsThere() {
    steps.withLock { steps in steps.removeAll { $0.occasion == .failure } }
  }

  /// Runs and forgets all steps of the occasion; a failing one becomes a sentence in the result and stops nothing.
  package func unwind(succeeded: Bool) async -> [String] {
    var leftovers: [String] = []
    while let step = steps.withLock({ $0.popLast() }) {
      if succeeded, step.occasion == .failure { continue }
      do {
        try await step.action()
      } catch {
        leftovers.append("cannot \(step.what): \(describe(error)); by hand: \(step.byHand)")
      }
    }
    return leftovers
  }
}

/// An error in one line for a person.
package func describe(_ error: any Error) -> String {
  (error as? FactoryError)?.message ?? String(describing: error)
}
