import CLinux
import Glibc
import Model
import Synchronization

/// The daemon that gets the signals; 0 when there is none any more. A global because a signal handler can reach nothing else.
private let daemon = Atomic<Int32>(0)
/// Whether a signal to end came.
private let stopRequested = Atomic<Bool>(false)

/// What `image-factory _reap -- DAEMON ARGUMENTS` does: it runs a daemon and takes in its orphans.
///
/// libvirt believes that a QEMU has ended when its process is waited for; where the first process of the host does that late or
/// never, the daemon needs a nearer reaper. It is a process of its own so that the factory never waits for a child that
/// swift-subprocess has spawned.
package enum Subreaper {
  /// Runs `argv` until it and every process it left behind have ended; returns what a shell would exit with.
  ///
  /// SIGTERM, SIGINT and SIGHUP go on to the daemon; one that comes after the daemon's end ends the waiting for orphans.
  /// Blocks the calling thread. Throws ``Model/FactoryError`` when the daemon cannot be started.
  package static func run(_ argv: [String]) throws -> Int32 {
    guard let tool = argv.first else { throw FactoryError(.usage, "no command to run is given") }
    let command = Command(tool, Array(argv.dropFirst()), purpose: "run '\(tool.printable)' and wait for its orphans")
    guard let path = ChildEnvironment.locate(tool) else { throw ToolCatalogue.missing(command) }
    guard image_factory_become_subreaper() == 0 else {
      throw SystemFailure.error("take in the orphans of '\(tool.printable)'")
    }
    stopRequested.store(false, ordering: .sequentiallyConsistent)
    daemon.store(0, ordering: .sequentiallyConsistent)
    forwardSignals()
    let process = try ChildSpawn.start(command, at: path)
    daemon.store(process, ordering: .sequentiallyConsistent)
    // One that came before there was somebody to forward it to.
    if stopRequested.load(ordering: .sequentiallyConsistent) { kill(process, SIGTERM) }
    return waitForAll(process)
  }

  private static func waitForAll(_ process: pid_t) -> Int32 {
    var result: Int32 = 1
    while true {
      var status: Int32 = 0
      let ended = waitpid(-1, &status, 0)
      if ended == process {
        daemon.store(0, ordering: .sequentiallyConsistent)
        stopRequested.store(false, ordering: .sequentiallyConsistent)
        result = CommandResult.Ending(waitStatus: status).shellStatus
      } else if ended < 0 {
        guard errno == EINTR else { return result }
        let daemonEnded = daemon.load(ordering: .sequentiallyConsistent) == 0
        if daemonEnded, stopRequested.load(ordering: .sequentiallyConsistent) { return result }
      }
    }
  }

  private static func forwardSignals() {
    var action = sigaction()
    // No SA_RESTART: a signal must wake the waiting.
    action.__sigaction_handler.sa_handler = { number in
      let saved = errno
      stopRequested.store(true, ordering: .sequentiallyConsistent)
      let target = daemon.load(ordering: .sequentiallyConsistent)
      if target > 0 { kill(target, number) }
      errno = saved
    }
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    for number in [SIGTERM, SIGINT, SIGHUP] {
      sigaction(number, &action, nil)
      sigaddset(&unblocked, number)
    }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
  }
}
