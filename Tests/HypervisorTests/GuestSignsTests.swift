import Testing

@testable import Hypervisor

@Suite("what any guest says when it is in trouble")
struct GuestSignsTests {
  @Test(
    "firmware that finds nothing to boot ends the installation, BIOS or UEFI",
    arguments: ["No bootable device.", "BdsDxe: No bootable option or device was found."])
  func nothingToBoot(line: String) {
    guard case .failure(let problem)? = GuestSigns.read(line).first else {
      Issue.record("'\(line)' is not seen")
      return
    }
    #expect(problem.reason.contains("found nothing to boot"))
  }
}
