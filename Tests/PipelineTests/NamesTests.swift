import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("the names of a build")
struct NamesTests {
  private let day = "2026-02-03"

  /// A plan with the names that the planner chooses now.
  private func planned(_ test: TestHost, _ change: (inout ImageConfig) -> Void = { _ in }) throws -> BuildPlan {
    let config = try test.config(change)
    let names = ArtifactNames.choose(for: config, date: day)
    return test.plan {
      $0.baseName = names.base
      $0.outputFolder = names.outputFolder
      $0.workFolder = names.workFolder
      $0.disk.artifacts = names.artifacts(config.disk)
    }
  }

  @Test("the second build of the day is -2, and any file of the first takes the name")
  func second() async throws {
    try await TestHost.run { test in
      let config = try test.config()
      #expect(ArtifactNames.choose(for: config, date: day).base == "golden-2026-02-03")
      for (file, next) in [
        ("golden-2026-02-03.qcow2", "golden-2026-02-03-2"), ("golden-2026-02-03-2.log", "golden-2026-02-03-3"),
        ("golden-2026-02-03-3.raw.sha256sum", "golden-2026-02-03-4"),
        ("golden-2026-02-03-4.installer-logs/syslog", "golden-2026-02-03-5"),
      ] {
        try test.write("out/\(file)", "x")
        #expect(ArtifactNames.choose(for: config, date: day).base == next)
      }
      #expect(ArtifactNames.choose(for: config, date: "2026-02-04").base == "golden-2026-02-04")
    }
  }

  @Test("artifacts, log and scratch files are named after it; a kept raw disk is an artifact")
  func paths() async throws {
    try await TestHost.run { test in
      let config = try test.config {
        $0.disk.keepRaw = true
        $0.disk.formats = ["qcow2", "raw.xz"]
      }
      let names = ArtifactNames.choose(for: config, date: day)
      let artifacts = names.artifacts(config.disk)
      #expect(artifacts.map(\.format) == ["qcow2", "raw.xz", "raw"])
      #expect(artifacts[2].working == names.rawDisk)
      #expect(artifacts[0].final == test.output.appending("golden-2026-02-03.qcow2"))
      #expect(artifacts[1].final == test.output.appending("golden-2026-02-03.raw.xz"))
      #expect(artifacts.allSatisfy { $0.working.removingLastComponent() == names.workFolder })
      #expect(names.workFolder.removingLastComponent() == test.output)
      #expect(names.log(LogRequest()).file == test.output.appending("golden-2026-02-03.log"))
      var log = LogRequest()
      log.fileName = "build.log"
      #expect(names.log(log).file == test.output.appending("build.log"))
      log.fileName = "/var/log/build.log"
      #expect(names.log(log).file == "/var/log/build.log")
      log.file = false
      #expect(names.log(log).file == nil)
    }
  }

  @Test("two output folders that share a folder for scratch files share none of them")
  func sharedScratch() async throws {
    try await TestHost.run { test in
      let (one, two) = (test.folder.appending("one"), test.folder.appending("two"))
      let names = try [one, two].map { output in
        let config = try test.config {
          $0.disk.outputFolder = output
          $0.disk.workFolder = test.folder.appending("scratch")
        }
        return ArtifactNames.choose(for: config, date: day)
      }
      #expect(names[0].base == names[1].base)
      #expect(names[0].workFolder != names[1].workFolder)
      #expect(names.allSatisfy { $0.workFolder.removingLastComponent() == test.folder.appending("scratch") })
    }
  }

  @Test("a reservation makes the work folder, and releasing it leaves nothing")
  func reserved() async throws {
    try await TestHost.run { test in
      let plan = try planned(test)
      let reservation = try #require(try Reservation.take(plan))
      // QEMU's user passes through it but cannot list it.
      #expect(plan.workFolder.mode == 0o711)
      try AtomicFile.write("x", to: plan.workFolder.appending("disk.raw"))
      let report = reservation.release(BuildReport(image: "golden", baseName: "", started: "", notes: []))
      #expect(report.leftovers == [])
      #expect(test.names(test.output) == [])
    }
  }

  @Test("what a killed build left in the work folder is gone before the next one starts")
  func killed() async throws {
    try await TestHost.run { test in
      let plan = try planned(test)
      try test.write("out/.golden-2026-02-03.build/answers/preseed.cfg", "old")
      try test.write("out/.golden-2026-02-03.reserved", "12345\n")
      #expect(plan.baseName == "golden-2026-02-03")
      let reservation = try #require(try Reservation.take(plan))
      #expect(!plan.workFolder.appending("answers").exists)
      _ = reservation.release(BuildReport(image: "golden", baseName: "", started: "", notes: []))
    }
  }

  @Test("two builds at once never have the same name, also while neither has made a file")
  func atOnce() async throws {
    try await TestHost.run { test in
      let plan = try planned(test)
      let first = try #require(try Reservation.take(plan))
      // Planned at the same moment: the name is gone when it is taken.
      #expect(try Reservation.take(plan) == nil)
      let next = try planned(test)
      #expect(next.baseName == "golden-2026-02-03-2")
      let second = try #require(try Reservation.take(next))
      #expect(plan.workFolder != next.workFolder)
      #expect(try planned(test).baseName == "golden-2026-02-03-3")
      let report = BuildReport(image: "golden", baseName: "", started: "", notes: [])
      _ = first.release(report)
      _ = second.release(report)
      #expect(try planned(test).baseName == "golden-2026-02-03")
    }
  }

  @Test("ten builds that plan at the same moment get ten names")
  func race() async throws {
    try await TestHost.run { test in
      let plans = Collected<String>()
      try await withThrowingTaskGroup(of: Reservation.self) { group in
        for _ in 0..<10 {
          group.addTask {
            while true {
              let plan = try planned(test)
              guard let taken = try Reservation.take(plan) else { continue }
              plans.add(plan.baseName)
              return taken
            }
          }
        }
        var held: [Reservation] = []
        for try await reservation in group { held.append(reservation) }
        #expect(held.count == 10)
      }
      #expect(Set(plans.all).count == 10)
    }
  }
}
