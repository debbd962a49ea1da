public import SystemPackage

/// Everything an unattended installer has to be told, in no installer's language.
///
/// Each answer-file format renders this; what a format cannot say is an error that names the setting and the format.
public struct InstallAnswers: Sendable, Hashable, Codable {
  public var locale = "en_US.UTF-8"
  /// An X keyboard layout with an optional variant: `us`, `de`, `de nodeadkeys`.
  public var keymap = "us"
  public var timeZone = "Etc/UTC"
  /// Time servers; empty: the distribution's own; nil: no time synchronisation is asked for.
  public var timeServers: [String]? = []
  public var hostname = "localhost"
  public var domain = ""
  public var root = RootAccess.locked
  /// Yields root's password while `root` has no hash; planning replaces it by one.
  public var rootPassword: PasswordSource?
  public var users: [UserAccount] = []
  /// Where packages come from.
  public var archive = PackageArchive()
  public var packages: [String] = []
  public var excludedPackages: [String] = []
  /// Debian tasks, Kickstart groups, openSUSE patterns.
  public var groups: [String] = []
  /// Whether recommended (weak) dependencies are installed.
  public var recommends = true
  public var services = ServiceStates()
  public var firewall: Firewall?
  public var selinux: SELinux?
  /// Kernel arguments of the *installed* system.
  public var kernelArguments: [String] = []
  public var disk = DiskLayout()
  public var files: [PlacedFile] = []
  public var scripts: [InstallScript] = []
  public var ostree: OSTreeSource?

  public init() {}
}

/// How root gets in.
public enum RootAccess: Sendable, Hashable, Codable {
  /// No password opens the account.
  case locked
  /// A crypt(5) hash.
  case passwordHash(Secret)
}

/// A person's or service's account.
public struct UserAccount: Sendable, Hashable, Codable {
  public var name: String
  public var fullName = ""
  public var uid: Int?
  public var groups: [String] = []
  public var shell: String?
  /// A crypt(5) hash; nil: no password opens the account.
  public var passwordHash: Secret?
  /// Yields the password while there is no hash; planning replaces it by one.
  public var password: PasswordSource?
  /// Lines of `authorized_keys`.
  public var sshKeys: [String] = []
  /// May become root by sudo without a password.
  public var sudo = false

  public init(name: String) { self.name = name }
}

/// The distribution's package archive and further repositories.
public struct PackageArchive: Sendable, Hashable, Codable {
  /// The first mirror; an `http:` or `https:` URL without a trailing slash.
  public var mirror = ""
  /// The mirror of security updates; nil: the release has none.
  public var securityMirror: String?
  /// Further repositories of updates, where a distribution has several; URLs without a trailing slash.
  public var updateMirrors: [String] = []
  /// `trixie`, or what the distribution calls a release.
  public var suite = ""
  public var components: [String] = ["main"]
  public var updates = true
  public var repositories: [Repository] = []

  public init() {}
}

/// One further package repository of the finished system.
public struct Repository: Sendable, Hashable, Codable {
  public var name: String
  /// A URL; for Debian a whole one-line entry without `deb` (`http://host/debian suite main`).
  public var source: String
  /// The signing key, a file on the host; nil: the distribution's own keys.
  public var key: FilePath?

  public init(name: String, source: String, key: FilePath?) {
    self.name = name
    self.source = source
    self.key = key
  }
}

/// Which services the finished system starts.
public struct ServiceStates: Sendable, Hashable, Codable {
  public var enabled: [String] = []
  public var disabled: [String] = []
  public var masked: [String] = []

  public init() {}
}

/// The finished system's packet filter.
public struct Firewall: Sendable, Hashable, Codable {
  public var enabled: Bool
  /// `22/tcp`, or a service name the distribution knows.
  public var open: [String]

  public init(enabled: Bool, open: [String]) {
    self.enabled = enabled
    self.open = open
  }
}

/// The finished system's SELinux mode.
public enum SELinux: String, Sendable, Hashable, Codable, CaseIterable {
  case enforcing
  case permissive
  case disabled
}

/// An OSTree remote and the ref to deploy.
public struct OSTreeSource: Sendable, Hashable, Codable {
  public var remote: String
  public var url: String
  public var ref: String

  public init(remote: String, url: String, ref: String) {
    self.remote = remote
    self.url = url
    self.ref = ref
  }
}

/// A file put into the finished system.
public struct PlacedFile: Sendable, Hashable, Codable {
  /// Absolute, in the finished system.
  public var path: String
  /// On the host.
  public var source: FilePath
  public var mode: UInt16
  public var owner: String

  public init(path: String, source: FilePath, mode: UInt16 = 0o644, owner: String = "root:root") {
    self.path = path
    self.source = source
    self.mode = mode
    self.owner = owner
  }
}

/// A script that the installer runs.
public struct InstallScript: Sendable, Hashable, Codable {
  public enum Moment: String, Sendable, Hashable, Codable, CaseIterable {
    /// In the installer, before it touches the disk.
    case before
    /// In the finished system, as its last step.
    case after
    /// In the installer, when it gives up.
    case onError = "on-error"
  }

  public var moment: Moment
  /// The script's file on the host.
  public var source: FilePath

  public init(_ moment: Moment, source: FilePath) {
    self.moment = moment
    self.source = source
  }
}
