import FoundationEssentials
import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@Suite("files out of a bootable image", needs("xorriso"))
struct ImageMemberTests {
  private static let kernel = String(repeating: "the kernel ", count: 1001)

  /// An image with a file, a symbolic link and a folder.
  private func makeImage(in folder: FilePath) async throws -> FilePath {
    let root = folder.appending("root")
    try Folder.create(root.appending("casper"))
    try AtomicFile.write(Self.kernel, to: root.appending("casper/vmlinuz"), mode: 0o444)
    symlink("vmlinuz", root.appending("casper/link").string)
    symlink("/etc/passwd", root.appending("casper/away").string)
    let image = folder.appending("live server.iso")
    try await SubprocessRunner().succeed(
      Command(
        "xorriso", ["-as", "mkisofs", "-quiet", "-R", "-V", "Ubuntu", "-o", image.string, root.string],
        purpose: "make an image"), failing: .unexpected)
    return image
  }

  /// Downloads into a cache of the test.
  private func withDownloads<Result>(_ folder: FilePath, _ body: (Downloads) async throws -> Result) async throws
    -> Result
  {
    let downloads = Downloads(
      folder: folder.appending("cache"), runner: SubprocessRunner(), environment: [:], pauses: [])
    do {
      let result = try await body(downloads)
      await downloads.close()
      return result
    } catch {
      await downloads.close()
      throw error
    }
  }

  @Test("a member of a fetched image is unpacked once, verified and kept")
  func member() async throws {
    try await inScratch { folder in
      let bytes = try AtomicFile.read(try await makeImage(in: folder))
      try await TinyServer.run {
        TinyServer.file(bytes, for: $0)
      } _: { server in
        try await withDownloads(folder) { downloads in
          let image = try await downloads.fetch(
            SourceRequest(
              name: "the image", urls: ["\(server.base)/noble/live.iso"], sha256: SourceDigest.sha256(bytes)))
          var wanted = SourceRequest(name: "the kernel of 'ubuntu-24.04'", urls: ["iso:/casper/vmlinuz"])
          wanted.image = image
          let first = try await downloads.fetch(wanted)
          #expect(try text(first.path) == Self.kernel)
          #expect(first.source == "\(server.base)/noble/live.iso#casper/vmlinuz" && first.bytesFetched == 0)
          wanted.sha256 = SourceDigest.sha256(Array(Self.kernel.utf8))
          #expect(try await downloads.fetch(wanted).path == first.path)
          wanted.sha256 = nil
          #expect(try await downloads.fetch(wanted).fromCache)
          #expect(server.count == 1)
          #expect(try names(in: downloads.cache.folder.appending("scratch")) == [])
        }
      }
    }
  }

  @Test("an image with another digest than the wanted one is refused, and nothing is taken out of it")
  func wrongImage() async throws {
    try await inScratch { folder in
      let bytes = try AtomicFile.read(try await makeImage(in: folder))
      try await TinyServer.run {
        TinyServer.file(bytes, for: $0)
      } _: { server in
        try await withDownloads(folder) { downloads in
          let wanted = SourceRequest(
            name: "the image", urls: ["\(server.base)/live.iso"], sha256: String(repeating: "a", count: 64))
          let error = await factoryError { _ = try await downloads.fetch(wanted) }
          #expect(error?.status == .fetchFailed && error?.message.contains("wrong digest") == true)
        }
      }
    }
  }

  @Test("links, folders, missing members, wrong digests, broken images and none at all are refused")
  func refused() async throws {
    try await inScratch { folder in
      let path = try await makeImage(in: folder)
      try await withDownloads(folder) { downloads in
        let image = try await downloads.fetch(SourceRequest(name: "the image", urls: [path.string]))
        for (member, words) in [
          ("casper/link", "is not a regular file"), ("casper/away", "is not a regular file"),
          ("casper", "is not a regular file"), ("casper/nothing", "there is no 'casper/nothing' in"),
        ] {
          var wanted = SourceRequest(name: "it", urls: ["iso:\(member)"])
          wanted.image = image
          let error = await factoryError { _ = try await downloads.fetch(wanted) }
          #expect(error?.message.contains(words) == true, "\(error?.everything ?? "")")
        }
        var wanted = SourceRequest(name: "it", urls: ["iso:/casper/vmlinuz"], sha256: String(repeating: "b", count: 64))
        wanted.image = image
        let wrong = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(wrong?.message.contains("wrong digest") == true)
        wanted.sha256 = nil
        wanted.image = nil
        let none = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(none?.hint == "set 'installer-image'")
        wanted.urls = ["iso:/casper/../../etc/passwd"]
        let upwards = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(upwards?.status == .configInvalid)
        try AtomicFile.write("no image", to: folder.appending("text"))
        wanted.urls = ["iso:/casper/vmlinuz"]
        wanted.image = try await downloads.fetch(SourceRequest(name: "it", urls: [folder.appending("text").string]))
        let broken = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(broken?.message.hasSuffix("is no ISO 9660 image") == true, "\(broken?.everything ?? "")")
      }
    }
  }
}
