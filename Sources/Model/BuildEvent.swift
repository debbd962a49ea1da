/// Something that happened during a build, as observers get it: the terminal draws it, a file keeps it.
public struct BuildEvent: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable {
    case buildStarted
    case stageStarted
    /// A step within the stage, in words.
    case step
    /// A line of a child process or of the guest.
    case line
    /// How far the stage is.
    case progress
    case warning
    case stageFinished
    case buildFinished
  }

  /// Seconds since the build started.
  public var elapsed: Double
  public var kind: Kind
  public var stage: String?
  public var text: String?
  /// 0 to 1 within the stage.
  public var fraction: Double?
  /// How long the stage or build is expected to take in all; seconds.
  public var expected: Double?
  /// Only in `stageFinished` and `buildFinished`.
  public var succeeded: Bool?

  public init(
    elapsed: Double, kind: Kind, stage: String? = nil, text: String? = nil, fraction: Double? = nil,
    expected: Double? = nil, succeeded: Bool? = nil
  ) {
    self.elapsed = elapsed
    self.kind = kind
    self.stage = stage
    self.text = text
    self.fraction = fraction
    self.expected = expected
    self.succeeded = succeeded
  }
}
