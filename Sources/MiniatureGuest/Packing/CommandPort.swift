package import Model

/// Runs a child process to its end and throws when it fails: this room's only way to a process, given by its caller.
package typealias CommandPort = @Sendable (Command) async throws -> Void
