import SystemPackage
import Testing

@testable import MiniatureGuest

@Suite("what a program needs") struct ProgramFileTests {
  @Test("a program of this host names its loader and its C library", .enabled(if: TestHost.tool("mke2fs") != nil))
  func hostProgram() throws {
    let bytes = try SmallFile.read(FilePath(try #require(TestHost.tool("mke2fs"))))
    let file = try #require(ProgramFile(bytes))
    if file.interpreter != nil { #expect(file.libraries.contains { $0.hasPrefix("libc.") }) }
    #expect(try ProgramBundle("mke2fs", bytes, find: ProgramBundle.hostFile).libraries.keys.sorted().first != "/")
  }

  @Test("a library that is not there is named", .enabled(if: TestHost.tool("mke2fs") != nil)) func missingLibrary()
    throws
  {
    let bytes = try SmallFile.read(FilePath(try #require(TestHost.tool("mke2fs"))))
    guard ProgramFile(bytes)?.interpreter != nil else { return }
    #expect(throws: (any Error).self) { try ProgramBundle("mke2fs", bytes) { _ in nil } }
  }

  @Test(
    "cut and scrambled programs are refused or read, never believed too far",
    .enabled(if: TestHost.tool("mke2fs") != nil))
  func hostile() throws {
    let bytes = try SmallFile.read(FilePath(try #require(TestHost.tool("mke2fs"))))
    for length in stride(from: 0, to: 4096, by: 61) { _ = ProgramFile(Array(bytes.prefix(length))) }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var changed = Array(bytes.prefix(1024))
      for _ in 0..<8 {
        changed[Int.random(in: 16..<1024, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = ProgramFile(changed)
    }
    #expect(ProgramFile([]) == nil && ProgramFile(Array("#!/bin/sh\n".utf8)) == nil)
  }

  @Test("a module's information is found by its key alone") func moduleInformation() {
    let module = Array("junk depends=no\0alias=depends=no\0depends=a,b\0vermagic=6.1 SMP\0".utf8)
    #expect(KernelModules.information("depends", in: module) == "a,b")
    #expect(KernelModules.information("vermagic", in: module) == "6.1 SMP")
    #expect(KernelModules.information("version", in: module) == nil)
    #expect(KernelModules.name(of: "kernel/net/net-failover.ko.xz") == "net_failover")
    #expect(KernelModules.name(of: "a.ko.exe") == nil && KernelModules.name(of: "../x y.ko") == nil)
  }
}
