package import Model
package import SystemPackage

/// The answers and the facts of the installer that a format needs to render them.
package struct RenderRequest: Sendable {
  package var answers: InstallAnswers
  /// The suite that only the depot has, with exactly the pinned installer's components; nil: the mirror's own.
  package var udebSuite: String?
  /// The name in the initrd's root of the public key that signs `udebSuite`; the Pipeline adds the file.
  package var pinnedKeyFile: String?
  /// The package depot as the guest reaches it, `http://10.0.2.2:PORT/`; nil: no proxy.
  package var proxy: String?
  /// The installer may add firmware, microcode and guest tools for the machine it finds itself on.
  package var firmwareLookup = false
  /// The initramfs is generated once, when the base system is complete.
  package var holdInitramfs = true
  /// Host keys are made at the first boot: a unit for it is installed where an SSH server is.
  package var firstBootHostKeys = true
  /// What the finished system removes by itself as the installer's last act; nil: it is cleaned from outside.
  package var selfCleaning: Cleaning?
  /// It does so only in file systems that nobody cleans from outside without root (xfs, btrfs): its root is none of them.
  package var selfCleansPartsOnly = false
  /// The machine switches itself off at the end; otherwise it reboots.
  package var powerOff = true
  /// The serial port that carries the installer's log out of the guest.
  package var logPort = "ttyS1"
  /// The installer's bootable image is attached: what it has needs no address.
  package var hasInstallerImage = false
  /// The disk as the guest sees it.
  package var disk = "/dev/vda"
  /// The disk's size, which the partitions must fit; nil: not known, not checked.
  package var diskSize: ByteSize?
  /// The release as its answer-file format names it (`answer-dialect`): `RHEL9` and `F43` for Kickstart, `SLE-15-SP6` for
  /// AutoYaST, `24.04` for autoinstall, the product's id (`openSUSE_Leap`) for Agama; empty for preseed.
  package var dialect = ""
  /// Where settings were written, by key, for error messages.
  package var origins: [String: SourceLocation] = [:]
  /// Reads a file of the host that the answers name: scripts, placed files, repository keys.
  package var readFile: @Sendable (FilePath) throws -> [UInt8]

  package init(
    answers: InstallAnswers, readFile: @escaping @Sendable (FilePath) throws -> [UInt8] = HostText.read
  ) {
    self.answers = answers
    self.readFile = readFile
  }

  /// The error for a setting that cannot be rendered.
  package func problem(_ setting: String, _ message: String, hint: String? = nil) -> FactoryError {
    FactoryError(.configInvalid, "'\(setting.printable)': \(message)", hint: hint, at: origins[setting])
  }
}

/// Reads small files of the host named by the config.
package enum HostText {
  /// The whole file, at most 16 MiB: it travels in the initrd, which lives in the guest's memory.
  ///
  /// Throws a `FactoryError` (config invalid) when it cannot be read or is too large.
  package static func read(_ path: FilePath) throws -> [UInt8] {
    let limit = 16 << 20
    do {
      let file = try FileDescriptor.open(path, .readOnly)
      return try file.closeAfter {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
          let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
          if count == 0 { return bytes }
          bytes.append(contentsOf: chunk[..<count])
          guard bytes.count <= limit else {
            throw FactoryError(.configInvalid, "'\(path)' is larger than 16 MiB and cannot be put into the initrd")
          }
        }
      }
    } catch let error as Errno {
      throw FactoryError(.configInvalid, "cannot read '\(path)': \(error)")
    }
  }
}
