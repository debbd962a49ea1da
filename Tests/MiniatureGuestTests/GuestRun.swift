import Foundation
import MiniatureGuest
import Model
import SystemPackage
import Testing

/// One boot of a miniature in QEMU, without KVM and without libvirt.
struct GuestRun {
  var folder: FilePath
  var behaviour: MiniatureBehaviour = .ok
  var fetch: String?
  var answers = GuestRun.answers
  /// Words behind those of the behaviour.
  var kernelWords = ["DEBCONF_DEBUG=5"]
  var network = false
  /// A virtio disk, with the module for it from the test's installer folder where its kernel needs one.
  var virtio = true
  /// What the answers ask for the root, with the program for it in the initrd; nil: ext4, without a word about it.
  var fileSystem: MiniatureFileSystem?
  /// Programs for file systems in the initrd; nil: the one that is asked for.
  var makers: Set<MiniatureFileSystem>?
  /// A BusyBox of the host; nil: the installer's.
  var busybox: FilePath?

  var disk: FilePath { folder.appending("disk.raw") }
  var console: String { serial("console") }
  var log: String { serial("log") }

  /// A serial port's lines end in CR LF, which Swift takes for one character.
  private func serial(_ name: String) -> String {
    TestHost.text(folder.appending(name).string).replacingOccurrences(of: "\r\n", with: "\n")
  }

  /// What a generated answer file says, as far as the miniature reads it.
  static let answers = """
    # an answer file
    d-i netcfg/get_hostname string golden
    d-i mirror/http/hostname string ftp.debian.org
    d-i mirror/http/directory string /debian
    d-i mirror/http/proxy string http://10.0.2.2:1/
    d-i mirror/suite string trixie
    d-i apt-setup/services-select multiselect security, updates
    d-i passwd/root-password-crypted password $6$it's
    d-i passwd/make-user boolean false
    d-i debian-installer/add-kernel-opts string net.ifnames=0
    d-i debian-installer/exit/poweroff boolean true
    d-i preseed/early_command string tail -n +1 -f /var/log/syslog </dev/null >/dev/ttyS1 2>&1 3>&- &
    d-i preseed/late_command string sh /late.sh

    """

  static let lateScript = """
    set -e
    in-target systemctl enable ssh
    echo late > /target/etc/late
    """

  /// Packs, boots, and waits until the guest has ended, or its log or console holds the text; then the guest is ended.
  ///
  /// Returns the seconds from power-on.
  @discardableResult
  func run(until text: String? = nil, grace: Duration = .zero, limit: Double = 240) async throws -> Double {
    guard let installer = TestHost.installer else { throw Errno.noSuchFileOrDirectory }
    let initrd = folder.appending("initrd")
    let module = installer.appending("virtio_blk.ko.xz")
    let modules = virtio && FileManager.default.fileExists(atPath: module.string) ? [module] : []
    var tools = try MiniatureTools.find(for: makers ?? Set([fileSystem].compactMap(\.self)))
    tools.busybox = busybox
    let made = try await MiniatureInitrd.make(
      from: installer.appending("initrd.gz"), tools: tools, modules: modules, scratch: folder, to: initrd,
      run: TestHost.port)
    try inject(into: initrd)
    try TestHost.run(["truncate", "-s", "512M", disk.string])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: TestHost.tool("qemu-system-x86_64") ?? "")
    process.arguments = arguments(installer, initrd, virtio: made.diskDrivers.contains("virtio_blk"))
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let start = ContinuousClock.now
    try process.run()
    defer { Self.end(process) }
    while process.isRunning, ContinuousClock.now - start < .seconds(limit) {
      if let text, log.contains(text) || console.contains(text) {
        try await Task.sleep(for: grace)
        break
      }
      try await Task.sleep(for: .milliseconds(200))
    }
    if let text { #expect(log.contains(text) || console.contains(text), "the guest was to say '\(text)'") }
    if text == nil {
      #expect(!process.isRunning, "the guest was to end by itself: \(log.suffix(2000)) \(console.suffix(2000))")
    }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Ends a guest that was started here. A thread of the Swift runtime may have SIGTERM blocked, and its child with it.
  static func end(_ process: Process) {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  /// As virt-install does it: a second, compressed archive behind the first.
  private func inject(into initrd: FilePath) throws {
    var entries = [CpioEntry.text("late.sh", Self.lateScript)]
    if !answers.isEmpty { entries.append(.text("preseed.cfg", answers + recipe)) }
    let archive = folder.appending("injected")
    try Data(try CpioWriter.archive(entries)).write(to: URL(fileURLWithPath: archive.string))
    try TestHost.run(["gzip", "-f", archive.string])
    guard let handle = FileHandle(forWritingAtPath: initrd.string) else { throw Errno.ioError }
    defer { try? handle.close() }
    try handle.seekToEnd()
    handle.write(FileManager.default.contents(atPath: archive.string + ".gz") ?? Data())
  }

  private var recipe: String {
    guard let kind = fileSystem?.rawValue else { return "" }
    return "d-i partman-auto/expert_recipe string image-factory : 67 1000000 -1 \(kind) method{ format } format{ } "
      + "use_filesystem{ } filesystem{ \(kind) } mountpoint{ / } $primary{ } $bootable{ } .\n"
  }

  private func arguments(_ installer: FilePath, _ initrd: FilePath, virtio: Bool) -> [String] {
    let words = ["console=ttyS0", "norandmaps"] + behaviour.kernelArguments(fetch: fetch) + kernelWords
    return [
      "-machine", "pc,accel=tcg", "-cpu", "qemu64", "-m", "512", "-display", "none", "-vga", "none", "-nodefaults",
      "-no-reboot",
      "-serial", "file:\(folder)/console", "-serial", "file:\(folder)/log",
      "-kernel", installer.appending("linux").string, "-initrd", initrd.string, "-append", words.joined(separator: " "),
      "-drive", "id=disk,if=none,format=raw,cache=unsafe,file=\(disk)",
    ]
      + (virtio
        ? ["-device", "virtio-blk-pci,drive=disk"] : ["-device", "qemu-xhci", "-device", "usb-storage,drive=disk"])
      + (network ? ["-nic", "user,model=virtio-net-pci"] : ["-nic", "none"])
  }
}
