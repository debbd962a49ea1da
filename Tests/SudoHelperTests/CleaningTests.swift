import FactoryTestSupport
import Foundation
import PrivilegedOperations
import SystemPackage
import Testing

extension RealSudo {
  @Suite("Cleaning", .serialized)
  struct Cleaning {
    let host: HelperHost

    init() throws { host = try #require(HelperHost.current) }

    private static let work = [
      "--keep=/var/log/keep", "--save=/var/log/installer/*", "--remove=/var/log", "--remove=/var/lib/bulk",
      "--remove=/nothing/there", "--empty=/etc/machine-id",
      "--host-keys",
      "--proxy=10.0.2.2:3142",
    ]

    @Test("a member of the group may use the helper")
    func check() async throws {
      let result = try await host.sudo(["--check"])
      #expect(
        result.status == 0 && result.output.contains("'\(host.user.name)' may use this helper"), "\(result.errors)")
    }

    @Test(
      "a file system is cleaned for an ordinary user, is sound afterwards and smaller",
      arguments: ["btrfs", "ext4", "xfs"])
    func cleans(kind: String) async throws {
      let image = try await GuestImage(kind, in: host)
      let output = try host.user.file("records-\(kind)")
      let before = (image.allocated, HostState(host))
      let result = try await host.sudo(["clean"] + image.words + ["--output=\(output)"] + Cleaning.work)
      try #require(result.status == 0, "\(result.errors)")
      #expect(HostState(host) == before.1)
      #expect(image.allocated < before.0 - 15_000, "20 MB were removed")
      let checked = try await image.check()
      #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
      let records = try Records(output)
      #expect(records.isComplete && records.kinds.first == .root)
      #expect(records.files["/var/log/installer/syslog"] == "the installer's log\n")
      #expect(records.files["/var/log/installer/sub/deep"] == "below\n")
      #expect(records.files.count == 2)
      let look = try await image.look(
        """
        find . -path ./lost+found -prune -o -type f -print | sort
        wc -c < etc/machine-id
        cat etc/apt/apt.conf
        readlink etc/systemd/system/multi-user.target.wants/image-factory-ssh-host-keys.service
        stat -c '%a %u' etc/systemd/system/image-factory-ssh-host-keys.service etc/systemd/system/multi-user.target.wants
        """)
      #expect(
        look == """
          ./etc/apt/apt.conf
          ./etc/machine-id
          ./etc/os-release
          ./etc/ssh/sshd_config
          ./etc/systemd/system/image-factory-ssh-host-keys.service
          ./usr/lib/systemd/systemd
          ./usr/sbin/sshd
          ./var/log/keep
          0
          APT::x "1";
          /etc/systemd/system/image-factory-ssh-host-keys.service
          644 0
          755 0

          """)
    }

    @Test("a dry run and a look change not one byte of the image", arguments: ["btrfs", "ext4", "xfs"])
    func looks(kind: String) async throws {
      let image = try await GuestImage(kind, in: host)
      let before = try await Child.run("sha256sum", image.path).output
      let output = try host.user.file("look-\(kind)")
      let dry = try await host.sudo(["--dry-run", "clean"] + image.words + ["--output=\(output)"] + Cleaning.work)
      #expect(dry.status == 0 && dry.output.contains("would clean"), "\(dry.errors)")
      #expect(try Records(output).kinds == [])
      let look = try await host.sudo(
        ["inspect"] + image.words + ["--output=\(output)", "--read=/etc/os-release", "--read=/none"])
      #expect(look.status == 0, "\(look.errors)")
      let records = try Records(output)
      #expect(records.isComplete && records.files == ["/etc/os-release": "PRETTY_NAME=\"Guest OS 1\"\n"])
      #expect(try await Child.run("sha256sum", image.path).output == before)
    }

