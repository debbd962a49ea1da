import HostSystem
import Model

/// Whether virt-install's database knows a guest: it refuses an id it has never heard of, and databases are older than releases.
enum OSInfo {
  /// What stands for a guest that the database knows nothing of, the newest first: any Linux with virtio devices.
  private static let generic = ["linux2022", "linux2020", "linux2018", "linux2016"]

  /// The first of the ids that is known here, else the newest generic Linux, else nil for virt-install's own choice.
  static func known(_ asked: [String], runner: any CommandRunner) async -> String? {
    guard !asked.isEmpty else { return nil }
    let ids = asked + generic
    for (tool, arguments) in questions {
      let command = Command(tool, arguments, timeLimit: .seconds(30), purpose: "ask for the guests that are known")
      guard let result = try? await runner.run(command), result.succeeded else { continue }
      // virt-install: `debian12, debianbookworm`; osinfo-query: ` debian12 `. One guest a line.
      let names = Set(result.standardOutput.split { $0 == "\n" || $0 == "," || $0 == " " || $0 == "|" })
      if let known = ids.first(where: { names.contains(Substring($0)) }) { return known }
      if !names.isEmpty { return nil }
    }
    return nil
  }

  /// virt-install itself is the one that has to know; osinfo-query asks the same database.
  private static let questions = [
    ("virt-install", ["--osinfo", "list"]), ("osinfo-query", ["--fields=short-id", "os"]),
  ]
}
