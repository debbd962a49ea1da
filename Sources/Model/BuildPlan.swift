public import SystemPackage

/// What a build will do, with no decision left in it; it can be printed, stored and compared.
///
/// Secrets are in it only in memory: encoded they are ``Secret/mask``.
public struct BuildPlan: Sendable, Hashable, Codable {
  public var image: String
  public var distribution: String
  public var release: String
  /// The day of the build, `YYYY-MM-DD`, taken once.
  public var date: String
  /// `NAME-YYYY-MM-DD` or, when that is taken, `NAME-YYYY-MM-DD-2` and so on: the start of every artifact's name.
  public var baseName: String
  /// Where artifacts appear, complete or not at all.
  public var outputFolder: FilePath
  /// Scratch files of this build, removed at its end.
  public var workFolder: FilePath
  /// Verified sources, kept from build to build.
  public var cacheFolder: FilePath
  /// Stages by name, in the order they run.
  public var stages: [String]
  public var installer: InstallerPlan
  public var depot: DepotPlan?
  public var answers: AnswerPlan
  public var machine: MachinePlan
  public var limits: InstallLimits
  public var watcher: String
  /// Whether libvirt's daemons may be started for the build.
  public var startLibvirt: Bool
  public var disk: DiskPlan
  public var cleaning: Cleaning
  public var log: LogPlan
  public var publishing: Publishing
  /// Settings as environment variables for hooks, without private values.
  public var hookEnvironment: [String: String]
  /// How long the last successful build of this image took, seconds by stage; empty when there was none.
  public var expectedSeconds: [String: Double]
  /// Decisions worth a person's attention, one sentence each.
  public var notes: [String]

  public init(
    image: String, distribution: String, release: String, date: String, baseName: String, outputFolder: FilePath,
    workFolder: FilePath, cacheFolder: FilePath, stages: [String], installer: InstallerPlan, depot: DepotPlan?,
    answers: AnswerPlan,
    machine: MachinePlan, limits: InstallLimits, watcher: String, startLibvirt: Bool, disk: DiskPlan,
    cleaning: Cleaning, log: LogPlan, publishing: Publishing, hookEnvironment: [String: String],
    expectedSeconds: [String: Double], notes: [String]
  ) {
    self.image = image
    self.distribution = distribution
    self.release = release
    self.date = date
    self.baseName = baseName
    self.outputFolder = outputFolder
    self.workFolder = workFolder
    self.cacheFolder = cacheFolder
    self.stages = stages
    self.installer = installer
    self.depot = depot
    self.answers = answers
    self.machine = machine
    self.limits = limits
    self.watcher = watcher
    self.startLibvirt = startLibvirt
    self.disk = disk
    self.cleaning = cleaning
    self.log = log
    self.publishing = publishing
    self.hookEnvironment = hookEnvironment
    self.expectedSeconds = expectedSeconds
    self.notes = notes
  }
}

/// Which installer boots, and why that one.
public struct InstallerPlan: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Kernel and initrd named by the config.
    case configured
    /// The mirror's present netboot images.
    case current
    /// The pinned installer shipped with the release.
    case pinned
  }

  public var kind: Kind
  public var reason: String
  public var kernel: FetchPlan
  public var initrd: FetchPlan
  /// What the installer loads after its initrd, where the three must be of one compose.
  public var stage2: FetchPlan?
  /// The disc on which the guest gets its second stage; nil: the guest fetches its own.
  public var stage2Disc: InstallerDisc?
  /// The bootable image that kernel and initrd are members of (`iso:PATH`); nil where they are files of their own.
  public var image: FetchPlan?
  /// The list of digests that the files were looked up in; nil where there is none.
  public var listing: ListingPlan?

  public init(kind: Kind, reason: String, kernel: FetchPlan, initrd: FetchPlan) {
    self.kind = kind
    self.reason = reason
    self.kernel = kernel
    self.initrd = initrd
  }
}

/// A disc with one verified file of the installer's.
public struct InstallerDisc: Sendable, Hashable, Codable {
  /// Made in the build's work folder.
  public var path: FilePath
  /// By which the installer finds it.
  public var label: String
  /// The file's place below the disc's root.
  public var member: String

  public init(path: FilePath, label: String, member: String) {
    self.path = path
    self.label = label
    self.member = member
  }
}

/// A list of digests as planning read it: when it is another one later, the mirror has moved on.
public struct ListingPlan: Sendable, Hashable, Codable {
  public var url: String
  /// Digest of the list itself.
  public var sha256: String

  public init(url: String, sha256: String) {
    self.url = url
    self.sha256 = sha256
  }
}

/// One file to fetch: where from, what it must be, where it goes.
public struct FetchPlan: Sendable, Hashable, Codable {
  /// Alternatives, the preferred one first: paths, `file:`, `http:`, `https:`, `rsync:` or `deb:` URLs.
  public var sources: [String]
  /// For `deb:` sources: base URLs of mirrors.
  public var mirrors: [String]
  /// Digest of the file itself; nil for a source that the config names without one, or that is known by its SHA-512.
  public var sha256: String?
  /// The file's SHA-512, where that is what its list of digests has.
  public var sha512: String?
  /// How long the file is, as a mirror said before it was fetched; nil: nobody was asked, or did not say.
  public var size: ByteSize?
  /// Digest of the Debian package around it, for `deb:` sources.
  public var packageSHA256: String?
  /// How the digest came to be trusted: `pin 'debian-13'`, `InRelease of trixie`.
  public var trust: String
  /// Where the build finds it.
  public var target: FilePath
  public var timeLimitSeconds: Int

