import Glibc
import Model
import SystemPackage
import Testing

/// Runs real tools; the oracles of this room's tests.
enum Tool {
  struct Result {
    var status: Int32
    var output: String
  }

  /// True when the tool is installed; with `REQUIRE_TOOLS=1` always, so that a missing one fails instead of skipping.
  static func has(_ names: String...) -> Bool {
    if getenv("REQUIRE_TOOLS").map({ String(cString: $0) }) == "1" { return true }
    return names.allSatisfy(isInstalled)
  }

  /// For oracles that are welcome but nobody has to have.
  static func isInstalled(_ name: String) -> Bool { path.contains { access("\($0)/\(name)", X_OK) == 0 } }

  private static let path = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

  /// Standard output and error together; standard input is empty.
  @discardableResult
  static func run(_ tool: String, _ arguments: [String], in folder: FilePath? = nil) throws -> Result {
    var template = Array("/tmp/disk-images-output.XXXXXX".utf8CString)
    let output = mkstemp(&template)
    try #require(output >= 0)
    _ = fcntl(output, F_SETFD, FD_CLOEXEC)
    defer { close(output) }
    unlink(template)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    // env(1) changes the folder: Swift does not see posix_spawn's own way.
    let words = (folder.map { ["env", "-C", $0.string] } ?? []) + [tool] + arguments
    let program = path.map { "\($0)/\(words[0])" }.first { access($0, X_OK) == 0 } ?? words[0]
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    let settings = ["PATH=\(path.joined(separator: ":"))", "LANG=C.UTF-8", "TZ=UTC"]
    var environment: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0) } + [nil]
    defer { (argv + environment).forEach { free($0) } }
    var child: pid_t = 0
    let started = posix_spawn(&child, program, &actions, nil, &argv, &environment)
    try #require(started == 0, "cannot start \(tool)")
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    lseek(output, 0, SEEK_SET)
    while case let count = read(output, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    return Result(status: code, output: String(decoding: text, as: UTF8.self))
  }

  /// As `run`, and the status has to be 0.
  @discardableResult
  static func need(_ tool: String, _ arguments: [String], in folder: FilePath? = nil) throws -> String {
    let result = try run(tool, arguments, in: folder)
    try #require(result.status == 0, "\(tool) \(arguments.joined(separator: " ")): \(result.output)")
    return result.output
  }

  /// The port that the room asks its caller for.
  static let runner: @Sendable (Command) async throws -> Int32 = { command in
    try run(command.tool, Array(command.argv.dropFirst()), in: command.folder).status
  }
}
