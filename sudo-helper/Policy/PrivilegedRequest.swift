/// One call of the helper: an operation, and whether it is only tried.
package struct PrivilegedRequest: Sendable, Hashable {
  /// Everything is checked and nothing is done; an argument, so that no variable of the caller's environment is needed.
  package var dryRun: Bool
  package var operation: PrivilegedOperation

  /// A request.
  package init(_ operation: PrivilegedOperation, dryRun: Bool = false) {
    self.operation = operation
    self.dryRun = dryRun
  }

  /// The words behind the program's name.
  package var words: [String] { (dryRun ? ["--dry-run"] : []) + operation.words }

  /// More words than any request has.
  package static let mostWords = 1024

  /// Reads the words behind the program's name; throws ``Refusal``. Nothing that is not exactly a request is accepted.
  package init(words: [String]) throws {
    guard words.count <= PrivilegedRequest.mostWords else { throw Refusal("there are too many arguments") }
    var rest = words[...]
    dryRun = rest.first == "--dry-run"
    if dryRun { rest = rest.dropFirst() }
    operation = try PrivilegedOperation(words: rest)
  }
}
