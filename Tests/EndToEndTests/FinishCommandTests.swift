import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

/// `finish` and `inspect` as people and scripts use them: exit status, messages, what is left.
@Suite(
  "finish and inspect on the command line", .needs("sfdisk", "mke2fs", "e2fsck", "qemu-img", "sha256sum"),
  .enabled(if: Built.has(Built.factory), "image-factory is not built"))
struct FinishCommandTests {
  /// What is no disk, and a word of the message that says why.
  static let noDisks: [(kind: String, reason: String)] = [
    ("nothing", "No such file"), ("a dangling link", "No such file"), ("a folder", "not a regular file"),
    ("a named pipe", "not a regular file"), ("a character device", "not a regular file"),
    ("a block device", "not a regular file"), ("a socket", "cannot open"), ("an unreadable file", "Permission denied"),
    ("an empty file", "no partition table"), ("a byte", "no partition table"), ("a MiB of zeros", "no partition table"),
    ("text", "no partition table"),
  ]

  /// nil: this machine or user cannot have one.
  private func make(_ kind: String, _ bench: FinishBench) async throws -> FilePath? {
    let path = bench.scratch.path.appending("no-disk.raw")
    switch kind {
    case "nothing": break
    case "a dangling link": symlink("nowhere", path.string)
    case "a folder": mkdir(path.string, 0o755)
    case "a named pipe": mkfifo(path.string, 0o600)
    case "a character device": return "/dev/zero"
    case "a block device":
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block")) ?? []
      return names.map { FilePath("/dev/\($0)") }.first { access($0.string, R_OK) == 0 }
    case "a socket":
      let socket = try await Child.run(
        "python3", "-c", "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", path.string)
      if socket.status != 0 { return nil }
    case "an unreadable file":
      if geteuid() == 0 { return nil }
      try bench.scratch.write("x", to: "no-disk.raw", mode: 0)
    case "an empty file": try bench.scratch.write("", to: "no-disk.raw")
    case "a byte": try bench.scratch.write("x", to: "no-disk.raw")
    case "text": try bench.scratch.write(String(repeating: "text\n", count: 5000), to: "no-disk.raw")
    default:
      try bench.scratch.write("", to: "no-disk.raw")
      try #require(truncate(path.string, 1 << 20) == 0)
    }
    return path
  }

  @Test(
    "what is no disk is told as such before anything starts: exit status 4, of 'inspect' 7; nothing is made, nothing hangs",
    arguments: FinishCommandTests.noDisks.map(\.kind))
  func noDisk(kind: String) async throws {
    let bench = try await FinishBench()
    guard let path = try await make(kind, bench) else { return }
    let reason = Self.noDisks.first { $0.kind == kind }?.reason ?? ""
    let finished = try await bench.start(disk: path).wait(limit: 30)
    #expect(finished.status == 4 && finished.output == "", "\(finished.errors)")
    #expect(finished.errors.contains("cannot finish '\(path)': ") && finished.errors.contains(reason))
    #expect(finished.errors.contains("cannot finish 'mine': 1 problem, nothing was started"), "\(finished.errors)")
    #expect(finished.errors.contains("qemu-img convert") == (kind == "a block device"))
    #expect(bench.names(bench.output) == nil)
    let inspected = try await bench.inspect(path).wait(limit: 30)
    #expect(inspected.status == 7 && inspected.output == "", "\(inspected.errors)")
    #expect(inspected.errors.contains("cannot inspect '\(path)': ") && inspected.errors.contains(reason))
    #expect((finished.errors + inspected.errors).isPlain)
  }

  @Test(
    "an output folder that cannot be is told before anything starts", arguments: ["/proc/none", "FILE", "FILE/below"])
  func noFolder(name: String) async throws {
    let bench = try await FinishBench()
    let file = try bench.scratch.write("a file", to: "file")
    let output = FilePath(name.replacing("FILE", with: file.string))
    let result = try await bench.start(output: output).wait()
    #expect(result.status == 4 && result.output == "", "\(result.errors)")
    // To root every folder is writable; /proc has no space.
    let isRoot = geteuid() == 0 && name == "/proc/none"
    #expect(result.errors.contains(isRoot ? "0 B free" : "cannot write to the folder"), "\(result.errors)")
    #expect(try String(contentsOfFile: file.string, encoding: .utf8) == "a file")
  }

