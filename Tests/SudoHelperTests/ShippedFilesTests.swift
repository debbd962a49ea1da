import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

@Suite("What is shipped with the sudo helper")
struct ShippedFilesTests {
  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: Built.checkout.appending(path).string, encoding: .utf8)
  }

  @Test("the example for sudoers is valid, grants the one program and no variable", .needs("visudo"))
  func sudoers() async throws {
    let file = Built.checkout.appending("sudo-helper/sudoers.example").string
    let scratch = try Scratch("sudoers")
    let copy = try scratch.write(try text("sudo-helper/sudoers.example"), to: "sudoers", mode: 0o440)
    let checked = try await Child.run("visudo", "-cf", copy.string)
    #expect(checked.status == 0, "\(file): \(checked.output)\(checked.errors)")
    let rules = try text("sudo-helper/sudoers.example").split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(rules == ["jenkins ALL = NOPASSWD: /usr/bin/image-factory-sudo-helper"])
  }

  @Test("the manual has every operation, the threat model and no error", .needs("mandoc"))
  func manual() async throws {
    let page = Built.checkout.appending("man/image-factory-sudo-helper.8").string
    let lint = try await Child.run("mandoc", "-T", "lint", "-W", "error", page)
    #expect(lint.status == 0, "\(lint.output)")
    let shown = try await Child.run("mandoc", "-T", "utf8", page).output
    let plain = shown.replacing(/.\u{8}/, with: "")
    for word in [
      "--check", "--dry-run", "inspect", "clean", "mount", "umount", "chmod", "THREAT MODEL", "sudo-helper.group",
    ] {
      #expect(plain.contains(word), "\(word)")
    }
  }

  @Test(
    "make install puts every file where the manual says, readable for everybody whatever the umask is", .needs("make"))
  func installed() async throws {
    let scratch = try Scratch("install")
    for folder in ["built", "root/opt/x/share/image-factory/configs/distros"] { try scratch.makeFolder(folder) }
    // Stand-ins: what is built has nothing to do with where it goes.
    let program = try scratch.write("#!/bin/sh\necho completions for $2\n", to: "built/image-factory", mode: 0o755)
    try scratch.write("helper\n", to: "built/image-factory-sudo-helper", mode: 0o755)
    try scratch.write("old\n", to: "root/opt/x/share/image-factory/configs/distros/gone.conf")
    let root = scratch.path.appending("root").string
    let words = [
      "make", "-s", "-C", Built.checkout.string, "-o", "release", "install", "RELEASE=\(program)", "DESTDIR=\(root)",
      "prefix=/opt/x",
    ]
    let result = try await Child(["sh", "-c", "umask 077; exec \"$@\"", "sh"] + words).wait()
    try #require(result.status == 0, "\(result.output)\(result.errors)")
    let installed = root + "/opt/x/"
    var modes: [String: Int] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: installed) {
      var status = stat()
      #expect(lstat(installed + path, &status) == 0)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      let isProgram = path.hasPrefix("bin/")
      modes[path] = Int(status.st_mode & 0o7777)
      #expect(modes[path] == (isFolder || isProgram ? 0o755 : 0o644), "\(path)")
    }
    for path in [
      "bin/image-factory", "bin/image-factory-sudo-helper", "share/man/man1/image-factory.1",
      "share/man/man5/image-factory.conf.5", "share/man/man8/image-factory-sudo-helper.8",
      "share/doc/image-factory/sudoers.example", "share/image-factory/configs/defaults.conf",
      "share/image-factory/configs/images/debian-13.conf", "share/image-factory/configs/pins/debian-13.pin",
      "share/bash-completion/completions/image-factory", "share/zsh/site-functions/_image-factory",
      "share/fish/vendor_completions.d/image-factory.fish",
    ] {
      #expect(modes[path] != nil, "\(path)")
    }
    // What an older version shipped and this one does not would still be read.
    #expect(modes["share/image-factory/configs/distros/gone.conf"] == nil)
    for page in ["share/doc/image-factory/sudoers.example", "share/man/man8/image-factory-sudo-helper.8"] {
      let text = try String(contentsOfFile: installed + page, encoding: .utf8)
      #expect(text.contains("jenkins ALL = NOPASSWD: /opt/x/bin/image-factory-sudo-helper\n"), "\(page)")
    }
    #expect(
      try String(contentsOfFile: installed + "share/zsh/site-functions/_image-factory", encoding: .utf8)
        == "completions for zsh\n")
  }

  @Test("the helper's own sources start no program and read no environment")
  func sources() throws {
    let folder = Built.checkout.appending("sudo-helper").string
    let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    let forbidden = ["execv", "posix_spawn", "popen", "ProcessInfo", "import Foundation", "dlopen"]
    for name in names where name.hasSuffix(".swift") || name.hasSuffix(".c") {
      let source = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      for word in forbidden { #expect(!source.contains(word), "\(name): \(word)") }
      // 'Failure.system' names what the kernel refused; the C function of that name starts a shell.
      #expect(!source.replacing("func system(", with: "").contains(/[^.\w]system\(/), "\(name): system")
      if name != "CPrivileged/Process.c" { #expect(!source.contains("getenv"), "\(name)") }
    }
  }
}
