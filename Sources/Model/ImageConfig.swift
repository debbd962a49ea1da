public import SystemPackage

/// One image as its config asks for it: layers, interpolation and command-line overrides resolved, every value typed.
///
/// Nothing here has touched the host or the network: what is unset stays unset, the planner decides it.
public struct ImageConfig: Sendable, Hashable, Codable {
  /// The section's name; also the start of every artifact's name.
  public var name: String
  public var description = ""
  /// The distribution's name in `configs/distros/`: `debian`.
  public var distribution = ""
  public var release = ""
  public var source = InstallerSource()
  public var answers = InstallAnswers()
  public var answerFile = AnswerFile()
  public var machine = MachineRequest()
  public var disk = DiskRequest()
  public var cleaning = Cleaning()
  public var log = LogRequest()
  public var publishing = Publishing()
  /// The installer watcher's name in its registry (`debian-installer`), the distribution's.
  public var watcher = "debian-installer"
  /// How passwords given in clear text are hashed.
  public var passwordHashing = PasswordHashing.sha512
  /// Where each value was written, by setting key; absent for built-in defaults.
  public var origins: [String: SourceLocation] = [:]

  public init(name: String) { self.name = name }
}

/// Where the installer's kernel and initrd come from.
public struct InstallerSource: Sendable, Hashable, Codable {
  public enum Choice: String, Sendable, Hashable, Codable, CaseIterable {
    case auto
    case current
    case pinned
  }

  /// Base URLs, the preferred one first; empty: the host's own, else the distribution's.
  public var mirrors: [String] = []
  /// What `mirrors` falls back to.
  public var defaultMirror = ""
  public var securityMirror: String?
  public var defaultSecurityMirror: String?
  /// Further repositories of updates beside the security mirror.
  public var updateMirrors: [String] = []
  public var choice = Choice.auto
  /// The pin's name in `configs/pins/`.
  public var pin: String?
  /// Suite whose installer is used; nil: the installed suite's.
  public var installerSuite: String?
  /// An explicit kernel and initrd: paths or URLs (`file:`, `http:`, `https:`, `rsync:`, `deb:`); each a list of alternatives.
  public var kernel: [String] = []
  public var initrd: [String] = []
  public var kernelSHA256: String?
  public var initrdSHA256: String?
  /// An explicit bootable image, attached as a CD, of which `iso:` kernels and initrds are members: paths or URLs.
  public var image: [String] = []
  public var imageSHA256: String?
  /// How the installer's files are known to be the right ones: a name in the registry of trust chains.
  public var trust = "debian-archive"
  /// Base URLs of the installer's files, the preferred one first; empty: the mirrors.
  public var installerMirrors: [String] = []
  /// The kernel below an installer mirror, where the trust chain does not find it by itself.
  public var kernelPath: String?
  public var initrdPath: String?
  /// What the installer loads after its initrd, where the three must be of one compose.
  public var stage2Path: String?
  public var stage2SHA256: String?
  /// The bootable image below an installer mirror; `*` stands for a part that changes with point releases.
  public var imagePath: String?
  /// The packages below a mirror, where the installer has to be told.
  public var repositoryPath: String?
  /// The list of digests below an installer mirror; nil: the trust chain's own name for it.
  public var checksumsPath: String?
  /// OpenPGP keyrings that signatures are checked with: alternatives, those that are there are used.
  public var keyrings: [FilePath] = []
  /// The host's package that has the keyring, for the hint when it is missing.
  public var keyringPackage = ""
  /// Whether an archive's Release file that has expired is refused.
  public var checkValidUntil = true
  public var cacheFolder: FilePath?
  /// The whole time one download may take.
  public var fetchTimeout = Duration.seconds(1800)
  /// Whether the package depot serves the guest.
  public var depot = true

  public init() {}

  /// The first of the keyrings, where one is enough.
  public var keyring: FilePath? {
    get { keyrings.first }
    set { keyrings = [newValue].compactMap(\.self) }
  }
}

/// A user's own answer file, or the format that is generated.
public struct AnswerFile: Sendable, Hashable, Codable {
  /// A format's name in the registry: `preseed`.
  public var format = ""
  /// The release as the format names it: `RHEL9`, `SLE-15-SP6`, `24.04`, `openSUSE_Leap`; empty where the format has no dialects.
  public var dialect = ""
  /// The user's own file by format, used as it is: `preseed = PATH`.
  public var own: [String: FilePath] = [:]
  /// Words added to the installer's kernel line.
  public var append: [String] = []

  public init() {}
}

/// The virtual machine as asked for; what is nil the planner decides.
public struct MachineRequest: Sendable, Hashable, Codable {
  public enum AcceleratorChoice: String, Sendable, Hashable, Codable, CaseIterable {
    case auto
    case kvm
    case tcg
  }

