import Foundation
import HostSystem
import Model
import Settings
import SystemPackage
import Testing

@testable import Pipeline

@Suite("chains of trust", needs("gpg", "gpgv", "gpgconf"))
struct TrustChainTests {
  typealias Kind = TrustMirror.Kind

  @Test("the registry's names are those the settings table offers")
  func names() {
    #expect(TrustChains.names == Kinds.known.trustChains)
    #expect(Set(TrustChains.names).count == TrustChains.all.count)
  }

  @Test(
    "a good list: kernel, initrd and second stage have their digests before anything is fetched, then all are",
    arguments: Kind.all)
  func good(kind: Kind) async throws {
    try await TrustMirror.run([kind]) { mirror in
      let choice = try await mirror.choose()
      #expect(choice.findings == [])
      let plan = try #require(choice.plan)
      #expect(plan.kind == .current)
      #expect(mirror.server.requests.allSatisfy { $0.hasPrefix("HEAD ") || $0.contains(kind.list) })
      for (file, path) in [(plan.kernel, "boot/linux"), (plan.initrd, "boot/initrd")] {
        #expect(file.sources == ["\(mirror.server.url)/\(path)"])
        #expect(file.sha256 == TrustMirror.files[path].map { SourceDigest.sha256($0) })
        #expect(file.trust.contains(kind.list))
      }
      #expect(plan.stage2?.sha256 == SourceDigest.sha256(Array("a second stage".utf8)))
      // What is not signed is said to be so.
      #expect(plan.kernel.trust.contains("signed by ") == (kind.signature != .none))
      #expect(plan.kernel.trust.contains("does not sign it") == (kind.signature == .none))
      let report = try await mirror.fetch(choice)
      #expect(report.status == .done, "\(report.error?.message ?? "")")
      #expect(report.fetched.count == 3)
      #expect(mirror.keepsGoodFiles)
    }
  }

  @Test("a list changed after it was signed is refused, and what the cache has stays")
  func changed() async throws {
    try await TrustMirror.run(Kind.signed) { mirror in
      #expect(try await mirror.fetch(try await mirror.choose()).status == .done)
      let list = mirror.folder.appending(mirror.kind.list)
      let evil = SourceDigest.sha256(Array("evil".utf8))
      let digest = SourceDigest.sha256(Array("a kernel".utf8))
      try AtomicFile.write(try mirror.test.text(list).replacing(digest, with: evil), to: list)
      let finding = try await mirror.refusal()
      #expect(finding.status == .fetchFailed && finding.message.contains("is bad"), "\(finding.message)")
      #expect(finding.hint == "the file was changed after it was signed: try another mirror")
      #expect(mirror.keepsGoodFiles)
    }
  }

  @Test("a signature by an unknown or an expired key counts for nothing, and the package with the keyring is named")
  func keys() async throws {
    try await TrustMirror.run(Kind.signed) { mirror in
      #expect(try await mirror.fetch(try await mirror.choose()).status == .done)
      let name = "stranger-\(mirror.kind.name)"
      _ = try await mirror.key(name)
      try await mirror.publish(TrustMirror.files, by: name)
      let unknown = try await mirror.refusal()
      #expect(unknown.status == .fetchFailed && unknown.message.contains("is not in the keyring"), "\(unknown.message)")
      #expect(unknown.hint?.contains("'testlinux-keyring'") == true)
      let old = "old-\(mirror.kind.name)"
      let ring = try await mirror.key(old, expires: "2020-06-01")
      try await mirror.publish(TrustMirror.files, by: old)
      let expired = try await mirror.refusal { $0.source.keyrings = [ring] }
      #expect(expired.message.contains("(\(old)) has expired"), "\(expired.message)")
      #expect(mirror.keepsGoodFiles)
    }
  }

