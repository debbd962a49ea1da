import DiskImages
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("logs that are kept beside the image")
struct InstallerLogsTests {
  @Test(
    "two paths of a guest that flatten to one name are both kept, and neither takes the place of a serial port's log")
  func sameName() async throws {
    try await TestHost.run { test in
      let plan = test.plan()
      try Folder.create(plan.workFolder)
      try AtomicFile.write("of the port\n", to: plan.machine.consoleLog)
      try InstallerLogs.keepSerial(plan)
      let paths = try ["/var/log/a b", "/var/log/a_b", "/var/log/a;b", "/console.log"].map { try ImagePath($0) }
      #expect(Set(paths.dropLast().map(GuestCleaning.flatName)) == ["var_log_a_b"])
      for path in paths {
        let copy = try test.write("copy", "of \(path)\n")
        try InstallerLogs.keep(copy, as: GuestCleaning.flatName(path), plan: plan)
      }
      let folder = plan.log.installerLogs
      #expect(
        test.names(folder) == ["console.log", "console.log-2", "var_log_a_b", "var_log_a_b-2", "var_log_a_b-3"])
      #expect(try test.text(folder.appending("console.log")) == "of the port\n")
      #expect(try test.text(folder.appending("var_log_a_b")) == "of /var/log/a b\n")
      #expect(try test.text(folder.appending("var_log_a_b-2")) == "of /var/log/a_b\n")
      #expect(try test.text(folder.appending("var_log_a_b-3")) == "of /var/log/a;b\n")
    }
  }
}
