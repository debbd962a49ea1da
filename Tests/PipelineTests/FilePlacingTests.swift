import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("placing finished files")
struct FilePlacingTests {
  /// A folder on another file system than `/dev/shm`; nil when there is none.
  private static let other: FilePath? = {
    func device(_ path: String) -> dev_t? {
      var status = stat()
      return stat(path, &status) == 0 && access(path, W_OK) == 0 ? status.st_dev : nil
    }
    guard let memory = device("/dev/shm") else { return nil }
    return ["/tmp", "/var/tmp"].first { device($0).map { $0 != memory } ?? false }.map { FilePath($0) }
  }()

  @Test("a file is moved within a file system, never over another one")
  func within() async throws {
    try await TestHost.run { test in
      let source = try test.write("work/disk", "image")
      let target = test.folder.appending("image.raw")
      try FilePlacing.move(source, to: target)
      #expect(try test.text(target) == "image")
      #expect(!source.exists)
      let second = try test.write("work/disk", "another")
      let error = await factoryError { try FilePlacing.move(second, to: target) }
      #expect(error?.status == .processingFailed)
      #expect(try test.text(target) == "image")
      #expect(try test.text(second) == "another")
    }
  }

  @Test(
    "across file systems it is a copy that keeps the holes, appears at once, and is never over another one",
    .enabled(if: other != nil, "there is no second file system to write to"))
  func across() async throws {
    let away = try ScratchFolder(under: "/dev/shm", prefix: "pipeline-away")
    let near = try ScratchFolder(under: try #require(Self.other), prefix: "pipeline-near")
    defer {
      try? away.close()
      try? near.close()
    }
    let source = away.path.appending("disk.raw")
    try AtomicFile.write("head", to: source)
    #expect(truncate(source.string, 64 << 20) == 0)
    let target = near.path.appending("image.raw")
    try FilePlacing.move(source, to: target)
    var status = stat()
    #expect(stat(target.string, &status) == 0)
    #expect(status.st_size == 64 << 20 && status.st_blocks * 512 < 8 << 20)
    #expect(!source.exists)

    try AtomicFile.write("another", to: source)
    let error = await factoryError { try FilePlacing.move(source, to: target) }
    #expect(error?.status == .processingFailed)
    #expect(source.exists)
    #expect(stat(target.string, &status) == 0 && status.st_size == 64 << 20)
    #expect(!FilePath(target.string + ".part").exists)
  }

  @Test(
    "a half copy that a killed build left is in nobody's way",
    .enabled(if: other != nil, "there is no second file system to write to"))
  func halfCopy() async throws {
    let away = try ScratchFolder(under: "/dev/shm", prefix: "pipeline-away")
    let near = try ScratchFolder(under: try #require(Self.other), prefix: "pipeline-near")
    defer {
      try? away.close()
      try? near.close()
    }
    let source = away.path.appending("disk.raw")
    try AtomicFile.write("whole", to: source)
    let target = near.path.appending("image.raw")
    try AtomicFile.write("ha", to: FilePath(target.string + ".part"))
    try FilePlacing.move(source, to: target)
    #expect(String(decoding: try AtomicFile.read(target), as: UTF8.self) == "whole")
    #expect(!FilePath(target.string + ".part").exists)
  }
}
