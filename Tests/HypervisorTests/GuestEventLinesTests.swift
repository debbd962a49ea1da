import Model
import Testing

@testable import Hypervisor

@Suite("lines of our own scripts in the guest") struct GuestEventLinesTests {
  @Test("a step, a failure and the end arrive as what they are, whatever stands before them")
  func events() {
    #expect(GuestEventLines.read("12:03 x image-factory-event: phase users") == [.phase("users")])
    #expect(
      GuestEventLines.read("image-factory-event: error late.sh failed with status 3")
        == [.failure(InstallerProblem("late.sh failed with status 3"))])
    #expect(GuestEventLines.read("...image-factory-event: done\r") == nil, "a line is split before it comes here")
    #expect(GuestEventLines.read("...image-factory-event: done") == [.finished])
  }

  @Test("what a script writes reads back", arguments: [GuestEvent.phase("a b"), .failure("x: y"), .finished])
  func roundTrip(event: GuestEvent) {
    #expect(GuestEvent(line: event.line) == event)
  }

  @Test(
    "every other line is none of ours", arguments: ["", "image-factory-event:", "image-factory-event: phase", "done"])
  func others(line: String) {
    #expect(GuestEventLines.read(line) == nil)
  }
}
