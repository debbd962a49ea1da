import Glibc
import Model
import SystemPackage

/// Starts a child that is waited for with wait(2): for the reaper, which waits for every child there is and so cannot have
/// swift-subprocess beside it.
enum ChildSpawn {
  /// Starts `command` and returns its process number; standard input is /dev/null, both outputs are ours, no signal is blocked
  /// or ignored. Throws ``Model/FactoryError``.
  static func start(_ command: Command, at path: FilePath) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let environment = ChildEnvironment.build(adding: command.environment)
    var process = pid_t()
    let code = withCStrings(command.argv) { argv in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
        posix_spawn(&process, path.string, &actions, &attributes, argv, envp)
      }
    }
    guard code == 0 else {
      throw SystemFailure.error("\(command.purpose): cannot start '\(command.tool.printable)'", code: code)
    }
    return process
  }

  private static func withCStrings(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) -> Int32 {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map(body) ?? EINVAL
    }
  }
}

extension CommandResult.Ending {
  /// The end as wait(2) reports it.
  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7F
    self = signal == 0 ? .exited((waitStatus >> 8) & 0xFF) : .signaled(signal)
  }

  /// What a shell would exit with: the status, or 128 and the signal.
  package var shellStatus: Int32 {
    switch self {
    case .exited(let status): status
    case .signaled(let number): 128 + number
    case .timedOut: 124
    }
  }
}
