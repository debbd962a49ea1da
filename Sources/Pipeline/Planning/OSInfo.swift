import HostSystem
import Model

/// Whether virt-install's database knows a guest: it refuses an id it has never heard of, and databases are older than releases.
enum OSInfo {
  /// The id when it is known here, else nil for virt-install's generic choice.
  static func known(_ id: String?, runner: any CommandRunner) async -> String? {
    guard let id, !id.isEmpty else { return nil }
    let command = Command(
      "virt-install", ["--osinfo", "list"], timeLimit: .seconds(30), purpose: "ask for the guests virt-install knows")
    guard let result = try? await runner.run(command), result.succeeded else { return nil }
    // One guest a line: `debian12, debianbookworm`.
    let names = result.standardOutput.split { $0 == "\n" || $0 == "," || $0 == " " }
    return names.contains { $0 == id } ? id : nil
  }
}
