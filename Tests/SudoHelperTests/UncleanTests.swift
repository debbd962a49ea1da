import FactoryTestSupport
import Foundation
import Testing

extension GuestImage {
  /// An image as a guest leaves it that was switched off: `etc/late` is in the log of the file system only.
  static func unclean(_ kind: String, in host: HelperHost, script: String = "") async throws -> GuestImage {
    // What sync(1) has written of an xfs is in its log still; a btrfs has a log for what was synchronised file by file.
    let end =
      kind == "xfs"
      ? "sync; echo 'in the log' > etc/late; sync etc/late; xfs_io -x -c 'shutdown -f' ."
      : "sync; echo 'in the log' > etc/late; sync etc/late; cp --sparse=always \"$1\" \"$1.crash\""
    let image = try await GuestImage(kind, in: host, script: script + "\n" + end)
    if kind == "btrfs" {
      try #require(rename(image.path + ".crash", image.path) == 0)
      try host.user.take(image.path, mode: 0o600)
    }
    return image
  }
}

extension RealSudo {
  @Suite("A file system that was not unmounted", .serialized)
  struct Unclean {
    let host: HelperHost

    init() throws { host = try #require(HelperHost.current) }

    @Test("is looked into without a byte written, and replayed by the clean-up", arguments: ["btrfs", "xfs"])
    func cleaned(kind: String) async throws {
      let image = try await GuestImage.unclean(kind, in: host)
      let before = try await Child.run("sha256sum", image.path).output
      let output = try host.user.file("unclean-look-\(kind)")
      let look = try await host.sudo(["inspect"] + image.words + ["--output=\(output)", "--read=/etc/late"])
      #expect(look.status == 0, "\(look.errors)")
      #expect(try Records(output).files == [:], "the log was not replayed")
      #expect(try await Child.run("sha256sum", image.path).output == before)

      let records = try host.user.file("unclean-clean-\(kind)")
      let clean = try await host.sudo(["clean"] + image.words + ["--output=\(records)", "--remove=/var/lib/bulk"])
      #expect(clean.status == 0, "\(clean.errors)")
      let checked = try await image.check()
      #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
      #expect(try await image.look("cat etc/late; ls var/lib") == "in the log\n")
    }

    @Test(
      "a clean-up of nothing replays, and takes nothing away; no system need be there", arguments: ["btrfs", "xfs"])
    func replayed(kind: String) async throws {
      for script in ["", "rm -r etc/systemd usr"] {
        let image = try await GuestImage.unclean(kind, in: host, script: script)
        let records = try host.user.file("replay-\(kind)-\(script.count)")
        let result = try await host.sudo(["clean"] + image.words + ["--output=\(records)"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Records(records).isComplete)
        let checked = try await image.check()
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        #expect(try await image.look("cat etc/late etc/machine-id") == "in the log\n0123456789abcdef0123456789abcdef\n")
      }
    }
  }

  @Suite("SELinux labels", .serialized, .needs("python3"))
  struct Labels {
    let host: HelperHost

    init() throws { host = try #require(HelperHost.current) }

    private static let unit = "etc/systemd/system/image-factory-ssh-host-keys.service"
    private static let wants = "etc/systemd/system/multi-user.target.wants"

    /// A shell command that shows the label of each path, itself and not what it links to.
    private func show(_ paths: [String]) -> String {
      let program =
        "import os,sys\\nfor p in sys.argv[1:]:\\n  try: print(os.getxattr(p, b'security.selinux', follow_symlinks=False).decode().strip(chr(0)))\\n  except OSError: print('none')"
      return "python3 -c \"$(printf '\(program.replacing("'", with: "'\\''"))')\" \(paths.joined(separator: " "))"
    }

    private func set(_ path: String, _ type: String) -> String {
      "python3 -c 'import os,sys; os.setxattr(sys.argv[1], b\"security.selinux\", (sys.argv[2] + chr(0)).encode())' \(path) system_u:object_r:\(type):s0"
    }

    @Test(
      "what the clean-up makes gets its folder's label, what is labelled keeps its own",
      arguments: ["btrfs", "ext4", "xfs"])
    func inherited(kind: String) async throws {
      let image = try await GuestImage(
        kind, in: host,
        script: [set("etc/systemd/system", "systemd_unit_file_t"), set("etc", "etc_t")].joined(separator: "\n"))
      let output = try host.user.file("labels-\(kind)")
      let before = HostState(host)
      let result = try await host.sudo(["clean"] + image.words + ["--output=\(output)", "--host-keys"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(HostState(host) == before)
      let label = "system_u:object_r:systemd_unit_file_t:s0\n"
      let names = [Labels.unit, Labels.wants, "\(Labels.wants)/image-factory-ssh-host-keys.service"]
      #expect(
        try await image.look(show(names + ["etc", "etc/ssh"])) == label + label + label
          + "system_u:object_r:etc_t:s0\nnone\n")
      let checked = try await image.check()
      #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
    }

    @Test("a folder with a label of its own gives that one; a guest without labels gets none")
    func kept() async throws {
      let own = try await GuestImage(
        "ext4", in: host,
        script: "mkdir -p \(Labels.wants)\n" + set("etc/systemd/system", "systemd_unit_file_t") + "\n"
          + set(Labels.wants, "own_t"))
      let none = try await GuestImage("ext4", in: host)
      for (image, expected) in [
        (own, "system_u:object_r:own_t:s0\nsystem_u:object_r:own_t:s0\n"), (none, "none\nnone\n"),
      ] {
        let output = try host.user.file("labels-\(expected.count)")
        let result = try await host.sudo(["clean"] + image.words + ["--output=\(output)", "--host-keys"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(
          try await image.look(show([Labels.wants, "\(Labels.wants)/image-factory-ssh-host-keys.service"])) == expected)
      }
    }
  }
}
