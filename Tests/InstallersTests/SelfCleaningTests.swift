import Foundation
import Installers
import Model
import Testing

/// The script runs in a folder that is a small system of its own: BusyBox and nothing else.
@Suite("a finished system that cleans itself")
struct SelfCleaningTests {
  static let canRun = getuid() == 0 && Place.tool("busybox") != nil && Place.tool("chroot") != nil

  static func cleaning() -> Cleaning {
    var cleaning = Cleaning()
    cleaning.logs = ["/var/log/installer", "/root/anaconda-ks.cfg"]
    cleaning.remove = ["/tmp/*", "/var/lib/dhcp/*.leases", "/var/cache/it's [here]/*"]
    cleaning.add = ["/srv/build; touch /pwned", "/srv/$(touch /pwned)/`id`", "/opt/-rf", "/opt/[ab]"]
    cleaning.keep = ["/tmp/keep/this", "/var/log/installer/cdebconf"]
    cleaning.empty = ["/etc/machine-id", "/var/log/*.log"]
    return cleaning
  }

  private func preseed(_ cleaning: Cleaning?) throws -> RenderedAnswers {
    var request = Sample.request(Sample.plain())
    request.selfCleaning = cleaning
    return try Preseed().render(request)
  }

  private func kickstart(_ cleaning: Cleaning?) throws -> String {
    var request = KickstartSample.request(KickstartSample.plain(), "RHEL9")
    request.selfCleaning = cleaning
    return try KickstartSample.text(request)
  }

  @Test("is asked for only when the request says so; the last to run is what gives space back")
  func rendering() throws {
    let without = try preseed(nil)
    #expect(without.file("clean.sh") == nil)
    #expect(try !Sample.text(without.file("early.sh")).contains("clean.sh"))
    #expect(try Sample.text(without.file("seal.sh")).contains("fstrim"))
    let with = try preseed(Self.cleaning())
    #expect(try Sample.text(with.file("clean.sh")).contains("fstrim"))
    #expect(try !Sample.text(with.file("seal.sh")).contains("fstrim"))
    // After 94save-logs, before 95umount.
    #expect(
      try Sample.text(with.file("early.sh")).contains(
        "place_hook /clean.sh /usr/lib/finish-install.d/94z-image-factory\n"))

