package import Model
package import SystemPackage

/// The port to everything that is fetched from elsewhere.
package protocol Downloader: Sendable {
  /// Brings one file into the cache and verifies it; throws ``Model/FactoryError`` (exit status 5) and `CancellationError`.
  func fetch(
    _ request: SourceRequest, progress: (@Sendable (FetchProgress) -> Void)?
  ) async throws -> CachedSource

  /// The bytes of a small file (a Release file, a list of digests): `http:`, `https:`, `file:` or a path; never cached.
  ///
  /// Throws ``Model/FactoryError`` (exit status 5), also when it is longer than `limit`.
  func fetchSmall(_ url: String, limit: ByteSize) async throws -> [UInt8]

  /// Asks for each of `urls` whether it is there, `concurrency` at a time; what is not known at `deadline` is unreachable.
  func probe(_ urls: [String], concurrency: Int, deadline: Duration) async -> [String: ProbeResult]
}

/// A file to fetch.
package struct SourceRequest: Sendable, Hashable {
  /// When a cached copy is good enough without asking.
  package enum Refresh: Sendable, Hashable {
    /// A copy with the wanted digest needs no question; without a digest one conditional request.
    case ifChanged
    /// Fetched again, whatever is there.
    case always
    /// Any copy that was good once; fetched only when there is none.
    case never
  }

  /// What errors call it: `the kernel of 'debian-13'`.
  package var name: String
  /// Alternatives, the preferred one first: a path, `file:`, `http:`, `https:`, `rsync:`, `deb:PATH-IN-POOL#MEMBER` or
  /// `iso:PATH-IN-IMAGE`.
  package var urls: [String]
  /// For `deb:` sources: base URLs of mirrors, the preferred one first.
  package var mirrors: [String]
  /// The digest of the file itself, 64 hexadecimal digits; nil when nobody knows it.
  package var sha256: String?
  /// The file's SHA-512, 128 hexadecimal digits, where that is what is known of it.
  package var sha512: String?
  /// The digest of the Debian package around it.
  package var packageSHA256: String?
  /// For `iso:` sources: the image, fetched before.
  package var image: CachedSource?
  /// When a cached copy will do.
  package var refresh: Refresh
  /// Whether an older good copy will do when no alternative can be reached and no digest is known.
  package var allowsStale: Bool
  /// For the whole, all alternatives and pauses together.
  package var timeLimit: Duration
  /// No file is longer than this.
  package var sizeLimit: ByteSize

  /// A request; digests may be in upper case.
  package init(
    name: String, urls: [String], mirrors: [String] = [], sha256: String? = nil, packageSHA256: String? = nil,
    refresh: Refresh = .ifChanged, allowsStale: Bool = false, timeLimit: Duration = .seconds(1800),
    sizeLimit: ByteSize = .gibibytes(16)
  ) {
    self.name = name
    self.urls = urls
    self.mirrors = mirrors
    self.sha256 = sha256?.lowercased()
    self.packageSHA256 = packageSHA256?.lowercased()
    self.refresh = refresh
    self.allowsStale = allowsStale
    self.timeLimit = timeLimit
    self.sizeLimit = sizeLimit
  }

  /// The request for one file of a plan.
  package init(_ plan: FetchPlan, name: String) {
    self.init(
      name: name, urls: plan.sources, mirrors: plan.mirrors, sha256: plan.sha256, packageSHA256: plan.packageSHA256,
      timeLimit: .seconds(plan.timeLimitSeconds))
    sha512 = plan.sha512?.lowercased()
  }
}

extension SourceRequest {
  /// What is wrong with a file by the SHA-512 that it must have; nil: nothing, or none is known.
  func sha512Problem(of path: FilePath) throws -> String? {
    guard let wanted = sha512 else { return nil }
    let digest = try SourceDigest.sha512(path)
    return digest == wanted ? nil : "wrong digest: SHA-512 is \(digest), wanted \(wanted)"
  }
}

/// A verified file, ready to be read.
package struct CachedSource: Sendable, Hashable {
  /// In the cache, or the user's own file for a path; never to be written to.
  package var path: FilePath
  /// The digest of what is at ``path``, computed for this request or when it was fetched.
  package var sha256: String
  /// The length of the file.
  package var size: ByteSize
  /// The alternative that gave it, without a password.
  package var source: String
  /// Over the network, for this request.
  package var bytesFetched: Int64
  /// Whether no new contents had to be fetched.
  package var fromCache: Bool
  /// Whether nobody could be asked if it is still the present one.
  package var isStale: Bool

  /// A result as a fake downloader makes it.
  package init(
    path: FilePath, sha256: String, size: ByteSize, source: String, bytesFetched: Int64, fromCache: Bool,
    isStale: Bool = false
  ) {
    self.path = path
    self.sha256 = sha256
    self.size = size
    self.source = source
    self.bytesFetched = bytesFetched
    self.fromCache = fromCache
    self.isStale = isStale
  }
}

/// How far a download is; reported at most ten times a second.
package struct FetchProgress: Sendable, Hashable {
  /// Without a password.
  package var source: String
  /// Bytes of the file that are here, those kept from before included.
  package var received: Int64
  /// Nil when the server does not say.
  package var total: Int64?

  /// A report as a fake downloader makes it.
  package init(source: String, received: Int64, total: Int64?) {
    self.source = source
    self.received = received
    self.total = total
  }
}

/// Whether a file is there.
package enum ProbeResult: Sendable, Hashable {
  /// It is; its size when the server says so.
  case ok(size: Int64?)
  /// The server answered and does not have it (an HTTP status 4xx; 404 for local files).
  case missing(status: Int)
  /// Nobody answered, or not in time.
  case unreachable(reason: String)
}
