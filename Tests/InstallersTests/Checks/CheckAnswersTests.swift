import Foundation
import Testing

@Suite("the program of 'make check-answers'")
struct CheckAnswersTests {
  @Test(
    "skips without what it needs, and fails there when everything has to be checked",
    .enabled(if: Place.tool("python3") != nil, "needs python3"))
  func missing() throws {
    let program = Place.package + "/Tests/check-answers"
    let without = ["IMAGE_FACTORY_SHARED": "/nonexistent"]
    let skipped = try run("python3", program, "/bin/true", environment: without)
    #expect(skipped.status == 0 && skipped.output.contains("skipped"), "\(skipped.output)")
    let required = try run(
      "python3", program, "/bin/true", environment: without.merging(["REQUIRE_TOOLS": "1"]) { $1 })
    #expect(required.status == 1 && required.output.contains("REQUIRE_TOOLS=1"), "\(required.output)")
  }

  @Test(
    "fails as an ordinary user when everything has to be checked",
    .enabled(if: Place.shared != nil && Place.tool("python3") != nil, "needs ../shared and python3"))
  func ordinary() throws {
    let program = """
      import os, runpy, sys
      os.geteuid = lambda: 1000
      sys.argv = [sys.argv[1], '/bin/true']
      runpy.run_path(sys.argv[0])
      """
    let environment = ["REQUIRE_TOOLS": "1", "IMAGE_FACTORY_SHARED": try #require(Place.shared)]
    let result = try run(
      "python3", "-c", program, Place.package + "/Tests/check-answers", environment: environment)
    #expect(result.status == 1 && result.output.contains("needs root"), "\(result.output)")
  }
}
