package import Model
import SystemPackage

/// The virt-install command of a machine: a pure function, so that a test can compare the whole argument list.
///
/// Written for virt-install 4.1 to 5.0 and libvirt 8.0 or later. The domain is transient: it runs once, disappears with the
/// guest's power-off or reset, and leaves no definition behind. virt-install only starts it (`--noautoconsole`); its exit
/// status 0 says no more than that, so ``InstallRun`` watches.
package enum VirtInstall {
  /// The command that starts `machine`, to be run by a user that may use its libvirt URI.
  ///
  /// virt-install needs a `HOME` for its own log. The injected files are already in the initrd.
  package static func command(for machine: MachinePlan) -> Command {
    let groups: [[String]] = [
      ["--connect", machine.libvirtURI, "--name", machine.domainName, "--transient"],
      hardware(machine),
      disk(machine),
      discs(machine),
      network(machine),
      display(machine),
      serialPorts(machine),
      unusedDevices,
      boot(machine),
      // Without this virt-install would attach to the console and wait; `--wait` would poll.
      ["--noautoconsole"],
    ]
    return Command(
      "virt-install", groups.flatMap { $0 }, timeLimit: .seconds(120),
      purpose: "start the virtual machine '\(machine.domainName)'")
  }

  /// What the plan asks for and virt-install cannot do, for planning and preflight.
  ///
  /// virt-install 4.1 and 5.0 escape `& ' " < >` twice when they write a path into libvirt's XML: QEMU would look for another file.
  package static func findings(for machine: MachinePlan) -> [Finding] {
    let firmware = machine.firmware.map { [$0.code, $0.variablesTemplate, $0.variables] } ?? []
    let discs = [machine.installerImage, machine.answerVolume?.path].compactMap(\.self)
    let files = [machine.disk, machine.consoleLog, machine.installerLog] + firmware + discs
    let unusual = (files + [machine.kernel, machine.initrd] + machine.injectedFiles).filter { !$0.isAbsolute }.map {
      Finding.config("the path '\($0.string.printable)' is not absolute")
    }
    let unspeakable = files.filter { $0.string.contains { "&'\"<>".contains($0) || $0.isNewline } }.map {
      Finding.config(
        "virt-install cannot use the path '\($0.string.printable)'",
        hint: "choose a folder without any of & ' \" < > in its name")
    }
    return unusual + unspeakable
  }

  private static func hardware(_ machine: MachinePlan) -> [String] {
    var words = [
      // One machine type whatever osinfo says, so that every build of a plan has the same hardware.
      "--virt-type", machine.accelerator == .kvm ? "kvm" : "qemu", "--machine", "q35",
      "--cpu", cpu(machine.cpu), "--vcpus", "\(machine.cores)",
      "--memory", "\(machine.memory.bytes >> 20)",
      "--osinfo", osinfo(machine),
    ]
    if machine.accelerator == .tcg, let cache = machine.translationCache {
      // virt-install has no option of its own for libvirt's <tcg><tb-cache>, which becomes `-accel tcg,tb-size=`.
      words += [
        "--xml", "./features/tcg/tb-cache=\(cache.bytes >> 20)", "--xml", "./features/tcg/tb-cache/@unit=MiB",
      ]
    }
    return words
  }

  /// virt-install knows `host-passthrough` as a word of its own, `maximum` only as a mode; all else it takes for a model's name.
  private static func cpu(_ cpu: String) -> String { cpu == "maximum" ? "mode=maximum" : OptionValue.quote(cpu) }

  /// Never detected: there is no medium to look at, and a guest that the database does not know would be an error.
  private static func osinfo(_ machine: MachinePlan) -> String {
    guard let id = machine.osinfo else { return "detect=off,require=off" }
    return "detect=off,require=off,name=\(OptionValue.quote(id))"
  }

  private static func disk(_ machine: MachinePlan) -> [String] {
    [
      "--disk",
      "path=\(OptionValue.quote(machine.disk.string)),format=raw,bus=virtio,cache=\(OptionValue.quote(machine.diskCache)),discard=unmap",
    ]
  }

  /// Read-only, on the controller that every q35 machine has: virtio has no CD drives.
  private static func discs(_ machine: MachinePlan) -> [String] {
    [machine.installerImage, machine.answerVolume?.path].compactMap(\.self).flatMap {
      ["--disk", "path=\(OptionValue.quote($0.string)),device=cdrom,bus=sata,format=raw,readonly=on"]
    }
  }

  private static func network(_ machine: MachinePlan) -> [String] {
    let address = machine.macAddress.map { ",mac=\(OptionValue.quote($0))" } ?? ""
    return ["--network", "user,model=virtio\(address)"]
  }

  /// No adapter at all unless somebody wants to look: the installer would load its driver and make a second initramfs for it.
  private static func display(_ machine: MachinePlan) -> [String] {
    guard let vnc = machine.vnc.flatMap({ VNCAddress($0) }) else { return ["--graphics", "none", "--video", "none"] }
    return ["--graphics", "vnc,listen=\(OptionValue.quote(vnc.host)),port=\(vnc.port)", "--video", "virtio"]
  }

  /// ttyS0 and ttyS1, in this order. No `--console`: it would fight with the first for ttyS0.
  private static func serialPorts(_ machine: MachinePlan) -> [String] {
    [machine.consoleLog, machine.installerLog].flatMap {
      ["--serial", "file,path=\(OptionValue.quote($0.string))"]
    }
  }

  private static let unusedDevices = [
    "--rng", "/dev/urandom,model=virtio", "--memballoon", "none", "--controller", "usb,model=none",
    "--sound", "none", "--input", "none", "--channel", "none", "--watchdog", "none", "--tpm", "none",
  ]

  /// The files by name and not by libvirt's own choice: that would put the variables into a folder of libvirt's, and forget them there
  /// when the transient domain is gone.
  private static func firmware(_ machine: MachinePlan) -> [String] {
    guard let firmware = machine.firmware else { return [] }
    return [
      "loader=\(OptionValue.quote(firmware.code.string))", "loader.readonly=yes", "loader.type=pflash",
      "loader.secure=no", "nvram.template=\(OptionValue.quote(firmware.variablesTemplate.string))",
      "nvram=\(OptionValue.quote(firmware.variables.string))",
    ]
  }

  private static func boot(_ machine: MachinePlan) -> [String] {
    // `--boot` and not `--install`: that one copies kernel and initrd, with the answers and their password hashes, to a folder of
    // libvirt's, and leaves them there when it is stopped. The files are injected by the pipeline for the same reason.
    let install =
      [
        "kernel=\(OptionValue.quote(machine.kernel.string))", "initrd=\(OptionValue.quote(machine.initrd.string))",
        "kernel_args=\(OptionValue.quote(machine.kernelArguments.joined(separator: " ")))",
      ] + firmware(machine)
    return ["--import", "--boot", install.joined(separator: ",")]
      + ["--events", "on_poweroff=destroy,on_reboot=destroy,on_crash=destroy"]
  }
}