  @Test(
    "a missing keyring is the host's problem, said before anything is asked for; of alternatives those that are there do"
  )
  func keyrings() async throws {
    try await TrustMirror.run(Kind.signed) { mirror in
      let missing = try await mirror.refusal { $0.source.keyrings = ["/no/ring.gpg", "/no/other.gpg"] }
      #expect(missing.status == .hostNotReady)
      #expect(missing.message.contains("cannot read the keyring '/no/ring.gpg' or '/no/other.gpg'"))
      #expect(missing.hint?.hasPrefix("install the package 'testlinux-keyring'") == true)
      #expect(!mirror.server.requests.contains { $0.hasPrefix("GET") })
      let none = try await mirror.refusal {
        $0.source.keyrings = []
        $0.source.keyringPackage = ""
      }
      #expect(none.message.contains("no keyring is named") && none.status == .hostNotReady)
      let armored = try await mirror.key("archive", armored: true)
      let choice = try await mirror.choose { $0.source.keyrings = ["/no/ring.gpg", armored] }
      #expect(choice.plan != nil, "\(choice.findings.map(\.message))")
    }
  }

  @Test("a file that is not listed is named, with the list", arguments: Kind.all)
  func unlisted(kind: Kind) async throws {
    try await TrustMirror.run([kind]) { mirror in
      #expect(try await mirror.fetch(try await mirror.choose()).status == .done)
      var files = TrustMirror.files
      files["boot/root.img"] = nil
      try await mirror.publish(TrustMirror.files, listed: files)
      let finding = try await mirror.refusal()
      #expect(finding.message.contains("'boot/root.img' is not listed in '\(mirror.server.url)/\(kind.list)'"))
      #expect(finding.status == .fetchFailed && mirror.keepsGoodFiles)
    }
  }

  @Test("a file that is listed and not there is known before anything is fetched", arguments: Kind.all)
  func absent(kind: Kind) async throws {
    try await TrustMirror.run([kind]) { mirror in
      try Folder.remove(mirror.folder.appending("boot/initrd"))
      let finding = try await mirror.refusal()
      #expect(finding.message.contains("lists 'boot/initrd' and does not have it"), "\(finding.message)")
    }
  }

  @Test("a file with another digest than listed is refused, and so is a page for people", arguments: Kind.all)
  func wrongFile(kind: Kind) async throws {
    try await TrustMirror.run([kind]) { mirror in
      #expect(try await mirror.fetch(try await mirror.choose()).status == .done)
      // A newer kernel is listed, the mirror gives something else.
      var listed = TrustMirror.files
      listed["boot/linux"] = Array("a new kernel".utf8)
      try await mirror.publish(TrustMirror.files, listed: listed)
      let wrong = try await mirror.fetch(try await mirror.choose())
      #expect(wrong.status == .fetchFailed)
      #expect(wrong.error?.message.contains("wrong digest") == true, "\(wrong.error?.message ?? "")")
      let page = FolderServer.Answer(body: Array("<!DOCTYPE html><p>Log in".utf8), type: "text/html")
      mirror.server.answer("/boot/linux", with: page)
      let html = try await mirror.fetch(try await mirror.choose())
      #expect(html.status == .fetchFailed && html.error?.message.contains("a page for people") == true)
      #expect(mirror.keepsGoodFiles)
    }
  }

  @Test("a page for people in the place of the list or of its signature is no list", arguments: Kind.all)
  func portal(kind: Kind) async throws {
    try await TrustMirror.run([kind]) { mirror in
      #expect(try await mirror.fetch(try await mirror.choose()).status == .done)
      let page = FolderServer.Answer(body: Array("<!DOCTYPE html><p>Log in".utf8), type: "text/html")
      mirror.server.answer("/\(kind.list)", with: page)
      let finding = try await mirror.refusal()
      #expect(finding.status == .fetchFailed, "\(finding.message)")
      if case .beside(let suffix) = kind.signature {
        mirror.server.answer("/\(kind.list)", with: nil)
        mirror.server.answer("/\(kind.list)\(suffix)", with: page)
        #expect(try await mirror.refusal().status == .fetchFailed)
      }
      #expect(mirror.keepsGoodFiles)
    }
  }

