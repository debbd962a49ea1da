import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@Suite("files")
struct FilesTests {
  @Test("a file is written with its mode, replaced, and nothing is left beside it")
  func atomicWrite() async throws {
    try await inScratch { folder in
      let path = folder.appending("answer.cfg")
      try AtomicFile.write("one", to: path, mode: 0o600)
      try AtomicFile.write("two", to: path, mode: 0o600)
      var information = stat()
      #expect(stat(path.string, &information) == 0)
      #expect(information.st_mode & 0o777 == 0o600)
      #expect(try text(path) == "two")
      #expect(try names(in: folder) == ["answer.cfg"])
    }
  }

  @Test("a symbolic link at the target is replaced, not followed")
  func linkIsReplaced() async throws {
    try await inScratch { folder in
      let (victim, path) = (folder.appending("victim"), folder.appending("link"))
      try AtomicFile.write("untouched", to: victim)
      symlink(victim.string, path.string)
      try AtomicFile.write("new", to: path)
      #expect(try text(victim) == "untouched")
      #expect(try text(path) == "new")
    }
  }

  @Test("a folder that is not there is an error that names it")
  func missingFolder() async throws {
    let error = await factoryError { try AtomicFile.write("x", to: "/no/such/folder/file") }
    #expect(error?.message.hasSuffix("no such file or directory") == true)
    #expect(error?.message.contains("/no/such/folder/") == true)
  }

  @Test("a finished image never replaces one that is there")
  func renameWithoutReplacing() async throws {
    try await inScratch { folder in
      let (new, old) = (folder.appending("new"), folder.appending("old"))
      try AtomicFile.write("new", to: new)
      try AtomicFile.write("old", to: old)
      let error = await factoryError { try AtomicFile.renameWithoutReplacing(new, to: old) }
      #expect(error?.message.hasSuffix("file exists") == true)
      #expect(try text(old) == "old")
      try AtomicFile.renameWithoutReplacing(new, to: folder.appending("other"))
      #expect(try names(in: folder) == ["old", "other"])
    }
  }

  @Test("reading refuses pipes, devices and files that are too long")
  func reading() async throws {
    try await inScratch { folder in
      let pipe = folder.appending("pipe")
      mkfifo(pipe.string, 0o600)
      let problem1 = await factoryError { _ = try AtomicFile.read(pipe) }
      #expect(problem1?.message.contains("not a regular file") == true)
      let problem2 = await factoryError { _ = try AtomicFile.read("/dev/zero") }
      #expect(problem2?.message.contains("not a regular file") == true)
      try AtomicFile.write("12345", to: folder.appending("long"))
      let error = await factoryError { _ = try AtomicFile.read(folder.appending("long"), limit: 4) }
      #expect(error?.message.hasSuffix("is longer than 4 B") == true)
    }
  }

  @Test("a lock keeps the second one out, names its holder, and is given on")
  func lock() async throws {
    try await inScratch { folder in
      let path = folder.appending("lock")
      let first = try await FileLock.acquire(path, timeout: .seconds(1), for: "build")
      #expect(try FileLock.tryAcquire(path) == nil)
      let error = await factoryError {
        _ = try await FileLock.acquire(path, timeout: .milliseconds(50), for: "build 'x'")
      }
      #expect(error?.message.hasPrefix("cannot build 'x': process \(getpid()) holds the lock") == true)
      first.release()
      #expect(try FileLock.tryAcquire(path) != nil)
    }
  }

  @Test("the lock of a process that was killed is free")
  func lockOfTheDead() async throws {
    try await inScratch { folder in
      let path = folder.appending("lock")
      let runner = SubprocessRunner()
      let command = Command("flock", [path.string, "sh", "-c", "kill -KILL $PPID"], purpose: "take a lock and die")
      _ = try await runner.run(command)
      #expect(try await eventually { try FileLock.tryAcquire(path) != nil })
    }
  }

  @Test("free space is that of the nearest folder that exists")
  func freeSpace() async throws {
    try await inScratch { folder in
      let here = try FreeSpace.at(folder)
      #expect(here > .mebibytes(1))
      let below = try FreeSpace.at(folder.appending("not/yet/there"))
      #expect(abs(below.bytes - here.bytes) < 1 << 30)
    }
  }

  @Test("a scratch folder is for its owner only and goes with all it holds, links not followed")
  func scratchFolder() async throws {
    try await inScratch { folder in
      try AtomicFile.write("keep", to: folder.appending("outside"))
      let scratch = try ScratchFolder(under: folder.appending("base"), prefix: "build")
      var information = stat()
      #expect(stat(scratch.path.string, &information) == 0)
      #expect(information.st_mode & 0o777 == 0o700)
      try Folder.create(scratch.path.appending("a/b"))
      symlink(folder.string, scratch.path.appending("link").string)
      try scratch.close()
      try scratch.close()
      #expect(try names(in: folder.appending("base")) == [])
      #expect(try text(folder.appending("outside")) == "keep")
    }
  }

  @Test("names go on with -2 and -3, and two builds never get the same")
  func nameReservation() async throws {
    try await inScratch { folder in
      let base = "debian-13-2026-01-31"
      try AtomicFile.write("x", to: folder.appending("\(base).qcow2"))
      let second = try NameReservation.make(base, extensions: ["raw", "qcow2"], in: folder)
      #expect(second.name == "\(base)-2")
      let third = try NameReservation.make(base, extensions: ["raw", "qcow2"], in: folder)
      #expect(third.name == "\(base)-3")
      second.release()
      third.release()
      #expect(try names(in: folder) == ["\(base).qcow2"])
      #expect(NameReservation.preview(base, extensions: ["qcow2"], in: folder) == "\(base)-2")
      let names = try await withThrowingTaskGroup(of: NameReservation.self) { group in
        for _ in 0..<20 { group.addTask { try NameReservation.make("many", extensions: ["raw"], in: folder) } }
        return try await group.reduce(into: [NameReservation]()) { $0.append($1) }
      }
      #expect(Set(names.map(\.name)).count == 20)
    }
  }

  @Test("the reservation of a build that was killed is taken over")
  func staleReservation() async throws {
    try await inScratch { folder in
      try AtomicFile.write("99999\n", to: folder.appending(".base.reserved"))
      #expect(try NameReservation.make("base", extensions: ["raw"], in: folder).name == "base")
    }
  }

  @Test("digests are those of sha256sum")
  func digest() async throws {
    try await inScratch { folder in
      try AtomicFile.write("abc", to: folder.appending("abc"))
      let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      #expect(try SourceDigest.sha256(folder.appending("abc")) == known)
      #expect(SourceDigest.sha256(Array("abc".utf8)) == known)
    }
  }
}
