import DiskImages
import Foundation
import Model

/// Looks through a cleaned system for what a golden image should not have; nothing is written, symlinks are not followed.
struct LeftoverScan: Sendable {
  let answers: InstallAnswers
  let cleaning: Cleaning
  /// The build's proxy as the guest saw it (`10.0.2.2:34567`); nil: any port of that address.
  let proxy: String?

  /// Programs' histories in a home folder.
  static let histories = [
    ".bash_history", ".zsh_history", ".ash_history", ".history", ".python_history", ".lesshst", ".viminfo",
    ".mysql_history", ".psql_history", ".sqlite_history", ".wget-hsts",
  ]
  /// What installers leave; of the shipped clean-up lists nothing of it is there any more.
  static let answerFiles = [
    "/root/anaconda-ks.cfg", "/root/original-ks.cfg", "/root/initial-setup-ks.cfg", "/root/ks*.cfg", "/root/*preseed*",
    "/root/autoinst*.xml", "/autoinst*.xml", "/preseed*", "/ks*.cfg", "/var/adm/autoinstall", "/var/log/installer",
    "/var/log/anaconda", "/var/log/anaconda.*", "/var/lib/cloud/instance", "/var/lib/cloud/instances",
    "/var/lib/cloud/seed",
  ]
  /// What belongs to one machine, and makes all machines of an image the same one when it stays.
  static let identityFiles = [
    "/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/nvme/hostid", "/etc/dhcpcd.duid", "/var/lib/dhcpcd/duid",
    "/var/lib/wicked/duid.xml", "/var/lib/NetworkManager/secret_key", "/var/lib/systemd/random-seed",
    "/var/lib/systemd/credential.secret", "/var/lib/urandom/random-seed",
  ]
  /// What systemd takes for an empty machine-id (machine-id(5)).
  private static let noIdentity = Array("uninitialized".utf8)
  /// Folders whose files are read; logs and databases of installers are below them.
  static let readFolders = [
    "/etc", "/root", "/home", "/var/log", "/var/lib/cloud", "/var/adm", "/var/cache/debconf",
  ]
  /// Where password hashes belong.
  private static let shadowFiles: Set<String> = ["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"]
  static let largestFile = 1 << 20

  /// What was found, in the order of paths; `excluding` says what will not be there. Throws `DiskImageError`. Blocks.
  func run(
    in files: GuestFiles, excluding: (ImagePath) -> Bool = { _ in false }
  ) throws -> [Leftover] {
    var found: Set<Leftover> = []
    func note(_ kind: Leftover.Kind, _ path: ImagePath) {
      if !excluding(path) { found.insert(Leftover(kind: kind, path: path.description)) }
    }
    for pattern in LeftoverScan.answerFiles {
      for path in expanded(pattern, files) { note(.answerFile, path) }
    }
    for pattern in LeftoverScan.identityFiles {
      for path in expanded(pattern, files) where try isFilled(path, files) {
        let start = try? files.readFile(path, limit: LeftoverScan.largestFile)
        if LeftoverScan.isIdentity(start ?? []) { note(.machineIdentity, path) }
      }
    }
    for home in expanded("/root", files) + expanded("/home/*", files) {
      for name in LeftoverScan.histories {
        let path = try home.appending(Array(name.utf8))
        if try isFilled(path, files) { note(.shellHistory, path) }
      }
      for path in keyFiles(of: home, files) where try isFilled(path, files) {
        if !isWanted(home) { note(.authorizedKeys, path) }
      }
    }
    for folder in LeftoverScan.readFolders {
      guard let path = try? ImagePath(folder) else { continue }
      try files.walk(path) { path, status in
        guard status.kind == .file, (16...Int64(LeftoverScan.largestFile)).contains(status.size), !excluding(path)
        else { return }
        for kind in kinds(of: try files.readFile(path, limit: LeftoverScan.largestFile), path) { note(kind, path) }
      }
    }
    return found.sorted { ($0.path, $0.kind.rawValue) < ($1.path, $1.kind.rawValue) }
  }

  /// Whether a file that belongs to one machine says which.
  static func isIdentity(_ contents: [UInt8]) -> Bool { !contents.starts(with: noIdentity) }

  /// A folder on the way that is a symlink is no finding: what it leads to is looked at by its own name.
  private func expanded(_ pattern: String, _ files: GuestFiles) -> [ImagePath] {
    (try? files.expand(pattern, limit: 1000)) ?? []
  }

  /// Not by a pattern: the name of a home folder is the guest's, and may itself be one or have control characters.
  private func keyFiles(of home: ImagePath, _ files: GuestFiles) -> [ImagePath] {
    guard let folder = try? home.appending(Array(".ssh".utf8)), let entries = try? files.list(folder) else { return [] }
    return entries.filter { $0.name.starts(with: "authorized_keys".utf8) }.compactMap { try? folder.appending($0.name) }
  }

  private func isFilled(_ path: ImagePath, _ files: GuestFiles) throws -> Bool {
    guard let status = try? files.status(path) else { return false }
    return status.kind == .file && status.size > 0
  }

  /// Keys that the configuration gives an account are meant to be there.
  func isWanted(_ home: ImagePath) -> Bool {
    let name = home.components.last.map { String(decoding: $0, as: UTF8.self) }
    return answers.users.contains { $0.name == name && !$0.sshKeys.isEmpty }
  }

  func kinds(of contents: [UInt8], _ path: ImagePath) -> [Leftover.Kind] {
    var kinds: [Leftover.Kind] = []
    if ByteSearch.contains(contents, "PRIVATE KEY-----"), ByteSearch.contains(contents, "-----BEGIN ") {
      kinds.append(.privateKey)
    }
    if !LeftoverScan.shadowFiles.contains(path.description), hasHash(contents) { kinds.append(.passwordHash) }
    // QEMU's address of the host in its user network: no other machine has the build's proxy there.
    if ByteSearch.contains(contents, proxy ?? "10.0.2.2:") { kinds.append(.buildProxy) }
    return kinds
  }

  private func hasHash(_ contents: [UInt8]) -> Bool {
    guard contents.contains(UInt8(ascii: "$")) else { return false }
    return answers.secrets.contains { ByteSearch.contains(contents, $0.reveal()) } || CryptHash.isIn(contents)
  }
}

/// Plain search for bytes, quick also where nothing is optimised.
enum ByteSearch {
  static func contains(_ contents: [UInt8], _ text: String) -> Bool {
    guard !text.isEmpty else { return false }
    return contents.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return false }
      let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count, deallocator: .none)
      return data.range(of: Data(text.utf8)) != nil
    }
  }
}
