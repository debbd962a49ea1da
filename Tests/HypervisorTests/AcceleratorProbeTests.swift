import Foundation
import Model
import SystemPackage
import Testing

@testable import Hypervisor

@Suite("the accelerator probe") struct AcceleratorProbeTests {
  @Test(
    "the small guest runs to its end where guests run", .needs("qemu-system-x86_64"),
    arguments: ["qemu64", "Nehalem", "max"])
  func underTCG(cpu: String) async throws {
    let folder = try Scratch()
    let image = folder.path.appending("probe.bin")
    try Scratch.write(ProbeGuest.image, to: image)
    let command = AcceleratorProbe.command(cpu: cpu, image: image, accelerator: .tcg)
    let result = try await run(command.tool, Array(command.argv.dropFirst()), timeLimit: 20)
    #expect(AcceleratorProbe.judge(output: result.output, status: result.status).isUsable, "\(result.output)")
  }

  /// What the verdict is depends on the machine; that there is one, quickly and without a hang, does not.
  @Test("the verdict on this machine's KVM comes within the limit and has a reason", .needs("qemu-system-x86_64"))
  func underKVM() async throws {
    let folder = try Scratch()
    let image = folder.path.appending("probe.bin")
    try Scratch.write(ProbeGuest.image, to: image)
    let command = AcceleratorProbe.command(cpu: "host-passthrough", image: image)
    #expect(command.argv.contains("host"))
    let result = try await run(
      command.tool, Array(command.argv.dropFirst()), timeLimit: AcceleratorProbe.timeLimit.seconds)
    let verdict = AcceleratorProbe.judge(output: result.output, status: result.status)
    #expect(!verdict.reason.isEmpty)
    #expect(verdict.isUsable == (result.status == ProbeGuest.done))
    if access("/dev/kvm", F_OK) != 0 { #expect(!verdict.isUsable) }
  }

  @Test(
    "every way to fail gives 'no' with its reason",
    arguments: [
      ("Could not access KVM kernel module: No such file or directory", Int32(1), "no /dev/kvm"),
      ("Could not access KVM kernel module: Permission denied", 1, "may not use"),
      ("probe: long mode\nprobe: emulated\n", 35, "emulates"),
      ("probe: long mode\nKVM internal error. Suberror: 1\n", nil, "gives up"),
      ("KVM: entry failed, hardware error 0x0", nil, "refuses to enter"),
      ("probe: long mode\nprobe: full speed\n", nil, "did not come to an end, after 'full speed'"),
      ("", nil, "before its first instruction"),
      ("probe: long mode\n", 0, "died, after 'long mode'"),
      ("probe: wrong result\n", 37, "wrong results"),
      ("probe: done\n", 0, "died"),
    ] as [(String, Int32?, String)])
  func refusals(output: String, status: Int32?, words: String) {
    let verdict = AcceleratorProbe.judge(output: output, status: status)
    #expect(!verdict.isUsable)
    #expect(verdict.reason.contains(words), "\(verdict.reason)")
  }

  @Test("the bytes of the small guest are its source, assembled", .needs("as", "objcopy"))
  func assembled() async throws {
    let here = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    let file = here.appending("Sources/Hypervisor/Machine/ProbeGuest.swift").string
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let start = try #require(text.firstRange(of: ".intel_syntax"))
    let end = try #require(text.firstRange(of: "*/"))
    let folder = try Scratch()
    let (source, object, image) = (
      folder.path.appending("p.s"), folder.path.appending("p.o"), folder.path.appending("p.bin")
    )
    try Scratch.write(Array(text[start.lowerBound..<end.lowerBound].utf8), to: source)
    #expect(try await run("as", ["--64", "-o", object.string, source.string]).status == 0)
    #expect(try await run("objcopy", ["-O", "binary", "-j", ".text", object.string, image.string]).status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: image.string)) == Data(ProbeGuest.image))
  }

  @Test("a kept verdict counts only under the circumstances it was made in")
  func record() throws {
    let record = AcceleratorRecord(
      bootID: "b", qemuVersion: "QEMU 7.2", cpu: "host-passthrough", userID: 0, verdict: .no("x"))
    let read = try JSONDecoder().decode(AcceleratorRecord.self, from: JSONEncoder().encode(record))
    #expect(read.verdict(bootID: "b", qemuVersion: "QEMU 7.2", cpu: "host-passthrough", userID: 0) == .no("x"))
    #expect(read.verdict(bootID: "c", qemuVersion: "QEMU 7.2", cpu: "host-passthrough", userID: 0) == nil)
    #expect(read.verdict(bootID: "b", qemuVersion: "QEMU 8.0", cpu: "host-passthrough", userID: 0) == nil)
    #expect(read.verdict(bootID: "b", qemuVersion: "QEMU 7.2", cpu: "Nehalem", userID: 0) == nil)
    #expect(read.verdict(bootID: "b", qemuVersion: "QEMU 7.2", cpu: "host-passthrough", userID: 1000) == nil)
  }

  @Test("each x86-64 level that TCG can emulate has a CPU model")
  func levels() {
    #expect((1...4).map { CPULevels.model(forLevel: $0) } == ["qemu64", "Nehalem", "maximum", nil])
    #expect(["host-passthrough", "maximum", "qemu64"].map(CPULevels.qemuName) == ["host", "max", "qemu64"])
  }
}
