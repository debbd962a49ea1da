import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

extension RealSudo {
  @Suite(
    "A whole disk with xfs or btrfs, finished by an ordinary user", .serialized, .needs("sfdisk"),
    .enabled(
      if: Built.has(Built.factory), "image-factory is not built beside the tests; IMAGE_FACTORY_BINARY names it"))
  struct Finish {
    let host: HelperHost

    init() throws { host = try #require(HelperHost.current) }

    /// A disk with one partition, as an installer leaves it.
    private func disk(_ kind: String, unclean: Bool = false) async throws -> GuestImage {
      let change = "echo hash > root/anaconda-ks.cfg"
      let image =
        unclean
        ? try await GuestImage.unclean(kind, in: host, script: change)
        : try await GuestImage(kind, in: host, script: change)
      let table = "label: dos\nstart=2048, size=\(image.size / 512), type=83\n"
      let script = try host.scratch.write(table, to: "table-\(kind)")
      let made = try await Child.run(
        "sh", "-c", "exec sfdisk -q --no-reread --no-tell-kernel \"$1\" < \"$2\"", "sh", image.path, script.string)
      try #require(made.status == 0, "\(made.errors)")
      return image
    }

    /// The last image that was finished.
    private func finished(_ image: GuestImage) throws -> GuestImage {
      let folder = host.user.home.appending("images-\(image.kind)").string
      let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
      // 'guest-DATE', 'guest-DATE-2' …
      let raws = names.filter { $0.hasSuffix(".raw") }.sorted { ($0.count, $0) < ($1.count, $1) }
      return GuestImage(path: "\(folder)/\(try #require(raws.last, "\(names)"))", like: image)
    }

    private func finish(_ image: GuestImage, as user: OrdinaryUser) async throws -> Child.Result {
      let program = try host.installFactory()
      let output = try user.folder(user.home.appending("images-\(image.kind)").string)
      let config = try user.file(
        "finish-\(image.kind).conf",
        """
        [guest]
        inherits = debian
        description = a disk from elsewhere
        release = 13
        suite = trixie
        mirror = http://ftp.debian.org/debian
        format = raw
        clean = add:/var/lib/bulk
        output-dir = \(output)
        cache-dir = \(user.home)/cache

        """)
      let words = [program.string, "finish", "guest", "--disk", image.path, "--config", config, "--json"]
      return try await Child(user.command(words), environment: user.environment, folder: user.home).wait(limit: 120)
    }

    @Test(
      "the finished image is clean, sound and sparse, its logs are beside it, the disk was only read",
      arguments: ["btrfs", "xfs"])
    func finishes(kind: String) async throws {
      let image = try await disk(kind)
      let before = try await Child.run("sha256sum", image.path).output
      let state = HostState(host)
      let result = try await finish(image, as: host.user)
      try #require(result.status == 0, "\(result.output.suffix(3000))\(result.errors)")
      #expect(HostState(host) == state)
      #expect(try await Child.run("sha256sum", image.path).output == before)

      let finished = try self.finished(image)
      let folder = host.user.home.appending("images-\(kind)").string
      let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
      var status = stat()
      #expect(stat(finished.path, &status) == 0 && status.st_uid == host.user.number)
      #expect(
        finished.allocated < image.allocated - 5_000,
        "\(finished.allocated) of \(image.allocated) KiB; \(result.output.suffix(2500))")
      let checked = try await finished.check()
      #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
      #expect(
        try await finished.look("wc -c < etc/machine-id; ls etc/ssh; ls -A var/log/installer 2>/dev/null || true")
          == "0\nsshd_config\n")
      let log = try #require(names.first { $0.contains("var_log_installer") && $0.hasSuffix("syslog") }, "\(names)")
      #expect(try String(contentsOfFile: "\(folder)/\(log)", encoding: .utf8).contains("the installer's log"))
      #expect(result.output.contains("Guest OS 1"))
    }

