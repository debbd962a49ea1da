import CPrivileged
import Glibc
import PrivilegedOperations

/// One call from its first check to its exit status: 0 done, 1 failed, 2 refused.
enum Helper {
  static func run(words: [String]) -> Int32 {
    // Both: a set-user-id copy of this program is not a call through sudo.
    guard getuid() == 0, geteuid() == 0 else {
      return complain("refused: this program must be run by sudo; see image-factory-sudo-helper(8)", 2)
    }
    guard privileged_prepare() == 0 else { return complain("cannot set up the process: \(systemReason())", 1) }
    var who = "nobody known"
    let what = words.joined(separator: " ")
    do {
      let caller = try Caller.identify()
      who = caller.description
      let request = try PrivilegedRequest(words: words)
      log("\(who): \(what)", refused: false)
      try perform(request, for: caller)
      return 0
    } catch let refusal as Refusal {
      log("\(who): refused: \(refusal): \(what)", refused: true)
      return complain("refused: \(refusal)", 2)
    } catch {
      log("\(who): failed: \(error): \(what)", refused: true)
      return complain("\(error)", 1)
    }
  }

  private static func perform(_ request: PrivilegedRequest, for caller: Caller) throws {
    switch request.operation {
    case .check: say("'\(caller.name)' may use this helper")
    case .inspect(let volume, let work): try VolumeWork.inspect(volume, work, caller, dryRun: request.dryRun)
    case .clean(let volume, let work): try VolumeWork.clean(volume, work, caller, dryRun: request.dryRun)
    case .mount(let device, let folder): try OldForms.mount(device, folder, caller, dryRun: request.dryRun)
    case .unmount(let folder): try OldForms.unmount(folder, caller, dryRun: request.dryRun)
    case .changeMode(let change): try OldForms.changeMode(change, caller)
    }
  }

  /// One line on standard output.
  static func say(_ text: String) { write(1, text) }

  private static func complain(_ text: String, _ status: Int32) -> Int32 {
    write(2, text)
    return status
  }

  private static func write(_ descriptor: Int32, _ text: String) {
    let line = Array("image-factory-sudo-helper: \(Refusal.printable(text))\n".utf8)
    _ = Glibc.write(descriptor, line, line.count)
  }

  private static func log(_ text: String, refused: Bool) {
    privileged_log(Refusal.printable(text), refused ? 1 : 0)
  }
}

/// Something that was allowed and did not work.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ text: String) { description = Refusal.printable(text) }

  /// With the reason that the last system call left.
  static func system(_ what: String) -> Failure { Failure("cannot \(what): \(systemReason())") }
}

/// `errno` in words.
func systemReason() -> String { String(cString: strerror(errno)) }
