import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// A clean-up that was stopped in the middle, its file system mounted.
struct BusyHelper {
  let image: GuestImage
  let call: Child
  /// The processes of the helper: the one that mounted and the one that works in the guest's tree.
  let processes: [Int32]
  /// `/dev/loopN`.
  let loop: String

  /// Names that the clean-up has to remove, so many that it is met at work.
  private static let many = "mkdir var/many; cd var/many; seq 9000 | xargs touch; cd ../.."

  init(_ host: HelperHost, kind: String = "ext4") async throws {
    image = try await GuestImage(kind, in: host, script: BusyHelper.many)
    let output = try host.user.file("busy")
    let words = ["clean"] + image.words + ["--output=\(output)", "--remove=/var/many", "--remove=/var/lib/bulk"]
    call = try Child(
      host.user.command(["sudo", "-n", host.helper.string] + words), environment: host.user.environment,
      folder: host.user.home)
    let mark = "\(host.helper.string) clean \(image.path)"
    let deadline = ContinuousClock.now + .seconds(20)
    var found: [Int32] = []
    // Two of the same words, one of them in a root of its own: the child that removes.
    while found.count < 2 || !found.contains(where: BusyHelper.isConfined), call.isRunning,
      ContinuousClock.now < deadline
    {
      found = ProcessTable.all().filter { $0.commandLine.hasPrefix(mark) }.map(\.pid)
    }
    for process in found { kill(process, SIGSTOP) }
    try #require(found.count == 2, "\(found): \(call.output)\(call.errors)")
    let isFirst = BusyHelper.status(found[1], "PPid") == String(found[0])
    processes = isFirst ? found : found.reversed()
    loop = "/dev/" + (HostState.loops(host).first?.split(separator: " ").first.map(String.init) ?? "")
    try #require(loop.hasPrefix("/dev/loop"), "no loop device is there")
  }

  private static func isConfined(_ process: Int32) -> Bool {
    var (inner, outer) = (stat(), stat())
    return stat("/proc/\(process)/root/.", &inner) == 0 && stat("/", &outer) == 0 && inner.st_dev != outer.st_dev
  }

  func send(_ signal: Int32, to process: Int32? = nil) {
    for number in process.map({ [$0] }) ?? processes { kill(number, signal) }
    // sudo stops itself when the program that it runs is stopped.
    kill(call.pid, SIGCONT)
  }

  /// A line of `/proc/PID/status`.
  func status(_ process: Int32, _ field: String) -> String? { BusyHelper.status(process, field) }

  private static func status(_ process: Int32, _ field: String) -> String? {
    let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix(field + ":") }?
      .dropFirst(field.count + 1).trimmingCharacters(in: .whitespaces)
  }

  /// What the open descriptors of a process are.
  func files(_ process: Int32) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []
    return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)") }
  }
}
