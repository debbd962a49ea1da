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
  /// What sudo allows is a path: it has to be the one that root installed, and sudoers decides that, not we.
  var path: FilePath? {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = FilePath(own).removingLastComponent().appending(SudoHelper.name)
    return host.runner.locate(beside.string) ?? host.runner.locate(SudoHelper.name)
  }

  /// The command for an operation; throws ``FactoryError`` (exit status 4) when the helper is not installed.
  func command(_ operation: PrivilegedOperation, purpose: String) throws -> Command {
    guard let path else {
      throw FactoryError(
        .hostNotReady, "cannot find '\(SudoHelper.name)', required to \(purpose)",
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
