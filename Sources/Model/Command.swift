public import SystemPackage

/// A child process to run: a value that is built by a pure function, tested as an argv, and run in one line.
public struct Command: Sendable, Hashable, Codable {
  /// One argument; a secret one is masked wherever the command is shown.
  public enum Argument: Sendable, Hashable, Codable, ExpressibleByStringInterpolation {
    case plain(String)
    case secret(Secret)

    public init(stringLiteral value: String) { self = .plain(value) }

    /// What the child receives.
    public var value: String {
      switch self {
      case .plain(let text): text
      case .secret(let secret): secret.reveal()
      }
    }

    /// What a log may show.
    public var shown: String {
      switch self {
      case .plain(let text): text
      case .secret: Secret.mask
      }
    }
  }

  /// A name looked up in `PATH`, or a path.
  public var tool: String
  public var arguments: [Argument]
  /// Added to the small environment that every child gets (`PATH`, `HOME`, `LANG=C.UTF-8` and few more).
  public var environment: [String: String]
  /// The working folder; nil: the one of this process.
  public var folder: FilePath?
  /// The child is ended after this long; nil: no limit of its own.
  public var timeLimit: Duration?
  /// What it is for, as in "cannot PURPOSE": `create the disk of 'debian-12'`.
  public var purpose: String

  public init(
    _ tool: String, _ arguments: [String] = [], environment: [String: String] = [:],
    folder: FilePath? = nil, timeLimit: Duration? = nil, purpose: String
  ) {
    self.init(
      tool, arguments: arguments.map { .plain($0) }, environment: environment, folder: folder,
      timeLimit: timeLimit, purpose: purpose)
  }

  public init(
    _ tool: String, arguments: [Argument], environment: [String: String] = [:],
    folder: FilePath? = nil, timeLimit: Duration? = nil, purpose: String
  ) {
    self.tool = tool
    self.arguments = arguments
    self.environment = environment
    self.folder = folder
    self.timeLimit = timeLimit
    self.purpose = purpose
  }

  /// Tool and arguments as the child receives them.
  public var argv: [String] { [tool] + arguments.map(\.value) }

  /// The command line ready to paste, secrets masked.
  public var shown: String { ShellWords.join([tool] + arguments.map(\.shown)) }
}
