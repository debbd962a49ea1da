import Foundation
import Model

/// Errors and findings as people read them, and as objects with `--json`.
enum Complaint {
  static let program = "image-factory"

  /// Prints an error with its findings, details and hint; returns what the process exits with.
  static func report(_ error: FactoryError, json: Bool) -> ExitStatus {
    if json {
      for finding in error.findings { Console.err(object(finding)) }
      Console.err(object(error))
      return error.status
    }
    for finding in error.findings { report(finding) }
    Console.err(prefix(error.location) + "error: " + error.message)
    for line in error.details { Console.err("    " + line) }
    if let hint = error.hint { Console.err("\(program): hint: \(hint)") }
    return error.status
  }

  /// Prints one finding as `image-factory: FILE:LINE: error: …`.
  static func report(_ finding: Finding) {
    Console.err(prefix(finding.location) + "\(finding.severity.rawValue): \(finding.message)")
    if let hint = finding.hint { Console.err("\(program): hint: \(hint)") }
  }

  static func report(_ findings: [Finding], json: Bool) {
    for finding in findings {
      if json { Console.err(object(finding)) } else { report(finding) }
    }
  }

  private static func prefix(_ location: SourceLocation?) -> String {
    location.map { "\(program): \($0): " } ?? "\(program): "
  }

  private struct ErrorObject: Encodable {
    var severity = "error"
    var status: Int32
    var message: String
    var hint: String?
    var details: [String]
  }

  private struct FindingObject: Encodable {
    var severity: String
    var status: Int32
    var file: String?
    var line: Int?
    var column: Int?
    var message: String
    var hint: String?
  }

  private static func object(_ error: FactoryError) -> String {
    EncodedJSON.line(
      ErrorObject(
        status: error.status.rawValue, message: error.message, hint: error.hint, details: error.details))
  }

  private static func object(_ finding: Finding) -> String {
    EncodedJSON.line(
      FindingObject(
        severity: finding.severity.rawValue, status: finding.status.rawValue, file: finding.location?.file,
        line: finding.location?.line, column: finding.location?.column, message: finding.message, hint: finding.hint))
  }
}
