import Foundation
import Installers
import Model
import SystemPackage
import Testing

@Suite("every field that formats render")
struct EveryFieldTests {
  /// A request in which no list is empty and nothing is missing, so that a reflection meets every field.
  private static func everything() -> RenderRequest {
    var request = FormatSample.request("kickstart")
    request.answers.rootPassword = PasswordSource(.file("/x"))
    request.answers.users[0].shell = "/bin/sh"
    request.answers.users[0].password = PasswordSource(.file("/x"))
    request.answers.users.removeLast(request.answers.users.count - 1)
    request.answers.archive.updateMirrors = ["http://x"]
    request.answers.archive.repositories.removeLast(request.answers.archive.repositories.count - 1)
    request.answers.disk.partitions = [
      PartitionRequest(
        name: "root", size: .gibibytes(1), fileSystem: .ext4, mountPoint: "/", fileSystemLabel: "x", mkfsOptions: ["x"],
        volumeGroup: "x")
    ]
    request.answers.ostree = OSTreeSource(remote: "x", url: "x", ref: "x")
    request.udebSuite = "x"
    request.pinnedKeyFile = "x"
    request.proxy = "x"
    request.selfCleaning = Cleaning()
    return request
  }

  /// The paths of the fields of a value; those whose insides are no fields of ours end there.
  private func paths(_ value: Any, _ path: String) -> [String] {
    if value is any StringProtocol || value is any BinaryInteger || value is Bool || value is FilePath
      || value is Secret || value is ByteSize || value is PasswordSource || value is Cleaning
      || value is [String: Model.SourceLocation]
    {
      return [path]
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional, .collection:
      guard !mirror.children.isEmpty else {
        Issue.record("the sample has nothing in '\(path)'")
        return [path]
      }
      return mirror.children.flatMap { paths($0.value, path) }
    case .struct:
      return mirror.children.flatMap { child in
        paths(child.value, [path, child.label ?? "?"].filter { !$0.isEmpty }.joined(separator: "."))
      }
    default: return [path]
    }
  }

  @Test("is in the table, and the table has no other: a new field is decided about for every format")
  func complete() {
    var tuning = FormatSample.tuning
    tuning.repositoryPath = "x"
    tuning.append = ["x"]
    let found = Set(paths(Self.everything(), "") + paths(tuning, "tuning"))
    let known = Set(EveryField.all.map(\.path))
    #expect(found.subtracting(known) == [])
    #expect(known.subtracting(found) == [])
    for field in EveryField.all { #expect(Set(field.same.keys).isSubset(of: FormatSample.names), "\(field.path)") }
  }

  @Test(
    "changes what is rendered, or is refused with the setting's and the format's name",
    arguments: FormatSample.names, EveryField.all.indices)
  func changes(format: String, index: Int) throws {
    let field = EveryField.all[index]
    var before = FormatSample.request(format)
    field.prepare(&before)
    var after = before
    field.change(&after)
    var tuning = FormatSample.tuning
    field.tune(&tuning)
    guard let plain = try refusing(field, format, { try FormatSample.output(format, before, FormatSample.tuning) }),
      let changed = try refusing(field, format, { try FormatSample.output(format, after, tuning) })
    else { return }
    if let reason = field.same[format] {
      #expect(plain == changed, "\(field.path) changes '\(format)', though \(reason)")
    } else {
      #expect(plain != changed, "'\(format)' drops \(field.path) without a word")
    }
  }

  /// The output; nil when it was refused as it should be.
  private func refusing(_ field: EveryField, _ format: String, _ body: () throws -> [String]) throws -> [String]? {
    do {
      return try body()
    } catch let error as FactoryError {
      #expect(error.status == .configInvalid)
      #expect(error.message.contains("'\(field.setting)"), "\(error.message)")
      // A disk that is too small is so for everybody, and a live system is only Agama's.
      if !["diskSize", "hasInstallerImage"].contains(field.path) {
        #expect(error.message.contains("'\(format)'"), "\(field.path): \(error.message)")
      }
      return nil
    }
  }
}
