import FoundationEssentials
import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@Suite("fetching from files, rsync and Debian packages")
struct OtherSourcesTests {
  @Test("sources are told apart, and passwords masked")
  func kinds() {
    #expect(SourceURL("/a/b") == .file("/a/b"))
    #expect(SourceURL("a/b:c") == .file("a/b:c"))
    #expect(SourceURL("file:///a%20b") == .file("/a b"))
    #expect(SourceURL("file:/a") == .file("/a"))
    #expect(SourceURL("file://localhost/a") == .file("/a"))
    #expect(SourceURL("https://h/x") == .web("https://h/x"))
    #expect(SourceURL("rsync://h/m/x") == .rsync("rsync://h/m/x"))
    #expect(SourceURL("rsync:h:/x") == .rsync("h:/x"))
    #expect(SourceURL("deb:pool/a.deb#./usr/x") == .package(path: "pool/a.deb", member: "usr/x"))
    for bad in ["", "ftp://h/x", "http://", "http:x", "deb:a.deb", "deb:../a#b", "deb:a#../b", "rsync:-e", "file:a"] {
      #expect(SourceURL(bad) == nil, "\(bad)")
    }
    #expect(SourceURL.shown("rsync://me:pw@h/x@y") == "rsync://me:******@h/x@y")
    #expect(SourceURL.shown("http://h:80/x@y") == "http://h:80/x@y")
  }

