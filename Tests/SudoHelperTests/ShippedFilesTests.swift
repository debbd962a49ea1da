import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

@Suite("What is shipped with the sudo helper")
struct ShippedFilesTests {
  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: HelperHost.checkout.appending(path).string, encoding: .utf8)
  }

  @Test("the example for sudoers is valid, grants the one program and no variable", .needs("visudo"))
  func sudoers() async throws {
    let file = HelperHost.checkout.appending("sudo-helper/sudoers.example").string
    let scratch = try Scratch("sudoers")
    let copy = try scratch.write(try text("sudo-helper/sudoers.example"), to: "sudoers", mode: 0o440)
    let checked = try await Child.run("visudo", "-cf", copy.string)
    #expect(checked.status == 0, "\(file): \(checked.output)\(checked.errors)")
    let rules = try text("sudo-helper/sudoers.example").split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(rules == ["jenkins ALL = NOPASSWD: /usr/bin/image-factory-sudo-helper"])
  }

  @Test("the manual has every operation, the threat model and no error", .needs("mandoc"))
  func manual() async throws {
    let page = HelperHost.checkout.appending("man/image-factory-sudo-helper.8").string
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

  @Test("the helper's own sources start no program and read no environment")
  func sources() throws {
    let folder = HelperHost.checkout.appending("sudo-helper").string
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
