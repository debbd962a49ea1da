import Model
import SystemPackage
import Testing

@testable import Hypervisor

extension MachinePlan {
  /// A machine for tests, as the planner would make it for Debian under TCG.
  static func sample(_ folder: FilePath = "/build") -> MachinePlan {
    MachinePlan(
      domainName: "image-factory-debian-12-1a2b", libvirtURI: "qemu:///session", accelerator: .tcg,
      acceleratorReason: "there is no /dev/kvm", cpu: "qemu64", cores: 2, memory: .gibibytes(1),
      translationCache: .mebibytes(512), osinfo: nil, macAddress: nil, vnc: nil, disk: folder.appending("disk.raw"),
      diskCache: "unsafe", kernel: folder.appending("linux"), initrd: folder.appending("initrd.gz"),
      injectedFiles: [folder.appending("preseed.cfg"), folder.appending("late.sh")],
      kernelArguments: ["auto", "priority=critical", "console=ttyS0,115200n8"],
      consoleLog: folder.appending("console.log"), installerLog: folder.appending("installer.log"))
  }
}

@Suite("the virt-install command") struct VirtInstallTests {
  @Test("a guest under TCG gets exactly these arguments")
  func tcg() {
    let golden = """
      virt-install --connect qemu:///session --name image-factory-debian-12-1a2b --transient
      --virt-type qemu --machine q35 --cpu qemu64 --vcpus 2 --memory 1024 --osinfo detect=off,require=off
      --xml ./features/tcg/tb-cache=512 --xml ./features/tcg/tb-cache/@unit=MiB
      --disk path=/build/disk.raw,format=raw,bus=virtio,cache=unsafe,discard=unmap
      --network user,model=virtio --graphics none --video none
      --serial file,path=/build/console.log --serial file,path=/build/installer.log
      --rng /dev/urandom,model=virtio --memballoon none --controller usb,model=none
      --sound none --input none --channel none --watchdog none --tpm none
      --import --boot 'kernel=/build/linux,initrd=/build/initrd.gz,\
      kernel_args="auto priority=critical console=ttyS0,115200n8"'
      --events on_poweroff=destroy,on_reboot=destroy,on_crash=destroy --noautoconsole
      """
    #expect(VirtInstall.command(for: .sample()).shown == golden.replacing("\n", with: " "))
  }

  @Test("a guest under KVM gets the host's CPU, its osinfo id, MAC address and display")
  func kvm() {
    var machine = MachinePlan.sample()
    machine.accelerator = .kvm
    machine.cpu = "host-passthrough"
    machine.osinfo = "debian12"
    machine.macAddress = "52:54:00:12:34:56"
    machine.vnc = "127.0.0.1:5901"
    let argv = VirtInstall.command(for: machine).argv
    #expect(value(of: "--virt-type", in: argv) == "kvm")
    #expect(value(of: "--cpu", in: argv) == "host-passthrough")
    #expect(value(of: "--osinfo", in: argv) == "detect=off,require=off,name=debian12")
    #expect(value(of: "--network", in: argv) == "user,model=virtio,mac=52:54:00:12:34:56")
    #expect(value(of: "--graphics", in: argv) == "vnc,listen=127.0.0.1,port=5901")
    #expect(value(of: "--video", in: argv) == "virtio")
    #expect(!argv.contains("--xml"), "a translation cache is for TCG only")
  }

