import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("the mirrors of a build")
struct MirrorsTests {
  private let facts = HostFacts(
    userNumber: 1000, userName: "t", home: "/", cores: 1, memory: .gibibytes(1), bootID: "", isDebian: true,
    environment: [:])

  private func source(_ change: (inout InstallerSource) -> Void = { _ in }) -> InstallerSource {
    var source = InstallerSource()
    source.defaultMirror = "http://ftp.debian.org/debian"
    source.defaultSecurityMirror = "http://security.debian.org/debian-security"
    change(&source)
    return source
  }

  @Test("the config's come first, in their order, without slashes at their ends, and none of the host's beside them")
  func configured() {
    let mirrors = Mirrors.choose(
      for: source { $0.mirrors = ["http://a.example.org/debian//", "", "http://b.example.org/debian"] },
      distribution: "debian", host: facts)
    #expect(mirrors.main == ["http://a.example.org/debian", "http://b.example.org/debian"])
    #expect(mirrors.security == "http://security.debian.org/debian-security")
    #expect(mirrors.all == mirrors.main + ["http://security.debian.org/debian-security"])
  }

  @Test("the host's own are taken when the config names none, else the distribution's")
  func own() {
    let mirrors = Mirrors.choose(for: source(), distribution: "debian", host: facts)
    let host = facts.aptMirror()
    #expect(mirrors.main == [host?.archive ?? "http://ftp.debian.org/debian"])
    #expect(mirrors.security == host?.security ?? "http://security.debian.org/debian-security")
  }

  @Test("a security mirror that the config names wins, and one that is the mirror itself is named once")
  func security() {
    let mirrors = Mirrors.choose(
      for: source {
        $0.mirrors = ["http://a.example.org/debian"]
        $0.securityMirror = "http://a.example.org/debian/"
      }, distribution: "debian", host: facts)
    #expect(mirrors.security == "http://a.example.org/debian")
    #expect(mirrors.all == ["http://a.example.org/debian"])
  }

  @Test(
    "the host's own are Debian's: no other distribution gets them, nor a Debian guest of another host's distribution")
  func ofDebianOnly() {
    let rocky = Mirrors.choose(for: source(), distribution: "rocky", host: facts)
    #expect(rocky.main == ["http://ftp.debian.org/debian"])
    #expect(rocky.security == "http://security.debian.org/debian-security")
    var other = facts
    other.isDebian = false
    #expect(Mirrors.choose(for: source(), distribution: "debian", host: other).main == rocky.main)
  }

  @Test("without any there is none")
  func none() {
    let mirrors = Mirrors.choose(for: InstallerSource(), distribution: "debian", host: facts)
    #expect(mirrors.main == [facts.aptMirror()?.archive].compactMap(\.self))
  }
}