  @Test("a tree that changes between planning and fetching says so", arguments: Kind.all)
  func moving(kind: Kind) async throws {
    try await TrustMirror.run([kind]) { mirror in
      let choice = try await mirror.choose()
      var files = TrustMirror.files
      files["boot/linux"] = Array("tomorrow's kernel".utf8)
      try await mirror.publish(files)
      let report = try await mirror.fetch(choice)
      #expect(report.status == .fetchFailed)
      #expect(
        report.error?.message == "cannot fetch the kernel of 'golden': the tree changed while it was read, run again",
        "\(report.error?.message ?? "")")
      #expect(try await mirror.fetch(try await mirror.choose()).status == .done)
    }
  }

  @Test("the first mirror that has the list is asked, and where none has it each one's answer is told")
  func mirrors() async throws {
    try await TrustMirror.run([Kind.all[0]]) { mirror in
      let choice = try await mirror.choose { $0.source.mirrors = ["\(mirror.server.url)/none", mirror.server.url] }
      #expect(choice.mirrors?.main.first == mirror.server.url)
      #expect(choice.plan?.kernel.sources.first == "\(mirror.server.url)/boot/linux")
      let finding = try await mirror.refusal { $0.source.mirrors = ["\(mirror.server.url)/none"] }
      #expect(finding.message == "no mirror has '.treeinfo': \(mirror.server.url)/none/.treeinfo: status 404")
      // Files of an installer from elsewhere leave the package mirrors as they are.
      let apart = try await mirror.choose {
        $0.source.mirrors = ["http://packages.example.org/x"]
        $0.source.installerMirrors = [mirror.server.url]
      }
      #expect(apart.mirrors?.main == ["http://packages.example.org/x"])
      #expect(apart.plan?.kernel.sources == ["\(mirror.server.url)/boot/linux"])
    }
  }

  @Test("an unsigned tree over an unprotected connection needs digests in the config, which have to agree")
  func unprotected() async throws {
    try await TrustMirror.run([Kind.all[0]]) { mirror in
      let finding = try await mirror.refusal { $0.source.mirrors = [mirror.server.unprotectedURL] }
      #expect(finding.message.contains("is not signed and would come over an unprotected connection"))
      #expect(finding.hint?.contains("'kernel-sha256'") == true)
      func digest(_ path: String) -> String? { TrustMirror.files[path].map { SourceDigest.sha256($0) } }
      let choice = try await mirror.choose {
        $0.source.mirrors = [mirror.server.unprotectedURL]
        $0.source.kernelSHA256 = digest("boot/linux")
        $0.source.initrdSHA256 = digest("boot/initrd")
        $0.source.stage2SHA256 = digest("boot/root.img")
      }
      #expect(choice.plan?.kernel.trust == "digest in the config", "\(choice.findings.map(\.message))")
      let other = try await mirror.refusal { $0.source.kernelSHA256 = digest("boot/initrd") }
      #expect(other.message.contains("'kernel-sha256' of 'golden' is \(digest("boot/initrd") ?? "")"))
    }
  }

  @Test("without a chain the files are what the config says, and a warning says which are not")
  func none() async throws {
    try await TrustMirror.run([Kind.all[0]]) { mirror in
      let choice = try await mirror.choose {
        $0.source.trust = "none"
        $0.source.kernelSHA256 = SourceDigest.sha256(Array("a kernel".utf8))
        $0.source.stage2Path = nil
      }
      #expect(choice.plan?.kernel.trust == "digest in the config")
      #expect(choice.plan?.initrd.trust.hasPrefix("unverified") == true)
      #expect(choice.findings.map(\.severity) == [.warning])
      #expect(choice.findings.first?.location?.line == 3)
    }
  }

  @Test("an image's name may have a star: the newest of the signed list is meant")
  func image() async throws {
    try await TrustMirror.run(Kind.signed) { mirror in
      let config = try mirror.config { $0.source.imagePath = "test-1.2*-live.iso" }
      let request = TrustRequest(
        mirrors: [mirror.server.url], config: config, host: mirror.test.host, cacheFolder: "/cache")
      let chain = try TrustChains.chain(for: config.source)
      let image = try #require(try await chain.image(request))
      #expect(image.path == "test-1.2.10-live.iso")
      #expect(image.sha256 == SourceDigest.sha256(Array("the newest image".utf8)))
    }
  }

  @Test("a list may have SHA-512 digests alone: the image is checked by them, kept, and a changed one is refused")
  func longDigests() async throws {
    try await TrustMirror.run(Kind.signed) { mirror in
      let name = "test-1.2.10-live.iso"
      func publish() async throws {
        let digest = try SourceDigest.sha512(mirror.folder.appending(name))
        try await mirror.publish(
          list: mirror.kind.signature == .around ? "SHA512 (\(name)) = \(digest)\n" : "\(digest)  \(name)\n")
      }
      func choose() async throws -> InstallerChooser.Choice {
        try await mirror.choose {
          $0.source.imagePath = "test-1.2*-live.iso"
          $0.source.kernel = ["iso:/boot/linux"]
          $0.source.initrd = ["iso:/boot/initrd"]
        }
      }
      try await publish()
      let image = try #require(try await choose().plan?.image)
      #expect(image.sha256 == nil && image.sha512?.count == 128)
      #expect(image.sources == ["\(mirror.server.url)/\(name)"] && image.trust.contains("signed by "))
      func fetch(_ image: FetchPlan) async throws -> Fetching.Fetched {
        try await Fetching.fetch(
          image, named: "the image", cacheFolder: mirror.test.folder.appending("cache"), host: mirror.test.host,
          events: nil)
      }
      let good = try await fetch(image)
      #expect(try AtomicFile.read(good.path) == Array("the newest image".utf8))
      let asked = mirror.server.requests.count
      #expect(try await fetch(image).report.bytesFetched == 0)
      #expect(mirror.server.requests.count == asked, "what the cache has needs no question")

      // Another file than the list of another day says; then the file of that day.
      try mirror.test.write("tree/\(name)", "the image of tomorrow")
      try await publish()
      let next = try #require(try await choose().plan?.image)
      try mirror.test.write("tree/\(name)", "an evil image, unlisted")
      let error = await factoryError { _ = try await fetch(next) }
      #expect(error?.status == .fetchFailed)
      #expect(error?.details.contains { $0.contains("wrong digest: SHA-512 is ") } == true, "\(error?.details ?? [])")
      #expect(mirror.test.names(mirror.test.folder.appending("cache/content")) == [good.report.sha256])
      #expect(try await fetch(image).path == good.path)
      try mirror.test.write("tree/\(name)", "the image of tomorrow")
      #expect(try AtomicFile.read(try await fetch(next).path) == Array("the image of tomorrow".utf8))

      // A file of the user's own is measured where it lies.
      var local = next
      local.sources = [try mirror.test.write("own.iso", "an image of one's own").string]
      local.sha512 = String(repeating: "0", count: 128)
      let refused = await factoryError { _ = try await fetch(local) }
      #expect(refused?.message.contains("wrong digest: SHA-512 is ") == true, "\(refused?.message ?? "")")
    }
  }

  @Test("a pin is Debian's: asked for elsewhere it is an error of the config, and so is an unknown chain")
  func pinned() async throws {
    try await TrustMirror.run([Kind.all[0]]) { mirror in
      let finding = try await mirror.refusal {
        $0.source.choice = .pinned
        $0.source.pin = "debian-13"
      }
      #expect(finding.status == .configInvalid)
      #expect(finding.message == "'installer = pinned' is for Debian's installer, 'golden' has 'trust = treeinfo'")
      let unknown = try await mirror.refusal { $0.source.trust = "hope" }
      #expect(unknown.status == .configInvalid && unknown.message.contains("unknown trust chain 'hope'"))
      let missing = try await mirror.refusal { $0.source.kernelPath = nil }
      #expect(missing.status == .configInvalid && missing.message.contains("needs 'kernel-path'"))
    }
  }
}