    @Test(
      "a guest's links, devices, set-user-id files and odd names do nothing to the host",
      arguments: ["btrfs", "ext4", "xfs"])
    func hostile(kind: String) async throws {
      let canary = try host.scratch.makeFolder("canary", mode: 0o700).string
      try host.scratch.write("root's secret\n", to: "canary/secret", mode: 0o600)
      let image = try await GuestImage(
        kind, in: host,
        script: """
          ln -s \(canary)/secret var/log/installer/evil
          ln -s \(canary) var/log/installer/folder
          ln -s ../../../../../../../..\(canary)/secret var/log/installer/up
          ln -s loop var/log/installer/loop
          mknod var/log/installer/disk b 254 0
          mknod var/log/installer/memory c 1 1
          mkfifo var/log/installer/fifo
          cp /bin/true var/log/installer/suid; chmod 4755 var/log/installer/suid
          printf x > "var/log/installer/$(printf 'two\\nlines\\033[2J')"
          printf x > "var/log/installer/; rm -rf x"
          truncate -s 100G var/log/installer/huge
          ln var/log/keep var/log/installer/linked
          ln -s \(canary) root/logs
          rm etc/machine-id; ln -s \(canary)/secret etc/machine-id
          rm etc/apt/apt.conf; ln -s \(canary)/secret etc/apt/apt.conf
          rmdir etc/systemd/system; ln -s \(canary) etc/systemd/system
          cd var/lib; i=0; while [ $i -lt 700 ]; do mkdir d; cd d; i=$((i+1)); done
          """)
      let before = HostState(host)
      let output = try host.user.file("hostile-\(kind)")
      let result = try await host.sudo(
        ["clean"] + image.words + ["--output=\(output)"] + Cleaning.work + [
          "--remove=/var/lib/d", "--remove=/root/*/secret",
        ])
      #expect(HostState(host) == before)
      // The unit cannot be written where the folder is a link: that is said, and nothing was followed.
      #expect(result.status == 1 && result.errors.contains("passes a symlink"), "\(result.errors)")
      let records = try Records(output)
      #expect(!records.isComplete)
      #expect(!records.files.values.contains { $0.contains("root's secret") })
      #expect(!records.files.keys.contains("/var/log/installer/disk"))
      #expect(records.kinds.contains(.skipped), "100 GB are not handed out")
      let look = try await image.look(
        "ls var/log/installer | wc -l; ls var/lib; cat var/log/keep; readlink etc/machine-id root/logs")
      #expect(look == "0\nkeep\n\(canary)/secret\n\(canary)\n")
    }

