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
  /// OpenPGP keyring that the archive's signatures are checked with.
  public var keyring: FilePath?
  public var cacheFolder: FilePath?
  /// The whole time one download may take.
  public var fetchTimeout = Duration.seconds(1800)
  /// Whether the package depot serves the guest.
  public var depot = true

  public init() {}
}

/// A user's own answer file, or the format that is generated.
public struct AnswerFile: Sendable, Hashable, Codable {
  /// A format's name in the registry: `preseed`.
  public var format = ""
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
  public var osinfo: String?
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
