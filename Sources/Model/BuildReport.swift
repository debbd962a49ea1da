/// What happened: the result of a build, for people as text and for machines as JSON.
public struct BuildReport: Sendable, Codable {
  public var image: String
  public var baseName: String
  /// ISO 8601 with time zone.
  public var started: String
  public var seconds: Double
  public var status: ExitStatus
  public var error: ReportedError?
  public var stages: [StageReport]
  public var artifacts: [ArtifactReport]
  public var fetched: [FetchedFile]
  public var uploads: [UploadReport]
  public var warnings: [String]
  /// What could not be removed, with the command that removes it.
  public var leftovers: [String]
  public var notes: [String]

  public init(image: String, baseName: String, started: String, notes: [String]) {
    self.image = image
    self.baseName = baseName
    self.started = started
    self.notes = notes
    seconds = 0
    status = .done
    error = nil
    stages = []
    artifacts = []
    fetched = []
    uploads = []
    warnings = []
    leftovers = []
  }
}

/// The error a build ended with.
public struct ReportedError: Sendable, Codable {
  public var message: String
  public var hint: String?
  public var details: [String]

  public init(_ error: FactoryError) {
    message = error.message
    hint = error.hint
    details = error.details
  }
}

/// One stage's part of the report.
public struct StageReport: Sendable, Codable {
  public enum State: String, Sendable, Codable {
    case done
    case failed
    case skipped
  }

  public var name: String
  public var state: State
  public var seconds: Double
  /// What the stage found or did, in a few words each.
  public var facts: [String]

  public init(name: String, state: State, seconds: Double, facts: [String] = []) {
    self.name = name
    self.state = state
    self.seconds = seconds
    self.facts = facts
  }
}

/// One finished file.
public struct ArtifactReport: Sendable, Codable {
  public var path: String
  public var format: String
  /// As `ls -l` shows it.
  public var size: ByteSize
  /// As `du` shows it.
  public var allocated: ByteSize
  public var sha256: String
  /// When it was asked for.
  public var sha512: String?
  /// The length of the disk in it.
  public var uncompressed: ByteSize?
  /// The detached signature of its checksum file.
  public var signature: String?

  public init(path: String, format: String, size: ByteSize, allocated: ByteSize, sha256: String) {
    self.path = path
    self.format = format
    self.size = size
    self.allocated = allocated
    self.sha256 = sha256
  }
}

/// One file that the build needed from elsewhere.
public struct FetchedFile: Sendable, Codable {
  public var source: String
  public var sha256: String
  /// How the digest came to be trusted.
  public var trust: String
  /// Over the network, in this build.
  public var bytesFetched: Int64

  public init(source: String, sha256: String, trust: String, bytesFetched: Int64) {
    self.source = source
    self.sha256 = sha256
    self.trust = trust
    self.bytesFetched = bytesFetched
  }
}

/// What became of one upload destination.
public struct UploadReport: Sendable, Codable {
  public var destination: String
  public var target: String
  public var succeeded: Bool
  public var message: String

  public init(destination: String, target: String, succeeded: Bool, message: String) {
    self.destination = destination
    self.target = target
    self.succeeded = succeeded
    self.message = message
  }
}
