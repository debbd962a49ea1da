import Foundation
import SystemPackage
import Testing

@testable import MiniatureGuest

@Suite("the miniature's file systems, by its script") struct FileSystemScriptTests {
  static let shells = ScriptTests.shells

  /// Runs the part of the script on the host, in a folder of the test's own.
  private func shell(_ lines: String, in folder: FilePath, _ shell: [String]) throws -> TestHost.Result {
    let head = "log() { echo \"$*\"; }\n\(GuestFileSystem.text)\nrun=. host=\(folder)/host\n"
    return try TestHost.run(shell + ["-c", head + lines], in: folder)
  }

  @Test(
    "the partition that is mounted on '/' decides, and without a word it is ext4", arguments: shells,
    [
      ("67 1000000 -1 xfs method{ format } format{ } filesystem{ xfs } mountpoint{ / } $primary{ } .", "xfs"),
      (
        "1 2 3 ext4 filesystem{ ext4 } mountpoint{ /boot } . 5 6 7 linux-swap method{ swap } . "
          + "5 6 7 btrfs filesystem{ btrfs } label{ root } mountpoint{ / } . 6 7 8 xfs filesystem{ xfs } mountpoint{ /srv } .",
        "btrfs"
      ),
      ("1 2 3 ext4 method{ format } mountpoint{ / } .", "ext4"), ("", "ext4"),
    ])
  func rootKind(shell: [String], recipe: (text: String, kind: String)) throws {
    try TestHost.withFolder { folder in
      let words = recipe.text.isEmpty ? "" : "image-factory : " + recipe.text
      let result = try self.shell("q_partman_auto_expert_recipe='\(words)'\nroot_kind", in: folder, shell)
      #expect(result.output == recipe.kind + "\n", "\(result.errors)")
    }
  }

  @Test("a file system that the initrd has no program for is refused by its name", arguments: shells)
  func maker(shell: [String]) throws {
    try TestHost.withFolder { folder in
      let bin = folder.appending("host/bin")
      try FileManager.default.createDirectory(atPath: bin.string, withIntermediateDirectories: true)
      try SmallFile.write([], to: bin.appending("mkfs.btrfs"))
      let lines = "for kind in btrfs xfs reiserfs; do if maker $kind; then echo \"$tool\"; fi; done"
      #expect(
        try self.shell(lines, in: folder, shell).output == """
          mkfs.btrfs
          partman: this initrd cannot make the file system 'xfs'
          partman: this initrd cannot make the file system 'reiserfs'

          """)
    }
  }

  /// Ordinary files, a link, special bits, an empty folder, and names that no protofile can have.
  private static let tree = """
    mkdir -p tree/etc/empty tree/usr/bin 'tree/a folder' 'tree/a folder/below'
    echo golden > tree/etc/hostname
    chmod 640 tree/etc/hostname
    : > tree/etc/none
    echo x > tree/usr/bin/passwd
    chmod 4755 tree/usr/bin/passwd
    chmod 2755 tree/usr
    ln -s usr/bin tree/bin
    ln -s 'a target' tree/blank
    mkfifo tree/pipe
    echo x > 'tree/au lait'
    chmod 755 tree tree/etc tree/etc/empty tree/usr/bin
    chmod 644 tree/etc/none tree/pipe
    """

  @Test("the tree becomes a list that mkfs.xfs takes, names with blanks left out", arguments: shells)
  func protofile(shell: [String]) throws {
    try TestHost.withFolder { folder in
      let made = try self.shell(Self.tree + "\nprotofile \(folder)/tree | tee list", in: folder, shell)
      let (user, group) = (getuid(), getgid())
      let lines = [
        "d--755", "bin l--777 usr/bin", "etc d--755", "empty d--755", "hostname ---640 \(folder)/tree/etc/hostname",
        "none ---644 \(folder)/tree/etc/none", "passwd -u-755 \(folder)/tree/usr/bin/passwd", "pipe p--644",
        "usr d-g755", "bin d--755",
      ].map { line in
        var words = line.split(separator: " ").map(String.init)
        words.insert("\(user) \(group)", at: words[0].hasPrefix("d--755") ? 1 : 2)
        return words.joined(separator: " ")
      }
      let got = made.output.split(separator: "\n").map(String.init)
      #expect(got.prefix(2) == ["none", "0 0"])
      #expect(got.dropFirst(2).filter { $0 != "$" }.sorted() == lines.sorted(), "\(made.errors)")
      #expect(got.count { $0 == "$" } == got.count { $0.contains("d--7") || $0.contains("d-g7") })
      guard TestHost.tool("mkfs.xfs") != nil else { return }
      let image = folder.appending("image").string
      try TestHost.run(["truncate", "-s", "320M", image])
      let list = folder.appending("list").string
      let xfs = try TestHost.run(["mkfs.xfs", "-q", "-f", "-K", "-p", list, image])
      #expect(xfs.status == 0, "\(xfs.output)\(xfs.errors)")
      #expect(try TestHost.run(["xfs_repair", "-n", "-f", image]).status == 0)
    }
  }
}
