public import SystemPackage

/// What runs the guest's instructions.
public enum Accelerator: String, Sendable, Codable, CaseIterable {
  case kvm
  case tcg
}

/// The virtual machine an image is installed in, with no decision left open.
public struct MachinePlan: Sendable, Hashable, Codable {
  /// The libvirt domain's name: `image-factory-NAME-ID`, unique per build.
  public var domainName: String
  /// A libvirt connection URI such as `qemu:///session`.
  public var libvirtURI: String
  public var accelerator: Accelerator
  /// Why that accelerator: shown to people when it is not KVM.
  public var acceleratorReason: String
  /// A libvirt CPU model (`qemu64`, `Nehalem`) or `host-passthrough`.
  public var cpu: String
  public var cores: Int
  public var memory: ByteSize
  /// TCG's cache for translated code; nil: QEMU's own choice (always nil under KVM).
  public var translationCache: ByteSize?
  /// A short id of osinfo-db (`debian12`), or nil for the generic fallback.
  public var osinfo: String?
  /// A MAC address, or nil for a random one.
  public var macAddress: String?
  /// `listen:port` of a VNC server, or nil for no display adapter at all.
  public var vnc: String?
  /// The raw disk, attached as virtio.
  public var disk: FilePath
  /// QEMU's cache mode of the disk: `unsafe`, `none`, `writeback` …
  public var diskCache: String
  public var kernel: FilePath
  public var initrd: FilePath
  /// Files put into the initrd's root under their own names.
  public var injectedFiles: [FilePath]
  /// The installer's bootable image, or the disc with its second stage, attached as a CD; nil: there is none.
  public var installerImage: FilePath?
  /// The start of a kernel word that ends in the label of `installerImage`: the label is read when the image is here.
  public var imageLabelWord: String?
  /// The answers on a volume of their own, attached as a CD; nil: they are in the initrd.
  public var answerVolume: AnswerVolume?
  /// The installer's kernel line, word by word.
  public var kernelArguments: [String]
  /// Receives the first serial port, the guest's console.
  public var consoleLog: FilePath
  /// Receives the second serial port, the installer's own log.
  public var installerLog: FilePath
  /// The UEFI firmware; nil: the machine has a BIOS.
  public var firmware: MachineFirmware?

  public init(
    domainName: String, libvirtURI: String, accelerator: Accelerator, acceleratorReason: String,
    cpu: String, cores: Int, memory: ByteSize, translationCache: ByteSize?, osinfo: String?, macAddress: String?,
    vnc: String?, disk: FilePath, diskCache: String, kernel: FilePath, initrd: FilePath, injectedFiles: [FilePath],
    kernelArguments: [String], consoleLog: FilePath, installerLog: FilePath,
    firmware: MachineFirmware? = nil
  ) {
    self.domainName = domainName
    self.libvirtURI = libvirtURI
    self.accelerator = accelerator
    self.acceleratorReason = acceleratorReason
    self.cpu = cpu
    self.cores = cores
    self.memory = memory
    self.translationCache = translationCache
    self.osinfo = osinfo
    self.macAddress = macAddress
    self.vnc = vnc
    self.disk = disk
    self.diskCache = diskCache
    self.kernel = kernel
    self.initrd = initrd
    self.injectedFiles = injectedFiles
    self.kernelArguments = kernelArguments
    self.consoleLog = consoleLog
    self.installerLog = installerLog
    self.firmware = firmware
  }
}

/// A small ISO 9660 volume with the installer's answers.
public struct AnswerVolume: Sendable, Hashable, Codable {
  /// Made in the build's work folder, for its owner only.
  public var path: FilePath
  /// By which the installer finds it.
  public var label: String
  /// The files in its root, under their own names.
  public var files: [FilePath]

  public init(path: FilePath, label: String, files: [FilePath]) {
    self.path = path
    self.label = label
    self.files = files
  }
}
