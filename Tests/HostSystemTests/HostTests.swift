import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@Suite("the host")
struct HostTests {
  private func facts(user: UInt32 = 1000, _ environment: [String: String] = [:]) -> HostFacts {
    HostFacts(
      userNumber: user, userName: "jenkins", home: "/home/jenkins", cores: 2, memory: .gibibytes(4), bootID: "x",
      isDebian: true, environment: environment)
  }

  @Test("the facts of this host make sense")
  func current() {
    let facts = HostFacts.current()
    #expect(facts.isRoot == (geteuid() == 0))
    #expect(facts.cores >= 1)
    #expect(facts.memory > .mebibytes(64))
    #expect(facts.bootID.count == 36)
    #expect(!facts.userName.isEmpty)
  }

  @Test("the cache is where the XDG specification wants it, for root in /var/cache")
  func cacheFolder() {
    #expect(facts(user: 0).cacheFolder == "/var/cache/image-factory")
    #expect(facts().cacheFolder == "/home/jenkins/.cache/image-factory")
    #expect(facts(["XDG_CACHE_HOME": "/big/cache"]).cacheFolder == "/big/cache/image-factory")
    #expect(facts(["XDG_CACHE_HOME": "relative"]).cacheFolder == "/home/jenkins/.cache/image-factory")
  }

  @Test("the runtime folder is ours alone, or is refused")
  func runtimeFolder() async throws {
    try await inScratch { folder in
      let user = geteuid()
      chmod(folder.string, 0o700)
      #expect(try facts(user: user, ["XDG_RUNTIME_DIR": folder.string]).runtimeFolder() == folder)
      let open = folder.appending("open")
      try Folder.create(open, mode: 0o755)
      let ours = facts(user: user, ["XDG_RUNTIME_DIR": open.string, "TMPDIR": folder.string])
      let found = try ours.runtimeFolder()
      // /run/user/UID is used where it is there.
      if found != FilePath("/run/user/\(user)") {
        let made = folder.appending("image-factory-\(user)")
        #expect(found == made)
        chmod(made.string, 0o777)
        let problem1 = await factoryError { _ = try ours.runtimeFolder() }
        #expect(problem1?.message.contains("mode 0700") == true)
      }
      let stranger = facts(user: 54321, ["TMPDIR": folder.string])
      let problem2 = await factoryError { _ = try stranger.runtimeFolder() }
      #expect(problem2?.status == .hostNotReady)
    }
  }

  @Test("the mirror is Debian's own entry, in both styles of apt sources")
  func aptMirror() async throws {
    try await inScratch { root in
      let folder = root.appending("etc/apt/sources.list.d")
      try Folder.create(folder)
      try AtomicFile.write("deb https://deb.nodesource.com/node_20.x nodistro main\n", to: folder.appending("a.list"))
      try AtomicFile.write(
        "deb [arch=amd64 signed-by=/usr/share/keyrings/docker.gpg] https://download.docker.com/linux/debian bookworm stable\n"
          + "deb https://packages.example.com/debian/12/prod bookworm main\n", to: folder.appending("b.list"))
      #expect(AptMirror.find(root: root) == nil)
      try AtomicFile.write(
        """
        # Debian
        Types: deb deb-src
        URIs: http://ftp.debian.org/debian/
        Suites: trixie trixie-updates
        Components: main
         contrib
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

        Types: deb
        URIs: http://security.debian.org/debian-security
        Suites: trixie-security
        Components: main

        Enabled: no
        Types: deb
        URIs: http://disabled.example.com/debian
        Suites: trixie
        Components: main

        """, to: folder.appending("debian.sources"))
      #expect(
        AptMirror.find(root: root)
          == AptMirror(archive: "http://ftp.debian.org/debian", security: "http://security.debian.org/debian-security"))
      try AtomicFile.write(
        "deb cdrom:[Debian]/ trixie main\ndeb mirror+file:/etc/apt/mirrors/debian.list trixie main\n"
          + "deb https://first.example.org/debian trixie main\n# deb http://old.example.org/debian trixie main\n"
          + "deb http://second.example.org/debian bookworm main non-free # comment\n",
        to: root.appending("etc/apt/sources.list"))
      #expect(AptMirror.find(root: root)?.archive == "http://second.example.org/debian")
    }
  }

  @Test("os-release is read with its quotes")
  func osRelease() async throws {
    try await inScratch { root in
      try Folder.create(root.appending("etc"))
      try AtomicFile.write(
        "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n", to: root.appending("etc/os-release"))
      let fields = HostFacts.osRelease(root: root)
      #expect(fields["ID"] == "debian")
      #expect(fields["PRETTY_NAME"] == "Debian GNU/Linux 13 (trixie)")
    }
  }

  @Test("the clock gives ISO 8601 with the offset, and the local day")
  func clock() async throws {
    let clock = FixedWallClock(1_769_900_709, offset: 3600)
    #expect(clock.timestamp == "2026-02-01T00:05:09+01:00")
    #expect(clock.today == "2026-02-01")
    try await clock.sleep(for: .seconds(60))
    #expect(clock.timestamp == "2026-02-01T00:06:09+01:00")
    #expect(FixedWallClock(0, offset: -12600).timestamp == "1969-12-31T20:30:00-03:30")
    #expect(abs(SystemWallClock().now - Double(time(nil))) < 2)
  }
}