  @Test("a file of the user's is verified and stays where it is; what is no regular file is refused")
  func localFile() async throws {
    try await inScratch { folder in
      try await withDownloads(folder) { downloads in
        let path = folder.appending("my kernel")
        try AtomicFile.write("kernel", to: path)
        symlink(path.string, folder.appending("link").string)
        let digest = SourceDigest.sha256(Array("kernel".utf8))
        let link = SourceRequest(name: "k", urls: [folder.appending("link").string], sha256: digest)
        #expect(try await downloads.fetch(link).sha256 == digest)
        let url = SourceRequest(name: "k", urls: ["file://\(folder.string)/my%20kernel"])
        #expect(try await downloads.fetch(url).size.bytes == 6)
        for (source, words) in [
          (folder.string, "not a regular file"), ("/dev/zero", "not a regular file"), ("/no/such/file", "no such file"),
        ] {
          let error = await factoryError { _ = try await downloads.fetch(SourceRequest(name: "it", urls: [source])) }
          #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        let wrong = SourceRequest(name: "it", urls: [path.string], sha256: String(repeating: "a", count: 64))
        let problem1 = await factoryError { _ = try await downloads.fetch(wrong) }
        #expect(problem1?.message.contains("wrong digest") == true)
        let noDigest = SourceRequest(name: "it", urls: [path.string], sha256: "abc")
        let problem2 = await factoryError { _ = try await downloads.fetch(noDigest) }
        #expect(problem2?.status == .configInvalid)
        let noSource = SourceRequest(name: "it", urls: ["gopher://x"])
        let problem3 = await factoryError { _ = try await downloads.fetch(noSource) }
        #expect(problem3?.status == .configInvalid)
      }
    }
  }

  @Test("rsync fetches, sees an unchanged file and fetches a changed one; the good copy stays", needs("rsync"))
  func rsync() async throws {
    try await inScratch { folder in
      try await withDownloads(folder) { downloads in
        let source = folder.appending("upstream")
        try AtomicFile.write("version one", to: source)
        var wanted = SourceRequest(name: "the initrd", urls: ["rsync:\(source.string)"])
        let first = try await downloads.fetch(wanted)
        #expect(first.bytesFetched == 11 && !first.fromCache)
        let second = try await downloads.fetch(wanted)
        #expect(second.bytesFetched == 0 && second.fromCache && second.path == first.path)
        try AtomicFile.write("version number two", to: source)
        let third = try await downloads.fetch(wanted)
        #expect(try text(third.path) == "version number two")
        #expect(try text(first.path) == "version one")
        wanted.sha256 = String(repeating: "0", count: 64)
        let problem4 = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(problem4?.message.contains("wrong digest") == true)
        wanted.urls = ["rsync:\(source.string)-not-there"]
        let error = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(error?.message.contains("rsync exited with status 23") == true, "\(error?.message ?? "")")
        #expect(try text(third.path) == "version number two")
      }
    }
  }

  @Test("a password in an rsync URL is in no error", needs("rsync"))
  func rsyncSecret() async throws {
    try await inScratch { folder in
      try await withDownloads(folder) { downloads in
        let wanted = SourceRequest(name: "it", urls: ["rsync://me:sesame@127.0.0.1:1/module/x"])
        let error = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(error?.everything.contains("sesame") == false)
        #expect(error?.message.contains("me:******@") == true)
      }
    }
  }

  /// A package with a file, a symbolic link and a folder, made by dpkg-deb.
  private func makePackage(in folder: FilePath, _ compression: String) async throws -> FilePath {
    let root = folder.appending("root")
    try Folder.create(root.appending("DEBIAN"))
    try Folder.create(root.appending("usr/lib/installer"))
    try AtomicFile.write(
      "Package: netboot\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: test\n",
      to: root.appending("DEBIAN/control"))
    try AtomicFile.write(
      String(repeating: "the initrd ", count: 1001), to: root.appending("usr/lib/installer/initrd.gz"))
    symlink("/etc/passwd", root.appending("usr/lib/installer/link").string)
    let package = folder.appending("mirror/pool/netboot.deb")
    try Folder.create(folder.appending("mirror/pool"))
    try await SubprocessRunner().succeed(
      Command(
        "dpkg-deb", ["--root-owner-group", "-Z\(compression)", "--build", root.string, package.string],
        purpose: "build a package"), failing: .unexpected)
    return package
  }

  @Test(
    "a member of a Debian package is unpacked, verified and kept", needs("dpkg-deb", "tar", "xz", "gzip"),
    arguments: ["xz", "gzip", "none"])
  func member(_ compression: String) async throws {
    try await inScratch { folder in
      let package = try AtomicFile.read(try await makePackage(in: folder, compression))
      let content = String(repeating: "the initrd ", count: 1001)
      try await TinyServer.run {
        TinyServer.file(package, for: $0)
      } _: { server in
        try await withDownloads(folder) { downloads in
          var wanted = SourceRequest(
            name: "the initrd of 'debian-13'", urls: ["deb:pool/netboot.deb#usr/lib/installer/initrd.gz"],
            mirrors: ["http://127.0.0.1:1/debian", "\(server.base)/debian/"],
            packageSHA256: SourceDigest.sha256(package))
          let first = try await downloads.fetch(wanted)
          #expect(try text(first.path) == content)
          #expect(first.bytesFetched == Int64(package.count))
          #expect(server.seen.first?.path == "/debian/pool/netboot.deb")
          wanted.sha256 = SourceDigest.sha256(Array(content.utf8))
          #expect(try await downloads.fetch(wanted).bytesFetched == 0)
          wanted.sha256 = nil
          #expect(try await downloads.fetch(wanted).fromCache)
          #expect(server.count == 1)
          #expect(try names(in: downloads.cache.folder.appending("scratch")) == [])
        }
      }
    }
  }

  @Test("links, folders, missing members, wrong digests and broken packages are refused", needs("dpkg-deb", "xz"))
  func badMembers() async throws {
    try await inScratch { folder in
      let package = try await makePackage(in: folder, "xz")
      let mirror = "file://\(folder.appending("mirror").string)"
      try await withDownloads(folder) { downloads in
        for (member, words) in [
          ("usr/lib/installer/link", "is not a regular file"), ("usr/lib/installer", "is not a regular file"),
          ("usr/lib/nothing", "there is no 'usr/lib/nothing' in"),
        ] {
          let wanted = SourceRequest(name: "it", urls: ["deb:pool/netboot.deb#\(member)"], mirrors: [mirror])
          let error = await factoryError { _ = try await downloads.fetch(wanted) }
          #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        var wanted = SourceRequest(
          name: "it", urls: ["deb:pool/netboot.deb#usr/lib/installer/initrd.gz"], mirrors: [mirror],
          sha256: String(repeating: "b", count: 64))
        let problem5 = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(problem5?.message.contains("wrong digest") == true)
        wanted.sha256 = nil
        wanted.packageSHA256 = String(repeating: "c", count: 64)
        let problem6 = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(problem6?.message.contains("wrong digest") == true)
        wanted.packageSHA256 = nil
        let whole = try AtomicFile.read(package)
        for (bytes, words) in [
          (Array(whole.dropLast(100)), "goes past the end"), (Array("!<arch>\njunk".utf8), "broken member header"),
          (Array("no archive".utf8), "no ar archive"), (Array("!<arch>\n".utf8), "no file archive"),
        ] {
          try AtomicFile.write(bytes, to: package)
          let error = await factoryError { _ = try await downloads.fetch(wanted) }
          #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        wanted.mirrors = []
        let problem7 = await factoryError { _ = try await downloads.fetch(wanted) }
        #expect(problem7?.message.contains("no mirror is given") == true)
      }
    }
  }
}
