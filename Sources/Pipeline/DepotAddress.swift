import Foundation
import HostSystem
import Model
import SystemPackage

/// Where the depot of a running build listens: a file in the work folder, since stages share nothing else.
struct DepotAddress: Codable, Sendable {
  /// As the guest reaches it: `http://10.0.2.2:PORT/`.
  var proxy: String

  static func read(_ plan: BuildPlan) throws -> DepotAddress {
    try JSONDecoder().decode(DepotAddress.self, from: Data(try AtomicFile.read(path(plan))))
  }

  func write(_ plan: BuildPlan) throws {
    try AtomicFile.write(Array(try JSONEncoder().encode(self)), to: DepotAddress.path(plan), mode: 0o600)
  }

  /// `10.0.2.2:PORT`, as it stands in files of the guest; nil when the build has no depot.
  static func host(of plan: BuildPlan) -> String? {
    guard plan.depot != nil, let address = try? read(plan).proxy else { return nil }
    return address.replacing("http://", with: "").split(separator: "/").first.map(String.init)
  }

  private static func path(_ plan: BuildPlan) -> FilePath { plan.workFolder.appending("depot.json") }
}
