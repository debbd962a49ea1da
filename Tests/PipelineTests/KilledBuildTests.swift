import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("what a killed build left")
struct KilledBuildTests {
  /// A work folder `.golden-DAY.build` with the note of a build.
  private func leftover(_ test: TestHost, _ day: String) throws -> (folder: FilePath, lock: FilePath) {
    let plan = test.plan {
      $0.baseName = "golden-\(day)"
      $0.workFolder = test.output.appending(".golden-\(day).build")
    }
    try test.write("out/.golden-\(day).build/disk.raw", "half")
    try KilledBuild.note(plan)
    let lock = try test.write("out/.golden-\(day).reserved", "12345\n")
    return (plan.workFolder, lock)
  }

  @Test("is removed by the next build of the image, and told")
  func dead() async throws {
    try await TestHost.run { test in
      let old = try leftover(test, "2026-02-01")
      let told = await KilledBuild.sweep(test.plan())
      #expect(told == ["removed what a killed build left in '\(old.folder)'"])
      #expect(test.names(test.output) == [])
    }
  }

  @Test("is left alone while the build lives, when it is of another image, or says nothing")
  func alive() async throws {
    try await TestHost.run { test in
      let old = try leftover(test, "2026-02-01")
      let lock = try #require(try FileLock.tryAcquire(old.lock))
      try test.write("out/.other-2026-02-01.build/build.json", "{}")
      try test.write("out/.golden-2026-02-02.build/build.json", "{ half")
      let before = test.names(test.output)
      #expect(await KilledBuild.sweep(test.plan()) == [])
      #expect(test.names(test.output) == before)
      lock.release()
    }
  }

  @Test(
    "is not believed when somebody else made it: it could name anybody's files",
    .enabled(if: geteuid() == 0, "only root can give a folder away"))
  func foreign() async throws {
    try await TestHost.run { test in
      let old = try leftover(test, "2026-02-01")
      #expect(chown(old.folder.string, 65534, 65534) == 0)
      #expect(await KilledBuild.sweep(test.plan()) == [])
      #expect(old.folder.exists && old.lock.exists)
    }
  }

  @Test("a folder of its own is never swept by a running build")
  func own() async throws {
    try await TestHost.run { test in
      let old = try leftover(test, "2026-02-03")
      #expect(await KilledBuild.sweep(test.plan()) == [])
      #expect(old.folder.exists)
    }
  }
}
