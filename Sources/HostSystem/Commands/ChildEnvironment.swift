import Glibc
package import SystemPackage

/// The small environment that every child process gets: built, not inherited.
package enum ChildEnvironment {
  /// Variables that pass when they are set in ours.
  private static let passed = [
    "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK", "LIBVIRT_DEFAULT_URI",
    "http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy",
    "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY", "RSYNC_PROXY",
  ]

  /// Where programs of the system live; an ordinary user's `PATH` on Debian lacks the `sbin` folders, where e2fsck is.
  private static let systemFolders = [
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
  ]

  /// The environment for a child, made from `ours` and then `added`.
  package static func build(from ours: [String: String] = current(), adding added: [String: String] = [:]) -> [String:
    String]
  {
    var result: [String: String] = [:]
    for name in passed {
      if let value = ours[name] { result[name] = value }
    }
    if let account = Account.current {
      result["HOME"] = result["HOME"] ?? account.home
      result["USER"] = result["USER"] ?? account.name
      result["LOGNAME"] = result["LOGNAME"] ?? account.name
    }
    result["PATH"] = searchFolders(in: ours).joined(separator: ":")
    result["LANG"] = "C.UTF-8"
    return result.merging(added) { _, new in new }
  }

  /// The folders of `PATH` in `environment`, then the system's; relative ones are left out, they could be anybody's.
  static func searchFolders(in environment: [String: String]) -> [String] {
    var seen: Set<String> = []
    let own = (environment["PATH"] ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    return (own + systemFolders).filter { seen.insert($0).inserted }
  }

  /// The executable file for `tool`: a path is taken as it is, a name is looked up.
  package static func locate(_ tool: String, in environment: [String: String] = current()) -> FilePath? {
    if tool.contains("/") { return isExecutable(tool) ? FilePath(tool) : nil }
    guard !tool.isEmpty else { return nil }
    for folder in searchFolders(in: environment) where isExecutable("\(folder)/\(tool)") {
      return FilePath("\(folder)/\(tool)")
    }
    return nil
  }

  private static func isExecutable(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  /// The environment of this process.
  package static func current() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let line = String(cString: text)
      if let equals = line.firstIndex(of: "=") {
        result[String(line[..<equals])] = String(line[line.index(after: equals)...])
      }
      entry += 1
    }
    return result
  }
}
