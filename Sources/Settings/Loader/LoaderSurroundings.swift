import Glibc
package import SystemPackage

/// What the loader may know about the host; a value, so that tests say what they want it to be.
package struct LoaderSurroundings: Sendable {
  /// The user's home folder; nil: there is none.
  package var home: FilePath?
  package var environment: [String: String]
  /// Where relative paths of user files and of the command line start.
  package var workingFolder: FilePath
  /// This program's file, links resolved; shipped configs are looked for from its folder upwards.
  package var executable: FilePath?
  /// The folder of the host's config files.
  package var etc: FilePath
  /// The processor as `uname -m` says it.
  package var machine: String

  package init(
    home: FilePath? = nil, environment: [String: String] = [:], workingFolder: FilePath = "/",
    executable: FilePath? = nil,
    etc: FilePath = "/etc", machine: String = "x86_64"
  ) {
    self.home = home
    self.environment = environment
    self.workingFolder = workingFolder
    self.executable = executable
    self.etc = etc
    self.machine = machine
  }

  /// The facts about this process.
  package static func current() -> LoaderSurroundings {
    let environment = processEnvironment()
    let home = environment["HOME"].map { FilePath($0) } ?? passwordFileHome()
    return LoaderSurroundings(
      home: home.flatMap { $0.isAbsolute ? $0 : nil }, environment: environment, workingFolder: workingFolderPath(),
      executable: executablePath(), machine: machineName())
  }

  private static func processEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.firstIndex(of: "="), result[String(pair[..<equals])] == nil {
        result[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
      }
      entry += 1
    }
    return result
  }

  private static func passwordFileHome() -> FilePath? {
    guard let account = getpwuid(getuid()), let folder = account.pointee.pw_dir else { return nil }
    return FilePath(platformString: folder)
  }

  private static func workingFolderPath() -> FilePath {
    guard let text = getcwd(nil, 0) else { return "/" }
    defer { free(text) }
    return FilePath(platformString: text)
  }

  private static func machineName() -> String {
    var name = utsname()
    guard uname(&name) == 0 else { return "" }
    return withUnsafeBytes(of: name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func executablePath() -> FilePath? {
    guard let text = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(text) }
    return FilePath(platformString: text)
  }
}