    #expect(try !kickstart(nil).contains("fstrim"))
    let text = try kickstart(Self.cleaning())
    let last = try #require(text.range(of: "\n%post", options: .backwards))
    #expect(text[last.lowerBound...].hasPrefix("\n%post --nochroot --erroronfail --interpreter=/bin/bash\n"))
    #expect(text[last.lowerBound...].contains("fstrim"))
  }

  @Test("only formats whose scripts come last claim it")
  func claims() {
    let names = AnswerFiles.all.filter { $0.init().cleansItself }.map { $0.name }
    #expect(names == ["preseed", "kickstart"])
  }

  @Test(
    "a pattern that is no absolute path of one line is refused with its setting",
    arguments: ["", "/", "/a/../b", "/a\nrm -rf /", "/a\u{2028}%end", "/a\u{85}b"])
  func refused(pattern: String) {
    for setting in ["clean-remove", "clean-logs", "clean-empty", "clean"] {
      var cleaning = Cleaning()
      switch setting {
      case "clean-remove": cleaning.remove = [pattern]
      case "clean-logs": cleaning.logs = [pattern]
      case "clean-empty": cleaning.empty = [pattern]
      default: cleaning.keep = [pattern]
      }
      #expect(throws: FactoryError.self) { try preseed(cleaning) }
      let error = #expect(throws: FactoryError.self) { try kickstart(cleaning) }
      #expect(error?.message.hasPrefix("'\(setting)': ") == true && error?.status == .configInvalid)
    }
  }

  @Test("what is inside is accepted by sh, BusyBox's ash and shellcheck")
  func accepted() throws {
    for cleaning in [Self.cleaning(), Cleaning()] {
      let text = try Sample.text(preseed(cleaning).file("clean.sh"))
      let parts = text.components(separatedBy: "\n  cat <<'END'\n")
      let inside = try #require(parts.last?.components(separatedBy: "\nEND\n").first)
      try withFolder { folder in
        let path = folder + "/inside.sh"
        try Data(("#!/bin/sh\n" + inside + "\n").utf8).write(to: URL(fileURLWithPath: path))
        // SC2016, SC2086 and the like would be the patterns' own dollar signs.
        for words in [["sh", "-n"], ["busybox", "ash", "-n"], ["shellcheck", "-ssh", "-eSC2016"]]
        where Place.tool(words[0]) != nil {
          let result = try run(words + [path])
          #expect(result.status == 0 && result.output.isEmpty, "\(words): \(result.output)")
        }
      }
    }
  }

  @Test(
    "removes, keeps and empties what it was told to and nothing else",
    .enabled(if: canRun, "needs root, chroot and busybox"), arguments: ["preseed", "kickstart"])
  func behaviour(format: String) throws {
    try withFolder { folder in
      let root = folder + "/target"
      try system(in: root)
      try #require(symlink(folder + "/outside", root + "/tmp/link-out") == 0)
      try FileManager.default.createDirectory(atPath: folder + "/outside", withIntermediateDirectories: true)
      try Data("precious".utf8).write(to: URL(fileURLWithPath: folder + "/outside/file"))
      var text = try Sample.text(preseed(Self.cleaning()).file("clean.sh"))
      text = text.replacingOccurrences(of: "target=/target", with: "target='\(root)'")
        .replacingOccurrences(of: "| logger -t image-factory", with: "")
      if format == "kickstart" {
        let section = try #require(kickstart(Self.cleaning()).components(separatedBy: "\n%post --nochroot").last)
        text = section.components(separatedBy: "\n").dropFirst().joined(separator: "\n")
          .components(separatedBy: "\n%end")[0]
          .replacingOccurrences(of: "target=/mnt/sysroot", with: "target='\(root)'")
          .replacingOccurrences(of: "|| target=/mnt/sysimage", with: "|| true")
          .replacingOccurrences(of: ">/dev/ttyS1", with: ">&2")
      }
      let script = folder + "/script"
      try Data(text.utf8).write(to: URL(fileURLWithPath: script))
      let result = try run(format == "kickstart" ? "bash" : "sh", script)
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output.contains("/var/lib/dhcp/x.leases passes a link: it is left alone"), "\(result.output)")
      #expect(result.output.contains("files and folders removed, 2 emptied"), "\(result.output)")

      let left = try files(in: root)
      #expect(
        left == [
          "etc/machine-id", "etc/shadow", "opt/a", "srv/build", "srv/dhcp/x.leases", "tmp/.hidden",
          "tmp/keep/this/deep",
          "var/cache/it's h/stays", "var/log/apt.log", "var/log/installer/cdebconf/questions", "var/log/syslog",
        ])
      let manager = FileManager.default
      for path in ["etc/machine-id", "var/log/apt.log"] {
        #expect(manager.contents(atPath: "\(root)/\(path)") == Data(), "\(path)")
      }
      #expect(manager.contents(atPath: "\(root)/var/log/syslog")?.isEmpty == false)
      #expect(manager.contents(atPath: folder + "/outside/file") == Data("precious".utf8))
    }
  }

  @Test(
    "a system whose root is cleaned from outside cleans nothing but its xfs and btrfs",
    .enabled(if: canRun && Place.tool("mkfs.xfs") != nil, "needs root, chroot, busybox and xfsprogs"))
  func partsOnly() throws {
    try withFolder { folder in
      let root = folder + "/target"
      try system(in: root)
      let home = try run(
        "sh", "-ec",
        """
        truncate -s 320M "$1/home.raw"; mkfs.xfs -q "$1/home.raw"; mkdir "$1/target/home"
        mount -o loop "$1/home.raw" "$1/target/home"
        mkdir "$1/target/home/tester"; echo ls >"$1/target/home/tester/.bash_history"; echo x >"$1/target/home/tester/log"
        ln -s /tmp "$1/target/home/link"
        """, "sh", folder)
      try #require(home.status == 0, "\(home.output)")
      defer { _ = try? run("umount", root + "/home") }
      let before = try files(in: root)
      var cleaning = Self.cleaning()
      cleaning.remove += ["/home/*/.*_history", "/home/link/*", "/etc*"]
      cleaning.empty += ["/home/*/log"]
      var request = Sample.request(Sample.plain())
      request.selfCleaning = cleaning
      request.selfCleansPartsOnly = true
      let text = try Sample.text(Preseed().render(request).file("clean.sh"))
        .replacingOccurrences(of: "target=/target", with: "target='\(root)'")
        .replacingOccurrences(of: "| logger -t image-factory", with: "")
      let script = folder + "/script"
      try Data(text.utf8).write(to: URL(fileURLWithPath: script))
      let result = try run("sh", script)
      #expect(result.output.contains("1 files and folders removed, 1 emptied"), "\(result.output)")
      #expect(try files(in: root) == before.filter { $0 != "home/tester/.bash_history" })
      #expect(FileManager.default.contents(atPath: root + "/home/tester/log") == Data())
    }
  }

  /// A small system with BusyBox, things to remove, to keep and to leave alone, and links that lead astray.
  private func system(in root: String) throws {
    let manager = FileManager.default
    for path in [
      "etc/machine-id", "etc/shadow", "etc/ssh/ssh_host_rsa_key", "tmp/.hidden", "tmp/a b", "tmp/new\nline", "tmp/-rf",
      "tmp/keep/this/deep", "tmp/keep/that", "var/log/installer/syslog", "var/log/installer/.hidden",
      "var/log/installer/cdebconf/questions", "var/log/syslog", "var/log/apt.log", "root/anaconda-ks.cfg",
      "srv/dhcp/x.leases", "srv/build; touch /pwned/x", "srv/build", "srv/$(touch /pwned)/`id`", "opt/-rf/x",
      "opt/[ab]",
      "opt/a", "var/cache/it's [here]/gone", "var/cache/it's h/stays",
    ] {
      let url = URL(fileURLWithPath: "\(root)/\(path)")
      try manager.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("text\n".utf8).write(to: url)
    }
    try manager.createDirectory(atPath: root + "/var/lib", withIntermediateDirectories: true)
    symlink("/srv/dhcp", root + "/var/lib/dhcp")
    symlink("/etc/shadow", root + "/tmp/link")
    symlink("/etc/shadow", root + "/var/log/link.log")
    symlink("nowhere", root + "/tmp/dangling")
    try manager.createDirectory(atPath: root + "/bin", withIntermediateDirectories: true)
    let busybox = try #require(Place.tool("busybox"))
    try manager.copyItem(atPath: busybox, toPath: root + "/bin/busybox")
    for name in ["sh", "rm", "true", "[", "stat"] { symlink("busybox", "\(root)/bin/\(name)") }
  }

  /// Regular files outside of `bin`, sorted.
  private func files(in root: String) throws -> [String] {
    let found = try run("find", root, "-path", root + "/bin", "-prune", "-o", "-type", "f", "-printf", "%P\\n")
    return found.output.split(separator: "\n").map(String.init).sorted()
  }
}