  @Test("a machine with UEFI names the firmware's files, and its variables in the work folder")
  func uefi() {
    var machine = MachinePlan.sample()
    machine.firmware = MachineFirmware(code: "/fw/code.fd", variablesTemplate: "/fw/vars.fd", variables: "/b,/vars.fd")
    let boot = value(of: "--boot", in: VirtInstall.command(for: machine).argv)
    #expect(
      boot?.hasSuffix(
        ",loader=/fw/code.fd,loader.readonly=yes,loader.type=pflash,loader.secure=no,"
          + "nvram.template=/fw/vars.fd,nvram=\"/b,/vars.fd\"") == true, "\(boot ?? "")")
    machine.firmware?.variables = "/it's/vars.fd"
    #expect(VirtInstall.findings(for: machine).count == 1)
  }

  @Test("libvirt gets the firmware as a read-only flash and a template for the variables", .needs("virt-install"))
  func realFirmware() async throws {
    let folder = try Scratch()
    var machine = MachinePlan.sample(folder.path)
    let names = ["code.fd", "template.fd"].map { folder.path.appending($0) }
    machine.firmware = MachineFirmware(
      code: names[0], variablesTemplate: names[1], variables: folder.path.appending("vars.fd"))
    for file in [machine.disk, machine.kernel, machine.initrd] + names { try Scratch.write([1], to: file) }
    let boot = try #require(value(of: "--boot", in: VirtInstall.command(for: machine).argv))
    let run = try await run(
      "virt-install",
      ["--connect", "test:///default", "--name", "x", "--virt-type", "test", "--arch", "i686", "--memory", "64"]
        + ["--osinfo", "detect=off,require=off", "--disk", "none", "--network", "none", "--import", "--boot", boot]
        + ["--dry-run", "--print-xml", "1"],
      environment: ["HOME": folder.path.string, "XDG_CACHE_HOME": folder.path.string])
    #expect(run.status == 0, "\(run.output)")
    let place = folder.path.string
    #expect(
      run.output.contains("<loader readonly=\"yes\" secure=\"no\" type=\"pflash\">\(place)/code.fd</loader>"),
      "\(run.output)")
    #expect(run.output.contains("<nvram template=\"\(place)/template.fd\">\(place)/vars.fd</nvram>"), "\(run.output)")
    #expect(run.output.contains("<kernel>\(place)/linux</kernel>"))
  }

  @Test("the CPU with everything that TCG has is a mode, not a model")
  func maximum() {
    var machine = MachinePlan.sample()
    machine.cpu = "maximum"
    #expect(value(of: "--cpu", in: VirtInstall.command(for: machine).argv) == "mode=maximum")
  }

  @Test(
    "a display is 5900 and its number, from 5900 on the number is the port; without an address it is for this host",
    arguments: [
      ("[::1]:5902", "vnc,listen=::1,port=5902"), ("localhost:13", "vnc,listen=localhost,port=5913"),
      ("0.0.0.0:0", "vnc,listen=0.0.0.0,port=5900"), (":1", "vnc,listen=127.0.0.1,port=5901"),
      (":5899", "vnc,listen=127.0.0.1,port=11799"), (":5900", "vnc,listen=127.0.0.1,port=5900"),
    ])
  func display(asked: String, graphics: String) {
    var machine = MachinePlan.sample()
    machine.vnc = asked
    #expect(value(of: "--graphics", in: VirtInstall.command(for: machine).argv) == graphics)
  }

  @Test(
    "what names no display is none",
    arguments: ["", "localhost", ":", "::1", "a:b:1", ":65536", ":-1", "[]:1", "[::1:1"])
  func noDisplay(text: String) {
    #expect(VNCAddress(text) == nil)
  }

  @Test(
    "values with commas, quotes and backslashes are quoted for virt-install",
    arguments: [
      ("/plain/path=1 a", "/plain/path=1 a"), ("/a,b", "\"/a,b\""), ("say \"hi\"", "\"say \\\"hi\\\"\""),
      ("back\\slash", "\"back\\\\slash\""), ("it's", "\"it's\""), ("", "\"\""),
    ])
  func quoting(value: String, quoted: String) {
    #expect(OptionValue.quote(value) == quoted)
  }

  @Test("paths that virt-install would spoil are found before anything starts")
  func findings() {
    #expect(VirtInstall.findings(for: .sample("/a b/c,d=e")) == [])
    for folder in ["/it's", "/a&b", "/a\"b", "/a<b"] {
      #expect(VirtInstall.findings(for: .sample(FilePath(folder))).count == 3, "\(folder)")
    }
    #expect(VirtInstall.findings(for: .sample("relative")).count == 7)
  }

  @Test("virt-install itself reads paths with commas and words with quotes as they are", .needs("virt-install"))
  func realParser() async throws {
    let folder = try Scratch()
    var machine = MachinePlan.sample(folder.path.appending("a,b=c d"))
    machine.libvirtURI = "test:///default"
    machine.kernelArguments += ["a=\"b c\"", "d=it's"]
    let command = VirtInstall.command(for: machine)
    try folder.makeFolder("a,b=c d")
    for file in [machine.disk, machine.kernel, machine.initrd] + machine.injectedFiles {
      try Scratch.write([1], to: file)
    }
    // The test hypervisor knows neither TCG nor user networks nor this machine type: the parts with paths and words are tried.
    let left = ["--xml", "--machine", "--cpu", "--osinfo"]
    let replaced = ["--virt-type": "test", "--network": "none", "--rng": "none"]
    var argv: [String] = ["--osinfo", "detect=off,require=off"]
    var words = command.argv.dropFirst().makeIterator()
    while let word = words.next() {
      if left.contains(word) {
        _ = words.next()
      } else {
        argv.append(word)
        if let replacement = replaced[word], words.next() != nil { argv.append(replacement) }
      }
    }
    let run = try await run(
      "virt-install", argv + ["--arch", "i686", "--print-xml", "1"],
      environment: ["HOME": folder.path.string, "XDG_CACHE_HOME": folder.path.string])
    #expect(run.status == 0, "\(run.output)")
    let path = folder.path.string + "/a,b=c d/"
    #expect(run.output.contains("\"\(path)disk.raw\""), "\(run.output)")
    #expect(run.output.contains("\"\(path)console.log\""))
    #expect(run.output.contains("<cmdline>auto priority=critical console=ttyS0,115200n8 a=\"b c\" d=it's</cmdline>"))
  }

  private func value(of option: String, in argv: [String]) -> String? {
    argv.firstIndex(of: option).map { argv[$0 + 1] }
  }
}