  public init(
    sources: [String], mirrors: [String] = [], sha256: String?, packageSHA256: String? = nil, trust: String,
    target: FilePath, timeLimitSeconds: Int
  ) {
    self.sources = sources
    self.mirrors = mirrors
    self.sha256 = sha256
    self.packageSHA256 = packageSHA256
    self.trust = trust
    self.target = target
    self.timeLimitSeconds = timeLimitSeconds
  }
}

/// The proxy between the guest and the mirrors.
public struct DepotPlan: Sendable, Hashable, Codable {
  /// Base URLs the guest may reach.
  public var mirrors: [String]
  /// The installer's own suite, served from the pin; nil with the mirror's present installer.
  public var pinnedSuite: PinnedSuitePlan?

  public init(mirrors: [String], pinnedSuite: PinnedSuitePlan?) {
    self.mirrors = mirrors
    self.pinnedSuite = pinnedSuite
  }
}

/// A suite that exists only in the depot: exactly the installer components of a pin.
public struct PinnedSuitePlan: Sendable, Hashable, Codable {
  /// A name that is no suite of the mirror: `trixie-pinned`.
  public var name: String
  public var index: FilePath
  public var indexSHA256: String
  /// Where the public half of the build's signing key is put for the guest.
  public var publicKey: FilePath

  public init(name: String, index: FilePath, indexSHA256: String, publicKey: FilePath) {
    self.name = name
    self.index = index
    self.indexSHA256 = indexSHA256
    self.publicKey = publicKey
  }
}

/// The answers the installer gets.
public struct AnswerPlan: Sendable, Hashable, Codable {
  /// A format's name in the registry.
  public var format: String
  /// The release as the format names it.
  public var dialect: String
  /// The user's own file, used as it is; nil: the answers are rendered.
  public var ownFile: FilePath?
  public var answers: InstallAnswers
  public var firmwareLookup: Bool
  public var holdInitramfs: Bool
  public var installerIPv6: Bool
  /// Where answer file and scripts are written, mode 0700.
  public var folder: FilePath

  public init(
    format: String, dialect: String = "", ownFile: FilePath?, answers: InstallAnswers, firmwareLookup: Bool,
    holdInitramfs: Bool, installerIPv6: Bool, folder: FilePath
  ) {
    self.format = format
    self.dialect = dialect
    self.ownFile = ownFile
    self.answers = answers
    self.firmwareLookup = firmwareLookup
    self.holdInitramfs = holdInitramfs
    self.installerIPv6 = installerIPv6
    self.folder = folder
  }
}

/// How long the installation may take, in seconds.
public struct InstallLimits: Sendable, Hashable, Codable {
  public var overallSeconds: Int
  /// The longest time without a byte from the installer.
  public var silenceSeconds: Int

  public init(overallSeconds: Int, silenceSeconds: Int) {
    self.overallSeconds = overallSeconds
    self.silenceSeconds = silenceSeconds
  }
}

/// The disk while it is built and what it becomes.
public struct DiskPlan: Sendable, Hashable, Codable {
  public var size: ByteSize
  /// The raw disk in the work folder.
  public var raw: FilePath
  /// What is left at the end, one per format, by the registry's names.
  public var artifacts: [ArtifactPlan]
  /// A disk that something else installed, to be copied and finished; nil: it is installed here.
  public var given: FilePath?
  /// The disk is made as small as its contents and this much; nil: it keeps its size.
  public var shrinkMargin: ByteSize?
  /// The longest an artifact may be.
  public var maxSize: ByteSize?
  /// `sha256`, and `sha512` when it is asked for.
  public var checksums = ["sha256"]
  /// The OpenPGP key that signs each artifact's checksum file.
  public var signKey: String?

  public init(size: ByteSize, raw: FilePath, artifacts: [ArtifactPlan]) {
    self.size = size
    self.raw = raw
    self.artifacts = artifacts
  }
}

/// One image file of the build.
public struct ArtifactPlan: Sendable, Hashable, Codable {
  public var format: String
  /// Where it is made, in the work folder.
  public var working: FilePath
  /// Where it appears when everything is done.
  public var final: FilePath
  public var options: DiskFormatOptions

  public init(
    format: String, working: FilePath, final: FilePath, options: DiskFormatOptions = DiskFormatOptions()
  ) {
    self.format = format
    self.options = options
    self.working = working
    self.final = final
  }
}

/// The logs of the build.
public struct LogPlan: Sendable, Hashable, Codable {
  /// The build's own log; nil when none is wanted.
  public var file: FilePath?
  /// The installer's logs, saved beside the image.
  public var installerLogs: FilePath
  /// The installer's logs are also printed into the build's log.
  public var printInstallerLogs: Bool

  public init(file: FilePath?, installerLogs: FilePath, printInstallerLogs: Bool) {
    self.file = file
    self.installerLogs = installerLogs
    self.printInstallerLogs = printInstallerLogs
  }
}
