import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("builds that share libvirt's daemons")
struct LibvirtUsersTests {
  private func join(_ test: TestHost, boot: String = "boot-1") throws -> LibvirtUsers {
    try LibvirtUsers.join(test.folder.appending("users"), bootID: boot)
  }

  /// A process that leads a group, as a daemon of ours does, noted by `users`.
  private func daemon(_ test: TestHost, notedBy users: LibvirtUsers) async throws -> DetachedProcess {
    let process = try await DetachedProcess.start(
      Command("sleep", ["60"], purpose: "be a daemon"), log: test.folder.appending("log"))
    let mark = try #require(ProcessMark(of: process.processNumber))
    try await users.alone(to: "note a daemon") { try users.note([mark]) }
    return process
  }

  private func ended(_ process: DetachedProcess) async -> Bool { await process.wait(.seconds(10)) != nil }

  @Test("the build that started a daemon leaves it to the one that is left, and that one ends it")
  func lastEndsIt() async throws {
    try await TestHost.run { test in
      let (first, second) = (try join(test), try join(test))
      let process = try await daemon(test, notedBy: first)
      try await first.leave(unless: { false })
      #expect(process.isRunning)
      try await second.leave(unless: { false })
      #expect(await ended(process))
      // Nothing but the lock is left.
      #expect(test.names(test.folder.appending("users")) == ["lock"])
    }
  }

  @Test("a daemon that somebody's guest needs stays, and goes with the next build that is the last")
  func needed() async throws {
    try await TestHost.run { test in
      let first = try join(test)
      let process = try await daemon(test, notedBy: first)
      try await first.leave(unless: { true })
      #expect(process.isRunning)
      try await join(test).leave(unless: { false })
      #expect(await ended(process))
    }
  }

  @Test("what a killed build left is ended by the next one, whose own daemon it is as well")
  func crashed() async throws {
    try await TestHost.run { test in
      let folder = test.folder.appending("users")
      let process: DetachedProcess
      do {
        let killed = try join(test)
        process = try await daemon(test, notedBy: killed)
        // Its file stays, its lock goes with it.
      }
      #expect(test.names(folder).count == 3)
      let next = try join(test)
      let own = try await daemon(test, notedBy: next)
      try await next.leave(unless: { false })
      #expect(await ended(process))
      #expect(await ended(own))
      #expect(test.names(folder) == ["lock"])
    }
  }

  @Test("processes of another boot, or that only have the number, are let be")
  func strangers() async throws {
    try await TestHost.run { test in
      let before = try join(test)
      let process = try await daemon(test, notedBy: before)
      try await join(test, boot: "boot-2").leave(unless: { false })
      // The lock of `before` is still held: one build more, now the last.
      try await before.leave(unless: { true })
      try await join(test, boot: "boot-2").leave(unless: { false })
      #expect(process.isRunning)
      let file = test.folder.appending("users/daemons.json")
      let marks = #"[{"number":\#(process.processNumber),"startTicks":1}]"#
      try AtomicFile.write(#"{"bootID":"boot-1","daemons":\#(marks)}"#, to: file)
      try await join(test).leave(unless: { false })
      #expect(process.isRunning)
      await process.terminate()
    }
  }

  @Test("a list that is none is nothing to end")
  func brokenList() async throws {
    try await TestHost.run { test in
      try test.write("users/daemons.json", "{")
      try await join(test).leave(unless: { false })
      let users = try join(test)
      let process = try await daemon(test, notedBy: users)
      try await users.leave(unless: { false })
      #expect(await ended(process))
    }
  }

  @Test("the listener at a socket is known by its number, and open logs by its files", needs("python3"))
  func guestLogs() async throws {
    try await TestHost.run { test in
      let path = test.folder.appending("s")
      #expect(UnixSocket.listener(at: path) == nil)
      #expect(await !GuestLogs(of: path).areWritten())
      let script = """
        import socket, sys, time
        s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(64)
        pid = open(sys.argv[1] + ".pid", "w")
        if len(sys.argv) > 2: log = open(sys.argv[2], "w")
        print("ready", flush=True); time.sleep(60)
        """
      for log in [nil, test.folder.appending("guest.log")] {
        try? Folder.remove(path)
        let daemon = try await DetachedProcess.start(
          Command("python3", ["-c", script, path.string] + (log.map { [$0.string] } ?? []), purpose: "listen"),
          log: test.folder.appending("out\(log == nil)"))
        let deadline = ContinuousClock.now + .seconds(20)
        while daemon.lastLines() != ["ready"], ContinuousClock.now < deadline {
          try await Task.sleep(for: .milliseconds(20))
        }
        #expect(UnixSocket.listener(at: path) == daemon.processNumber)
        #expect(await GuestLogs(of: path).areWritten() == (log != nil))
        await daemon.terminate()
      }
    }
  }
}
