/// What the process reports to its caller; the one list for code, `--help` and the man page.
public enum ExitStatus: Int32, Sendable, CaseIterable, Codable {
  case done = 0
  case unexpected = 1
  case usage = 2
  case configInvalid = 3
  case hostNotReady = 4
  case fetchFailed = 5
  case installationFailed = 6
  case processingFailed = 7
  case publishingIncomplete = 8
  case interrupted = 130
  case terminated = 143

  /// The meaning in a few words, as `--help` and the manual print it.
  public var meaning: String {
    switch self {
    case .done: "done"
    case .unexpected: "unexpected error"
    case .usage: "usage error"
    case .configInvalid: "configuration invalid"
    case .hostNotReady: "host not ready (tool, space, permission, destination)"
    case .fetchFailed: "fetching or verifying a source failed"
    case .installationFailed: "installation failed or timed out"
    case .processingFailed: "image processing failed"
    case .publishingIncomplete: "image built, publishing incomplete"
    case .interrupted: "interrupted (SIGINT)"
    case .terminated: "terminated (SIGTERM)"
    }
  }
}
