import Foundation
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// The way to the few operations that need root: through sudo, or directly when we are root; one code path for both.
struct SudoHelper: Sendable {
  static let name = "image-factory-sudo-helper"

  let host: Host

  /// The helper beside our own program, else the one on the `PATH`.
  ///
  /// What sudo allows is a path: it has to be the one that root installed, and sudoers decides that, not we. Never a script: Debian's
  /// package `image-factory` puts the Python tool's helper of the same name onto the `PATH`, and a line in sudoers for that one gives
  /// root away.
  var path: FilePath? { found.first { !SudoHelper.isScript($0) } }

  private var found: [FilePath] {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = FilePath(own).removingLastComponent().appending(SudoHelper.name)
    return [beside.string, SudoHelper.name].compactMap { host.runner.locate($0) }
  }

  /// Whether a file begins with `#!`; sudo judges one that cannot be read.
  static func isScript(_ file: FilePath) -> Bool {
    guard let opened = FileHandle(forReadingAtPath: file.string) else { return false }
    defer { try? opened.close() }
    return (try? opened.read(upToCount: 2)) == Data("#!".utf8)
  }

  /// The command for an operation; throws ``FactoryError`` (exit status 4) when the helper is not installed.
  func command(_ operation: PrivilegedOperation, purpose: String) throws -> Command {
    guard let path else {
      let passed = found.first.map { " ('\($0)' is a script: the Python tool's helper, which is not used)" } ?? ""
      throw FactoryError(
        .hostNotReady, "cannot find '\(SudoHelper.name)', required to \(purpose)\(passed)",
        hint: "install it beside 'image-factory' or on the PATH: 'make install' does")
    }
    let words = PrivilegedRequest(operation).words
    if host.facts.isRoot {
      // What sudo says about its caller: the helper takes nobody without it.
      let caller = ["SUDO_UID": "0", "SUDO_GID": "0", "SUDO_USER": "root"]
      return Command(path.string, words, environment: caller, purpose: purpose)
    }
    return Command("sudo", ["-n", path.string] + words, purpose: purpose)
  }

  /// Why the helper cannot be used; nothing when it can.
  func findings(purpose: String) async -> [Finding] {
    let why = "which needs '\(SudoHelper.name)'"
    do {
      let result = try await host.runner.run(try command(.check, purpose: purpose))
      if result.succeeded { return [] }
      let said = result.lastLines.last.map { ": \($0)" } ?? ""
      return [.host("cannot \(purpose), \(why)\(said)", hint: hint)]
    } catch let error as FactoryError {
      return [Finding(.error, .hostNotReady, error.message, hint: error.hint ?? hint)]
    } catch {
      return [.host("cannot \(purpose), \(why): \(describe(error))", hint: hint)]
    }
  }

  private var hint: String? {
    guard !host.facts.isRoot, let path else { return nil }
    let user = host.facts.userName
    return "add to sudoers: '\(user) ALL = NOPASSWD: \(path)', and the user to the group: "
      + "usermod -aG image-factory \(user)"
  }
}
