/// A bound on the whole time of something that can be cancelled.
enum Deadline {
  /// The time was up.
  struct Passed: Error {}

  /// Runs `body`, which is cancelled after `limit`; then throws ``Passed``.
  static func run<Result: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      guard let first = try await group.next(), let result = first else { throw Passed() }
      return result
    }
  }
}
