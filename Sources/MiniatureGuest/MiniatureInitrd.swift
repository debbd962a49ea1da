package import Model
package import SystemPackage

/// The tiny netinstaller's initial RAM disk: with the installer's own kernel it boots to a double of Debian's installer.
///
/// It reads the kernel line and the injected answer file as the real one does, writes a disk with one partition and a small
/// system (ext4, or xfs or btrfs where the answers ask for it), reports in the installer's words on the console and in its log,
/// and powers off; `MiniatureBehaviour` tells it to go wrong. The disk's boot sector prints `BootSector.marker`; the system on it
/// does not boot.
package struct MiniatureInitrd: Sendable, Equatable {
  /// The kernel it belongs to, as `uname -r` prints it.
  package let kernelRelease: String
  /// The disks it can write, by the kernel's driver: `virtio_blk`, `usb_storage`.
  package let diskDrivers: [String]
  package let size: ByteSize

  /// Drivers that are loaded by name; those that the kernel has built in, or the initrd lacks, are left out.
  private static let drivers = [
    "virtio_pci", "virtio_blk", "virtio_net", "xhci_pci", "ehci_pci", "uhci_hcd", "sd_mod", "usb_storage",
  ]

  /// Makes the RAM disk from the initrd of Debian's netboot images, and replaces `path` with it as a whole.
  ///
  /// `modules` are files of kernel modules (`.ko`, `.ko.xz`) of the same kernel: the netboot initrd has no `virtio_blk`, which lies
  /// in the mirror's `scsi-modules-RELEASE-di` udeb; without it the guest can only write a USB disk. `scratch` is an existing
  /// folder for unpacked files (about 100 MiB), which are removed again. The same input gives the same bytes.
  /// Throws `FactoryError`, and whatever `run` throws.
  package static func make(
    from installerInitrd: FilePath, tools: MiniatureTools, modules: [FilePath] = [], scratch: FilePath,
    to path: FilePath,
    run: @escaping CommandPort
  ) async throws -> MiniatureInitrd {
    var unpacker = Unpacker(folder: scratch.absolute, run: run)
    defer { unpacker.removeAll() }
    do {
      let initrd = try await InstallerInitrd.open(installerInitrd, &unpacker)
      defer { initrd.close() }
      var kernel = try KernelModules(of: initrd)
      for file in modules { try await kernel.add(file, &unpacker) }
      let entries = try await fixedEntries + driverEntries(&kernel, initrd, &unpacker) + programEntries(initrd, tools)
      let archive = try CpioWriter.archive(entries)
      try SmallFile.write(archive, to: path)
      return MiniatureInitrd(
        kernelRelease: kernel.release, diskDrivers: ["virtio_blk", "usb_storage"].filter(kernel.has),
        size: ByteSize(bytes: Int64(archive.count)))
    } catch let problem as CpioProblem {
      throw FactoryError(
        .hostNotReady, "cannot make the miniature guest from '\(installerInitrd.string.printable)': \(problem)",
        hint: "fetch the installer again")
    } catch let problem as Errno {
      throw FactoryError(
        .hostNotReady, "cannot make the miniature guest from '\(installerInitrd.string.printable)': \(problem)",
        hint:
          "see that the file can be read and that '\(scratch.string.printable)' and '\(path.string.printable)' can be written"
      )
    }
  }

  /// The scripts, the tree to install and the folders to work in.
  private static var fixedEntries: [CpioEntry] {
    let folders = [
      "dev", "proc", "run", "sys", "tmp", "mnt", "var/log", "var/lib/cdebconf", "etc/miniature/modules",
      "lib/miniature",
      "usr/lib/base-installer.d", "usr/lib/post-base-installer.d", "usr/lib/pre-pkgsel.d", "usr/lib/finish-install.d",
    ]
    return folders.map { CpioEntry.folder($0) } + TargetTree.entries + [
      CpioEntry("dev/console", .characterDevice(major: 5, minor: 1), permissions: 0o600),
      CpioEntry("dev/null", .characterDevice(major: 1, minor: 3), permissions: 0o666),
      .text("init", GuestScript.text, 0o755), .text("usr/lib/miniature/stub", GuestTarget.stub, 0o755),
      CpioEntry("etc/miniature/boot", .file(BootSector.code), permissions: 0o644),
      // Early commands add a key to Debian's.
      .text("usr/share/keyrings/debian-archive-keyring.pgp", "not a keyring\n"),
      .text("etc/miniature/debugfs", GuestFileSystem.debugfsCommands),
      CpioEntry("etc/miniature/capability", .file(GuestFileSystem.capability), permissions: 0o644),
    ] + GuestTarget.stubs.map { .link("usr/lib/miniature/\($0)", to: "stub") }
  }

  private static func driverEntries(
    _ kernel: inout KernelModules, _ initrd: InstallerInitrd, _ unpacker: inout Unpacker
  ) async throws -> [CpioEntry] {
    var files: [String: CpioEntry] = [:]
    var lists: [CpioEntry] = []
    for driver in drivers {
      let chain = try await kernel.chain(driver, initrd, &unpacker)
      guard !chain.isEmpty else { continue }
      for module in chain {
        files[module.name] = CpioEntry("lib/miniature/\(module.name).ko", .file(module.content), permissions: 0o644)
      }
      lists.append(.text("etc/miniature/modules/\(driver)", chain.map { $0.name + "\n" }.joined()))
    }
    return files.values + lists
  }

  private static func programEntries(_ initrd: InstallerInitrd, _ tools: MiniatureTools) throws -> [CpioEntry] {
    try GuestPrograms.busybox(initrd, tools.busybox)
      + GuestPrograms.hostTools(tools.programs)
  }
}
