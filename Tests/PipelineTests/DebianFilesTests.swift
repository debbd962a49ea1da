import Foundation
import HostSystem
import Installers
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("a kernel's version")
struct KernelVersionTests {
  @Test("it is read from the boot protocol's header")
  func read() async throws {
    try await TestHost.run { test in
      let file = try test.write("linux", DebianMirror.kernelImage("6.1.0-35-amd64"))
      #expect(try KernelVersion.read(file) == "6.1.0-35-amd64")
    }
  }

  @Test("what is no kernel, or does not say its version, is refused and never a crash")
  func refused() async throws {
    try await TestHost.run { test in
      let whole = DebianMirror.kernelImage()
      var noText = whole
      noText.replaceSubrange(0x20E..<0x210, with: [0, 0])
      var outside = whole
      outside.replaceSubrange(0x20E..<0x210, with: [0xFF, 0xFF])
      for bytes in [
        Array("<html>".utf8), [], [UInt8](repeating: 0, count: 4096), Array(whole[..<0x300]), noText, outside,
      ] {
        let file = try test.write("linux", bytes)
        let error = await factoryError { _ = try KernelVersion.read(file) }
        #expect(error?.status == .fetchFailed)
        #expect(error?.message.contains("is no Linux kernel") == true, "\(error?.message ?? "")")
      }
    }
  }

  @Test("control characters in it do not get out")
  func printable() async throws {
    try await TestHost.run { test in
      let file = try test.write("linux", DebianMirror.kernelImage("6.1\u{1B}[2J"))
      #expect(try KernelVersion.read(file) == "6.1")
    }
  }
}

@Suite("pins on the disk")
struct PinFolderTests {
  @Test("a name that leads elsewhere is refused", arguments: ["../secret", "/etc/passwd", ".hidden", ".."])
  func names(name: String) async {
    let error = await factoryError { _ = try PinFolder(shipped: "/x").load(name) }
    #expect(error?.message == "'\(name)' cannot be the name of a pin")
  }

  @Test("one that is not there says where it was looked for and how to make one")
  func missing() async {
    let error = await factoryError { _ = try PinFolder(shipped: "/usr/share/x").load("no-such-pin") }
    #expect(error?.status == .configInvalid)
    #expect(error?.message == "cannot find the pin 'no-such-pin'")
    #expect(error?.hint?.contains("/etc/image-factory.d/pins and /usr/share/x/pins") == true)
  }

  @Test("a broken one is an error at its line")
  func broken() async throws {
    try await TestHost.run { test in
      let file = try test.write("pins/broken.pin", "# a pin\nsuite = trixie\ncolour = red\n")
      let error = await factoryError { _ = try PinFolder(shipped: test.folder).load("broken") }
      #expect(error?.location == SourceLocation(file: file.string, line: 3))
    }
  }
}

@Suite("unpacking", needs("xz"))
struct UnpackingTests {
  @Test("an xz file gives its text and leaves nothing, the file itself stays")
  func good() async throws {
    try await TestHost.run { test in
      // More than a child's output is kept for.
      let text = String(repeating: "Package: x\u{1B}\n", count: 500_000)
      try test.write("index", text)
      try await test.tool("xz", "-0", test.folder.appending("index").string)
      let scratch = test.folder.appending("scratch")
      try Folder.create(scratch)
      let file = test.folder.appending("index.xz")
      #expect(try await Unpacking.xz(file, in: scratch, runner: test.host.runner) == text)
      #expect(test.names(scratch) == [])
      #expect(file.exists)
    }
  }

  @Test("what is no xz file is refused, naming it")
  func bad() async throws {
    try await TestHost.run { test in
      let file = try test.write("index.xz", "<html>")
      let error = await factoryError {
        _ = try await Unpacking.xz(file, in: test.folder, runner: test.host.runner)
      }
      #expect(error?.status == .fetchFailed)
      #expect(error?.message == "cannot unpack '\(file)': 'xz' exited with status 1")
      #expect(test.names(test.folder) == ["index.xz"])
    }
  }
}
