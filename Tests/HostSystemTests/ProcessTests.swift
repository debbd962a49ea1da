import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@Suite("daemons, orphans and signals")
struct ProcessTests {
  @Test("a daemon runs in a session of its own, writes its log and ends at SIGTERM")
  func daemon() async throws {
    try await inScratch { folder in
      let log = folder.appending("daemon.log")
      let command = script(
        "echo started; echo $(ps -o sid= -p $$) $$; trap 'echo bye; exit 4' TERM; while :; do sleep 0.05; done")
      let daemon = try await DetachedProcess.start(command, log: log)
      #expect(try await eventually { try text(log).split(separator: "\n").count == 2 })
      #expect(daemon.isRunning)
      let ending = await daemon.terminate()
      #expect(ending == .exited(4))
      #expect(!daemon.isRunning)
      #expect(daemon.lastLines().last == "bye")
      let numbers = daemon.lastLines()[1].split(separator: " ")
      #expect(numbers.first == numbers.last)
      var information = stat()
      #expect(stat(log.string, &information) == 0 && information.st_mode & 0o777 == 0o600)
    }
  }

  @Test("a daemon that ignores SIGTERM is killed with its group after the grace")
  func stubbornDaemon() async throws {
    try await inScratch { folder in
      let command = script(
        "trap '' TERM; sh -c 'echo $$; while :; do sleep 0.1; done' & wait; while :; do sleep 0.1; done")
      let daemon = try await DetachedProcess.start(command, log: folder.appending("log"), grace: .milliseconds(200))
      #expect(try await eventually { !daemon.lastLines().isEmpty })
      let child = try #require(Int32(daemon.lastLines()[0]))
      #expect(await daemon.terminate() == .signaled(SIGKILL))
      #expect(try await eventually { !isAlive(child) })
    }
  }

  @Test("how a daemon ended by itself is known, and a missing one is an error")
  func daemonEnds() async throws {
    try await inScratch { folder in
      let daemon = try await DetachedProcess.start(script("exit 5"), log: folder.appending("log"))
      #expect(await daemon.wait(.seconds(20)) == .exited(5))
      #expect(await daemon.terminate() == .exited(5))
      let missing = Command("no-such-daemon", purpose: "start libvirt")
      let error = await factoryError { _ = try await DetachedProcess.start(missing, log: folder.appending("log")) }
      #expect(error?.message == "cannot find 'no-such-daemon', required to start libvirt")
    }
  }

  @Test("a process is known by number and start, ended with its group, and a zombie has ended")
  func mark() async throws {
    try await inScratch { folder in
      let command = script(
        "trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done' & while :; do sleep 0.1; done")
      let daemon = try await DetachedProcess.start(command, log: folder.appending("log"))
      let mark = try #require(ProcessMark(of: daemon.processNumber))
      #expect(try await eventually { !daemon.lastLines().isEmpty })
      let number = try #require(Int32(daemon.lastLines()[0]))
      let child = try #require(ProcessMark(of: number))
      #expect(mark.isRunning && mark == ProcessMark(of: daemon.processNumber) && mark != child)
      await mark.endGroup(grace: .milliseconds(100))
      #expect(!mark.isRunning && ProcessMark(of: daemon.processNumber) == nil)
      #expect(try await eventually { !child.isRunning })
      // Gone already: nothing to do.
      await mark.endGroup()
      #expect(ProcessMark(of: 0) == nil && ProcessMark(of: -1) == nil)
    }
  }

  @Test("the reaper returns the daemon's status after the last orphan has gone")
  func reaper() async throws {
    await #expect(processExitsWith: .exitCode(6)) {
      let started = ContinuousClock.now
      // The orphan outlives the daemon by half a second.
      let status = try Subreaper.run(["sh", "-c", "(sleep 0.5 &) ; exit 6"])
      let waited = ContinuousClock.now - started
      exit(waited > .milliseconds(450) ? status : 99)
    }
  }

  @Test("the reaper gives SIGTERM on to the daemon")
  func reaperForwards() async throws {
    await #expect(processExitsWith: .exitCode(7)) {
      let status = try Subreaper.run([
        "sh", "-c", "trap 'exit 7' TERM; kill -TERM $PPID; while :; do sleep 0.05; done",
      ])
      exit(status)
    }
  }

  @Test("the reaper takes in orphans at once: no zombie is left while the daemon runs")
  func reaperReapsAtOnce() async throws {
    await #expect(processExitsWith: .exitCode(0)) {
      let status = try Subreaper.run([
        "sh", "-c",
        "child=$(sh -c '(sleep 0.1 & echo $!)'); sleep 0.6; test ! -e /proc/$child",
      ])
      exit(status)
    }
  }

  @Test("a missing daemon is an error of the reaper")
  func reaperWithoutDaemon() async throws {
    let error = await factoryError { _ = try Subreaper.run(["no-such-daemon"]) }
    #expect(error?.message.hasPrefix("cannot find 'no-such-daemon'") == true)
    let problem1 = await factoryError { _ = try Subreaper.run([]) }
    #expect(problem1?.status == .usage)
  }

  @Test("signals become values, children are not touched, and the default comes back")
  func signals() async throws {
    await #expect(processExitsWith: .signal(SIGTERM)) {
      let watcher = try SignalWatcher()
      if (try? SignalWatcher()) != nil { exit(90) }
      kill(getpid(), SIGINT)
      kill(getpid(), SIGTERM)
      var seen: [SignalWatcher.Stop] = []
      for await stop in watcher.signals {
        seen.append(stop)
        if seen.count == 2 { break }
      }
      if Set(seen) != [.interrupt, .terminate] { exit(91) }
      let child = try await SubprocessRunner().run(
        Command("sh", ["-c", "kill -PIPE $$"], purpose: "see the defaults"))
      if child.ending != .signaled(SIGPIPE) { exit(92) }
      watcher.close()
      kill(getpid(), SIGTERM)
      sleep(2)
      exit(93)
    }
    #expect(SignalWatcher.Stop.interrupt.exitStatus == 130)
    #expect(SignalWatcher.Stop.terminate.exitStatus == 143)
  }
}
