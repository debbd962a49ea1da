import Glibc
package import Model
package import SystemPackage

/// What the planner needs to know about this host and this user: a value, so that tests can make one up.
package struct HostFacts: Sendable {
  /// The effective user id.
  package var userNumber: UInt32
  /// The login name, or the number where it has none.
  package var userName: String
  /// `HOME`, or what the user database says.
  package var home: FilePath
  /// Processors that are online.
  package var cores: Int
  /// All memory, or less when a control group (a container) allows less.
  package var memory: ByteSize
  /// Changes with every start of the host (random(4)); keys for verdicts that hold until then.
  package var bootID: String
  /// Whether os-release(5) says `ID=debian`; derivatives do not count.
  package var isDebian: Bool
  /// The environment of this process.
  package var environment: [String: String]

  /// Facts as a test makes them up.
  package init(
    userNumber: UInt32, userName: String, home: FilePath, cores: Int, memory: ByteSize, bootID: String, isDebian: Bool,
    environment: [String: String]
  ) {
    self.userNumber = userNumber
    self.userName = userName
    self.home = home
    self.cores = cores
    self.memory = memory
    self.bootID = bootID
    self.isDebian = isDebian
    self.environment = environment
  }

  /// The facts of the host we run on.
  package static func current() -> HostFacts {
    let environment = ChildEnvironment.current()
    let user = geteuid()
    return HostFacts(
      userNumber: user, userName: Account.current?.name ?? environment["USER"] ?? "\(user)",
      home: FilePath(environment["HOME"] ?? Account.current?.home ?? "/"),
      cores: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), memory: allMemory(),
      bootID: text("/proc/sys/kernel/random/boot_id"),
      isDebian: osRelease(root: "/")["ID"] == "debian", environment: environment)
  }

  /// Whether we run as root.
  package var isRoot: Bool { userNumber == 0 }

  /// Where fetched files are kept: `/var/cache/image-factory` for root, else as the XDG base directory specification says.
  package var cacheFolder: FilePath {
    if isRoot { return "/var/cache/image-factory" }
    // The specification: relative paths are to be ignored.
    if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") {
      return FilePath(folder).appending("image-factory")
    }
    return home.appending(".cache/image-factory")
  }

  /// The mirrors in the host's apt sources; nil when there are none of Debian's.
  package func aptMirror(root: FilePath = "/") -> AptMirror? { AptMirror.find(root: root) }

  /// The fields of os-release(5).
  package static func osRelease(root: FilePath) -> [String: String] {
    var result: [String: String] = [:]
    for line in text(root.appending("etc/os-release")).split(whereSeparator: \.isNewline) {
      guard let equals = line.firstIndex(of: "="),
        let words = try? ShellWords.split(String(line[line.index(after: equals)...]))
      else { continue }
      result[String(line[..<equals])] = words.joined(separator: " ")
    }
    return result
  }

  private static func allMemory() -> ByteSize {
    let line = text("/proc/meminfo").split(whereSeparator: \.isNewline).first { $0.hasPrefix("MemTotal:") }
    let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
    // "max" without a limit, which is no number.
    let limit = Int64(text("/sys/fs/cgroup/memory.max")).map { ByteSize(bytes: $0) }
    let total = ByteSize.kibibytes(kibibytes)
    return limit.map { min($0, total) } ?? total
  }

  private static func text(_ path: FilePath) -> String {
    String(decoding: (try? AtomicFile.read(path, limit: 1 << 20)) ?? [], as: UTF8.self).trimmingBlanks
  }
}