    @Test("a guest that did not unmount is finished with a warning, its log replayed", arguments: ["btrfs", "xfs"])
    func unclean(kind: String) async throws {
      let image = try await disk(kind, unclean: true)
      let before = try await Child.run("sha256sum", image.path).output
      let program = try host.installFactory()
      let inspected = try await Child(
        host.user.command([program.string, "inspect", image.path]), environment: host.user.environment,
        folder: host.user.home
      ).wait(limit: 60)
      #expect(inspected.status == 0 && inspected.output.contains(kind), "\(inspected.output)\(inspected.errors)")

      let result = try await finish(image, as: host.user)
      try #require(result.status == 0, "\(result.output.suffix(3000))\(result.errors)")
      #expect(result.output.contains("the guest did not unmount its root file system"))
      #expect(try await Child.run("sha256sum", image.path).output == before)
      let finished = try self.finished(image)
      let checked = try await finished.check()
      #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
      #expect(
        try await finished.look("cat etc/late; wc -c < etc/machine-id; ls etc/ssh") == "in the log\n0\nsshd_config\n")
      #expect(HostState.loops(host) == [])
    }

    @Test("a log does not hide damage: nothing is made of such a disk", arguments: ["btrfs", "xfs"])
    func damagedAndUnclean(kind: String) async throws {
      let image = try await disk(kind, unclean: true)
      // All but the superblock and the log of an xfs, which lies in the middle; the trees of a btrfs.
      let start = image.offset + (kind == "btrfs" ? 0x12000 : 0x1000)
      try await Child.run(
        "dd", "if=/dev/urandom", "of=\(image.path)", "bs=1M", "oflag=seek_bytes", "seek=\(start)",
        "count=\(kind == "btrfs" ? 120 : 30)", "conv=notrunc", "status=none")
      let result = try await finish(image, as: host.user)
      #expect(result.status == 7, "\(result.status) \(result.output.suffix(1000))")
      let folder = host.user.home.appending("images-\(kind)").string
      let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
      #expect(
        !names.contains { $0.hasSuffix(".raw") && !FileManager.default.fileExists(atPath: "\(folder)/\($0).sha256sum") }
      )
      #expect(HostState.loops(host) == [])
    }

    /// A disk with an ext4 root and this file system at `/home`, somebody's history in it.
    private func disk(withHome kind: String) async throws -> GuestImage {
      let home = try await GuestImage(
        kind, in: host, offset: 64 << 20,
        script: "rm -rf etc usr var root tmp; mkdir tester; echo ls > tester/.bash_history; echo stays > tester/file")
      let root = try await GuestImage(
        "ext4", in: host, script: "mkdir home; echo '/dev/vda2 /home \(kind) defaults 0 0' > etc/fstab")
      let table = """
        label: dos
        start=2048, size=\(root.size / 512), type=83
        start=\(home.offset / 512), size=\(home.size / 512), type=83

        """
      let script = try host.scratch.write(table, to: "table-home-\(kind)")
      let made = try await Child.run(
        "sh", "-ec",
        """
        sfdisk -q --no-reread --no-tell-kernel "$1" < "$2"
        dd if="$3" of="$1" bs=1M skip=1 seek=1 count=48 conv=notrunc,sparse status=none
        """, "sh", home.path, script.string, root.path)
      try #require(made.status == 0, "\(made.errors)")
      return home
    }

    @Test(
      "an xfs or btrfs beside an ext4 root is cleaned as well, and a user without the helper is told its place",
      arguments: ["btrfs", "xfs"])
    func parts(kind: String) async throws {
      let image = try await disk(withHome: kind)
      let state = HostState(host)
      let result = try await finish(image, as: host.user)
      try #require(result.status == 0, "\(result.output.suffix(3000))\(result.errors)")
      #expect(HostState(host) == state)
      let finished = try self.finished(image)
      #expect(try await finished.check().status == 0)
      #expect(try await finished.look("ls -A tester") == "file\n")
      #expect(try await image.look("ls -A tester") == ".bash_history\nfile\n", "the disk was only read")
      let outsider = host.outsider
      try #require(chown(image.path, outsider.number, outsider.number) == 0)
      chmod(host.user.home.string, 0o755)
      let refused = try await finish(image, as: outsider)
      let said = refused.output + refused.errors
      #expect(
        refused.status == 7 && said.contains("cannot clean the \(kind) file system of 'guest' at '/home'"), "\(said)")
      #expect(said.contains("'/home/tester/.bash_history' is there") && said.contains("usermod -aG"), "\(said)")
    }

    @Test("root needs no sudo: the same way, without it")
    func asRoot() async throws {
      let image = try await disk("btrfs")
      let program = try host.installFactory()
      let output = try host.scratch.makeFolder("root-images")
      let config = try host.scratch.write(
        """
        [guest]
        inherits = debian
        description = a disk from elsewhere
        release = 13
        suite = trixie
        mirror = http://ftp.debian.org/debian
        output-dir = \(output)
        cache-dir = \(host.scratch.path)/root-cache

        """, to: "root.conf")
      let result = try await Child.run(
        program.string, "finish", "guest", "--disk", image.path, "--config", config.string, "--json", limit: 120)
      #expect(result.status == 0, "\(result.output.suffix(3000))\(result.errors)")
      #expect(HostState.loops(host) == [])
    }

    @Test("a user who may not use the helper is told so before anything is done, with the line for sudoers")
    func refused() async throws {
      let image = try await disk("xfs")
      let outsider = host.outsider
      try #require(chown(image.path, outsider.number, outsider.number) == 0)
      chmod(host.user.home.string, 0o755)
      let result = try await finish(image, as: outsider)
      #expect(result.status == 4, "\(result.output)")
      let said = result.output + result.errors
      #expect(
        said.contains("\(outsider.name) ALL = NOPASSWD: ") && said.contains("usermod -aG image-factory"), "\(said)")
    }
  }
}
