import Model
import SystemPackage

/// The programs of a miniature: BusyBox under all its names, and the host's tools with their own loader and libraries.
enum GuestPrograms {
  /// BusyBox and what loads kernel modules, from the installer's initrd, or a static BusyBox of the host that does both.
  static func busybox(_ initrd: InstallerInitrd, _ host: FilePath?) throws -> [CpioEntry] {
    if let host { return try staticBusybox(host) }
    let find: (String) throws -> [UInt8]? = { try initrd.content($0) }
    guard let busybox = try find("/bin/busybox") else {
      throw FactoryError(
        .hostNotReady, "the initial RAM disk holds no BusyBox: it is not that of Debian's installer",
        hint: "name the initrd.gz of Debian's netboot images, or a static BusyBox")
    }
    var bundles = [("busybox", try ProgramBundle("busybox", busybox, find: find))]
    var names = ["busybox": initrd.names(linkedTo: "busybox")]
    // The installer's BusyBox has no insmod; kmod is there as a program of its own.
    if let kmod = try find("/bin/kmod") {
      bundles.append(("kmod", try ProgramBundle("kmod", kmod, find: find)))
      names["kmod"] = ["insmod"]
    }
    var entries: [String: CpioEntry] = [:]
    for (name, bundle) in bundles {
      add(program("bin/\(name)", bundle.program), to: &entries)
      if let loader = bundle.loader { add(program("lib64/ld-linux-x86-64.so.2", loader), to: &entries) }
      for (library, content) in bundle.libraries { add(program("lib/\(library)", content), to: &entries) }
    }
    for (program, links) in names.sorted(by: { $0.key > $1.key }) {
      for link in links where isPlain(link) && entries["bin/\(link)"] == nil {
        add(.link("bin/\(link)", to: program), to: &entries)
      }
    }
    return Array(entries.values)
  }

  /// What the scripts call, as names of a static BusyBox: it cannot be asked without running it.
  private static let applets = [
    "[", "awk", "blockdev", "cat", "chmod", "chown", "cp", "cut", "date", "dd", "echo", "false", "find", "grep", "head",
    "hostname",
    "id", "insmod", "ip", "kill", "ln", "ls", "mkdir", "mknod", "mount", "mv", "poweroff", "printf", "ps", "readlink",
    "reboot",
    "rm", "rmdir", "sed", "seq", "sh", "sleep", "sort", "sync", "tail", "tar", "test", "touch", "tr", "true", "umount",
    "uname",
    "uniq", "wc", "nc",
  ]

  private static func staticBusybox(_ path: FilePath) throws -> [CpioEntry] {
    let bundle = try ProgramBundle(path.string, SmallFile.read(path), find: ProgramBundle.hostFile)
    guard bundle.loader == nil else {
      throw FactoryError(
        .hostNotReady, "'\(path.string.printable)' is not a static program",
        hint: "install the package 'busybox-static'")
    }
    return [program("bin/busybox", bundle.program)] + applets.map { .link("bin/\($0)", to: "busybox") }
  }

  /// The host's programs, apart from the installer's: each set has its own C library.
  static func hostTools(_ tools: [String: FilePath]) throws -> [CpioEntry] {
    var entries: [String: CpioEntry] = [:]
    for (name, path) in tools {
      let bundle = try ProgramBundle(path.string, SmallFile.read(path), find: ProgramBundle.hostFile)
      add(program("host/bin/\(name)", bundle.program), to: &entries)
      if let loader = bundle.loader { add(program("host/loader", loader), to: &entries) }
      for (library, content) in bundle.libraries { add(program("host/lib/\(library)", content), to: &entries) }
    }
    return Array(entries.values)
  }

  private static func program(_ path: String, _ content: [UInt8]) -> CpioEntry {
    CpioEntry(path, .file(content), permissions: 0o755)
  }

  private static func add(_ entry: CpioEntry, to entries: inout [String: CpioEntry]) { entries[entry.path] = entry }

  /// A command's name as a distribution gives it.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != "busybox" && name != "kmod"
      && name.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0.value < 0x7F && $0 != "/" }
  }
}
