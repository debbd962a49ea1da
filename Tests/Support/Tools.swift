import Foundation
package import Testing

/// The tools of the machine that the tests run on.
package enum Tools {
  private static let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

  /// The path of a tool, looked for where root's tools are as well; nil when it is not installed.
  package static func path(_ name: String) -> String? {
    folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Whether a missing tool is a failure, as in CI, and not a reason to skip.
  package static var areRequired: Bool { ProcessInfo.processInfo.environment["REQUIRE_TOOLS"] == "1" }
}

extension Trait where Self == ConditionTrait {
  /// Skips, naming what is missing; with `REQUIRE_TOOLS=1` the test runs all the same and fails.
  package static func needs(_ tools: String...) -> Self {
    let missing = tools.filter { Tools.path($0) == nil }
    return .enabled(if: missing.isEmpty || Tools.areRequired, "not installed: \(missing.joined(separator: ", "))")
  }
}