  public var libvirtURI: String?
  public var startLibvirt = true
  public var accelerator = AcceleratorChoice.auto
  /// A libvirt CPU model, or nil for the fastest that the accelerator and distribution allow.
  public var cpu: String?
  /// The lowest x86-64 level that the distribution runs on, 1 to 4.
  public var cpuLevel = 1
  public var cores: Int?
  public var memory = ByteSize.gibibytes(1)
  /// The least memory with which the distribution's installer works; nil: not known.
  public var leastMemory: ByteSize?
  /// Ids in osinfo-db, the preferred one first: databases are older than releases.
  public var osinfo: [String] = []
  public var macAddress: String?
  /// `listen:port`; nil: no display adapter.
  public var vnc: String?
  public var diskCache = "unsafe"
  public var translationCache = ByteSize.gibibytes(1)
  /// Overall limit of the installation; nil: by accelerator.
  public var installTimeout: Duration?
  /// The longest silence of the installer; nil: by accelerator.
  public var stallTimeout: Duration?
  /// Address-space randomisation off in the installer; nil: by accelerator.
  public var installerNoRandomization: Bool?
  /// CPU vulnerability mitigations off in the installer.
  public var installerNoMitigations = true
  /// IPv6 in the installer.
  public var installerIPv6 = false
  /// The installer looks for firmware for the machine's hardware.
  public var firmwareLookup = false
  /// The initramfs is generated once, when the base system is complete.
  public var holdInitramfs = true

  public init() {}
}

/// The disk and what becomes of it.
public struct DiskRequest: Sendable, Hashable, Codable {
  public var size = ByteSize.gibibytes(2)
  /// Names in the registry of disk formats: `raw`, `qcow2`.
  public var formats = ["raw"]
  public var keepRaw = false
  public var outputFolder: FilePath = "."
  /// Scratch files of a build; nil: the output folder.
  public var workFolder: FilePath?
  /// The disk is made as small as its contents at the end; `size` is then only that of the installation.
  public var isAutomatic = false
  /// What a disk made as small as its contents has for new files.
  public var margin = ByteSize.mebibytes(256)
  /// The longest an artifact may be; nil: any length.
  public var maxSize: ByteSize?
  public var qcow2 = DiskFormatOptions()
  /// `sha256`, always, and `sha512`.
  public var checksums = ["sha256"]
  /// The OpenPGP key that signs each artifact's checksum file; nil: none does.
  public var signKey: String?

  /// A disk that is made smaller later is installed on this much; holes cost nothing.
  public static let automaticSize = ByteSize.gibibytes(16)

  public init() {}
}

/// What a golden image must not carry from the machine it was installed on.
public struct Cleaning: Sendable, Hashable, Codable {
  /// Path patterns inside the image, saved beside it first.
  public var logs: [String] = []
  /// Path patterns removed.
  public var remove: [String] = []
  /// Path patterns emptied (`/etc/machine-id`).
  public var empty: [String] = []
  /// Host keys are removed and made anew at the first boot.
  public var regenerateHostKeys = true
  /// Refuses a disk with any number of partitions but one, as the Python tool did.
  public var onePartition = false
  /// Path patterns that stay whatever the other lists say, with everything below them.
  public var keep: [String] = []
  /// Further path patterns removed.
  public var add: [String] = []
  /// What becomes of a build whose image has something in it that a golden image should not have.
  public var scan = Scan.warn

  public enum Scan: String, Sendable, Hashable, Codable, CaseIterable {
    case fail
    case warn
    case off
  }

  public init() {}
}

/// The build's own log.
public struct LogRequest: Sendable, Hashable, Codable {
  /// A log file is written beside the image.
  public var file = true
  /// Its name; nil: `NAME-YYYY-MM-DD.log`.
  public var fileName: String?
  /// The installer's logs are printed into the build's log.
  public var installerLogs = true

  public init() {}
}

/// What happens to the finished image.
public struct Publishing: Sendable, Hashable, Codable {
  public var destinations: [UploadDestination] = []
  /// Each one a command line split into words; the image is added as the last argument.
  public var postBuildCommands: [[String]] = []
  /// The longest time one post-upload or post-build command may take.
  public var hookTimeoutSeconds = 3600

  public init() {}
}

/// One upload destination: a section of its own.
public struct UploadDestination: Sendable, Hashable, Codable {
  /// The section's name.
  public var name: String
  /// A name in the registry of uploaders: `rsync`.
  public var type: String
  public var target: String
  public var arguments: [String] = []
  /// Commands run after this upload, in order; `${image}` stands for the image's path.
  public var postUploadCommands: [[String]] = []
  public var location: SourceLocation?

  public init(name: String, type: String, target: String) {
    self.name = name
    self.type = type
    self.target = target
  }
}