    @Test("a folder that is a link and was named is not followed: that is told, and the rest is cleaned")
    func namedLink() async throws {
      let canary = try host.scratch.makeFolder("canary", mode: 0o700).string
      try host.scratch.makeFolder("canary/installer")
      let image = try await GuestImage(
        "ext4", in: host,
        script: """
          rm -rf var/log; ln -s \(canary) var/log
          mkdir -p usr/lib/sysimage/rpm; ln -s ../../usr/lib/sysimage/rpm var/lib/rpm; echo x > usr/lib/sysimage/rpm/db
          """)
      let output = try host.user.file("named-link")
      let patterns = [
        "--keep=/var/lib/rpm/db", "--save=/var/log/installer/*", "--remove=/var/log/installer",
        "--remove=/var/lib/rpm/*", "--remove=/var/lib/bulk", "--empty=/var/lib/rpm/db",
      ]
      let result = try await host.sudo(["clean"] + image.words + ["--output=\(output)"] + patterns)
      #expect(result.status == 0, "\(result.errors)")
      let records = try Records(output)
      #expect(records.isComplete)
      #expect(
        records.linked == [
          "/var/lib/rpm: /var/lib/rpm/db", "/var/log: /var/log/installer/*", "/var/log: /var/log/installer",
          "/var/lib/rpm: /var/lib/rpm/*", "/var/lib/rpm: /var/lib/rpm/db",
        ])
      #expect(FileManager.default.fileExists(atPath: "\(canary)/installer"))
      #expect(try await image.look("cat usr/lib/sysimage/rpm/db; ls var/lib") == "x\nrpm\n")
    }

    @Test("host keys behind a link are an error: they would be in every machine made from the image")
    func linkedKeys() async throws {
      let image = try await GuestImage("ext4", in: host, script: "mv etc/ssh etc/keys; ln -s keys etc/ssh")
      let output = try host.user.file("linked-keys")
      let result = try await host.sudo(["clean"] + image.words + ["--output=\(output)", "--host-keys"])
      #expect(result.status == 1 && result.errors.contains("'/etc/ssh' in the image is a symlink"), "\(result.errors)")
    }

    @Test("the subvolumes of a btrfs are found as the guest's fstab mounts them")
    func subvolumes() async throws {
      let image = try await GuestImage(
        "btrfs", in: host,
        script: """
          btrfs subvolume create @ >/dev/null; btrfs subvolume create @var >/dev/null
          mv etc usr root @/; mkdir @/var; mv var/log var/lib @var/; rm -rf var
          printf 'UUID=1 / btrfs subvol=@ 0 0\\nUUID=1 /var btrfs rw,subvol=/@var 0 0\\nx /etc btrfs subvol=../.. 0 0\\n' > @/etc/fstab
          """)
      let output = try host.user.file("subvolumes")
      let result = try await host.sudo(["clean"] + image.words + ["--output=\(output)"] + Cleaning.work)
      #expect(result.status == 0, "\(result.errors)")
      let records = try Records(output)
      #expect(records.root == "@" && records.files["/var/log/installer/syslog"] == "the installer's log\n")
      #expect(
        try await image.look("ls @var/log @var/lib; wc -c < @/etc/machine-id")
          == "@var/lib:\n\n@var/log:\nkeep\n0\n")
    }

    @Test("a part of a system is cleaned and looked into from its top", arguments: ["btrfs", "ext4", "xfs"])
    func part(kind: String) async throws {
      let image = try await GuestImage(
        kind, in: host,
        script:
          "rm -rf etc usr var/lib; mkdir -p home/tester; echo ls > home/tester/.bash_history; ln -s /etc home/link")
      let output = try host.user.file("part-\(kind)")
      let patterns = ["--remove=/home/*/.*_history", "--remove=/home/link/passwd", "--save=/var/*"]
      let refused = try await host.sudo(["clean"] + image.words + ["--output=\(output)"] + patterns)
      #expect(refused.status == 1 && refused.errors.contains("there is no system"), "\(refused.errors)")
      #expect(try Records(output).kinds == [])
      let result = try await host.sudo(["clean"] + image.words + ["--output=\(output)", "--part"] + patterns)
      #expect(result.status == 0, "\(result.errors)")
      let records = try Records(output)
      #expect(records.isComplete && records.root == "" && records.files["/var/log/keep"] == "keep\n")
      #expect(records.linked == ["/home/link: /home/link/passwd"])
      #expect(try await image.look("find home | sort; ls var") == "home\nhome/link\nhome/tester\n")
      #expect(try await image.check().status == 0)
      let look = try host.user.file("part-look-\(kind)")
      let inspected = try await host.sudo(
        ["inspect"] + image.words + ["--output=\(look)", "--part", "--read=/home"])
      #expect(try inspected.status == 0 && Records(look).isComplete, "\(inspected.errors)")
    }

    @Test("a damaged file system is an error, and nothing is left", arguments: ["btrfs", "ext4", "xfs"])
    func damaged(kind: String) async throws {
      let image = try await GuestImage(kind, in: host)
      // Everything behind the first superblock.
      let start = image.offset + (kind == "btrfs" ? 0x11000 : 0x1000)
      try await Child.run(
        "dd", "if=/dev/urandom", "of=\(image.path)", "bs=1M", "oflag=seek_bytes", "seek=\(start)",
        "count=\(kind == "btrfs" ? 120 : 8)",
        "conv=notrunc",
        "status=none")
      let before = HostState(host)
      let output = try host.user.file("damaged-\(kind)")
      let result = try await host.sudo(["clean"] + image.words + ["--output=\(output)"] + Cleaning.work)
      #expect(result.status == 1, "\(result.output)\(result.errors)")
      #expect(HostState(host) == before)
    }
  }
}

/// The records in an output file.
struct Records {
  var kinds: [HelperRecord.Kind] = []
  var files: [String: String] = [:]
  var root: String?
  /// `FOLDER: PATTERN` of each pattern that passes a link.
  var linked: [String] = []

  init(_ path: String) throws {
    var rest = [UInt8](try Data(contentsOf: URL(filePath: path)))[...]
    while !rest.isEmpty {
      let (header, nameSize) = try #require(HelperRecord.parse(Array(rest.prefix(HelperRecord.headerSize))))
      rest = rest.dropFirst(HelperRecord.headerSize)
      let name = String(decoding: rest.prefix(nameSize), as: UTF8.self)
      let data = String(decoding: rest.dropFirst(nameSize).prefix(Int(header.dataSize)), as: UTF8.self)
      rest = rest.dropFirst(nameSize + Int(header.dataSize))
      kinds.append(header.kind)
      if header.kind == .file { files[name] = data }
      if header.kind == .root { root = name }
      if header.kind == .linked { linked.append("\(name): \(data)") }
    }
  }

  var isComplete: Bool { kinds.last == .end }
}