  @Test(
    "an output folder of somebody else's is told before anything starts", .enabled(if: geteuid() != 0, "not as root"))
  func foreignFolder() async throws {
    let bench = try await FinishBench()
    try bench.scratch.makeFolder("out", mode: 0o555)
    let result = try await bench.start().wait()
    #expect(result.status == 4 && result.errors.contains("cannot write to the folder"), "\(result.errors)")
    #expect(bench.names(bench.output) == [])
  }

  @Test(
    "a file system that is too small is told before anything starts, one that fills up meanwhile ends it: nothing is left",
    .needs("unshare"), .enabled(if: geteuid() == 0, "needs root, to mount a small file system"),
    arguments: [("20m", Int32(4)), ("420m", 7)])
  func fullDisk(size: String, status: Int32) async throws {
    let bench = try await FinishBench()
    try bench.scratch.makeFolder("out")
    // In a mount namespace of its own, which goes with the program; what is left is listed from inside.
    let script =
      "mount -t tmpfs -o size=\(size) none \"$1\"; folder=$1; shift; \"$@\"; status=$?; ls -A \"$folder\"; exit $status"
    let filler = bench.output.appending("filler")
    let tools = try await bench.tools(["qemu-img"], doing: "dd if=/dev/zero of=\(filler) bs=1M status=none 2>/dev/null")
    let result = try await bench.start(
      tools: tools, before: ["unshare", "--mount", "sh", "-c", script, "sh", bench.output.string]
    ).wait()
    #expect(result.status == status, "\(result.output) \(result.errors)")
    #expect(result.errors.contains(status == 4 ? "free, " : "is there space left"), "\(result.errors)")
    let left = result.output.split(separator: "\n").filter { $0.contains("qcow2") && !$0.contains(" ") }
    #expect(left == [] && !result.output.contains(".build\n"), "\(result.output)")
  }

  @Test("two at once on one disk and one folder are two images, both in the list; the disk is as it was")
  func together() async throws {
    let bench = try await FinishBench()
    let before = try await bench.digest(bench.disk)
    let settings = ["format = qcow2, tar", "checksums = sha256, sha512"]
    let children = try [bench.start(settings: settings), bench.start(settings: settings)]
    for child in children {
      let result = await child.wait()
      #expect(result.status == 0, "\(result.errors)")
    }
    for (tool, list) in [("sha256sum", "SHA256SUMS"), ("sha512sum", "SHA512SUMS")] {
      let checked = try await Child(
        [tool, "-c", "--strict", list], folder: bench.output
      ).wait()
      #expect(checked.status == 0 && checked.output.split(separator: "\n").count == 4, "\(checked.output)")
    }
    #expect(bench.names(bench.output)?.filter { $0.hasSuffix(".qcow2") }.count == 2)
    #expect(bench.names(bench.output)?.contains { $0.hasPrefix(".") } == false)
    #expect(try await bench.digest(bench.disk) == before)
  }

  @Test("a disk that has the name the image would get is not replaced, nor is it changed")
  func sameName() async throws {
    let bench = try await FinishBench()
    let first = try await bench.start(settings: ["format = raw"]).wait()
    #expect(first.status == 0, "\(first.errors)")
    let made = try #require(bench.names(bench.output)?.first { $0.hasSuffix(".raw") })
    let disk = bench.output.appending(made)
    let before = try await bench.digest(disk)
    let second = try await bench.start(disk: disk, settings: ["format = raw"]).wait()
    #expect(second.status == 0, "\(second.errors)")
    #expect(try await bench.digest(disk) == before)
    #expect(bench.names(bench.output)?.filter { $0.hasSuffix(".raw") }.count == 2)
    // The second time there is nothing to remove.
    let inspected = try await bench.inspect(disk).wait()
    #expect(inspected.status == 0 && inspected.output.isPlain, "\(inspected.errors)")
    #expect(inspected.output.contains("would take 0 B"), "\(inspected.output)")
  }

  @Test("nothing that the disk says is printed as it is: neither by 'finish' nor by 'inspect'")
  func plain() async throws {
    let bench = try await FinishBench()
    for flags in [["--verbose"], ["--json"]] {
      let result = try await bench.start(flags: flags).wait()
      #expect(result.status == 0 && (result.output + result.errors).isPlain, "\(result.output)")
    }
    for flags in [[], ["--json"]] {
      let result = try await bench.inspect(bench.disk, flags).wait()
      #expect(result.status == 0 && (result.output + result.errors).isPlain, "\(result.output)")
      #expect(result.output.contains("authorized_keys"))
    }
  }
}
