import Foundation
import Installers
import Model
import Testing

/// Nothing that a value contains can add a line, a section, an element or a command, whatever the format: what is not refused is
/// compared with what the same field renders for a good value, after both were read back by somebody else's reader.
@Suite("hostile values in every field of every format")
struct HostileFieldTests {
  /// A value that was rendered.
  private struct Rendered {
    var field: HostileField
    var value: String
    var files: [RenderedFile]
  }

  private func request(_ format: String, _ field: HostileField, _ value: String) -> RenderRequest {
    var request = FormatSample.request(format)
    request.answers = HostileField.named(request.answers)
    field.set(&request.answers, value)
    return request
  }

  /// Renders; nil when it was refused, with the setting's name and nothing that a terminal would obey.
  private func render(_ format: String, _ field: HostileField, _ value: String) throws -> Rendered? {
    do {
      let files = try FormatSample.format(format).render(request(format, field, value)).files
      return Rendered(field: field, value: value, files: files)
    } catch let error as FactoryError {
      #expect(error.status == .configInvalid, "\(error.message)")
      let settings = ["'\(field.setting)", Self.whole[field.setting] ?? "'\(field.setting)"]
      #expect(settings.contains(where: error.message.hasPrefix), "\(field.setting): \(error.message.prefix(200))")
      #expect(error.message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
      #expect(!error.message.contains("MARKER"))
      return nil
    }
  }

  /// Settings by the name of which a format refuses them together.
  private static let whole = [
    "firewall-open": "'firewall'", "ostree-remote": "'ostree-url'", "ostree-ref": "'ostree-url'",
  ]

  /// Whether the format has no word for the field, whatever its value.
  private func isUnsaid(_ format: String, _ field: HostileField) throws -> Bool {
    do {
      _ = try FormatSample.format(format).render(request(format, field, field.base))
      return false
    } catch let error as FactoryError {
      return error.message.contains("the answer-file format '\(format)' cannot say this")
    }
  }

  @Test("arrive as what they are, or are refused by the setting's name", arguments: FormatSample.names)
  func hostile(format: String) throws {
    guard RenderedTexts.canRead(format) else { return }
    var all: [Rendered] = []
    for (number, field) in HostileField.all.enumerated() {
      let good = try ([field.base] + field.others).compactMap { try render(format, field, $0) }
      if try good.isEmpty && isUnsaid(format, field) { continue }
      #expect(!good.isEmpty, "'\(format)' takes no good value of \(field.testDescription)")
      all += good
      var random = SeededGenerator(seed: UInt64(number) + 20_261_121)
      var kept = 0
      for round in 0..<60 where kept < (field.kind == .free ? 5 : 2) {
        let base = round.isMultiple(of: 3) ? (field.others.randomElement(using: &random) ?? field.base) : field.base
        let value = HostileValues.value(around: base, using: &random)
        guard value != field.base, !field.others.contains(value) else { continue }
        guard let rendered = try render(format, field, value) else { continue }
        kept += 1
        all.append(rendered)
      }
      if field.kind == .free {
        #expect(kept > 0, "'\(format)' takes nothing but plain words for \(field.testDescription)")
      }
    }
    let texts = try RenderedTexts.read(all.map(\.files), format: format)
    var good: [String: [(value: String, text: RenderedTexts)]] = [:]
    for (entry, text) in zip(all, texts) {
      let name = entry.field.testDescription
      if ([entry.field.base] + entry.field.others).contains(entry.value) {
        good[name, default: []].append((entry.value, text))
      } else {
        check(entry, text, against: good[name] ?? [], format)
      }
    }
  }

  /// What means nothing to any of the readers, shells and boot loaders.
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/=,+@%^".unicodeScalars)

  private func check(
    _ entry: Rendered, _ text: RenderedTexts, against good: [(value: String, text: RenderedTexts)], _ format: String
  ) {
    let (field, value) = (entry.field, entry.value)
    let said = "'\(format)', \(field.testDescription): \(value.debugDescription.prefix(200))"
    #expect(value.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "\(said)")
    guard let usual = good.first?.text else {
      Issue.record("\(said): nothing good to compare with")
      return
    }
    let isPlain =
      value.split(separator: " ").allSatisfy { $0.unicodeScalars.allSatisfy(Self.plain.contains) }
      && (field.kind == .words || !value.contains(" "))
    if field.kind != .free, isPlain {
      let found = text.places(without: value)
      #expect(
        good.contains { $0.text.places == text.places || $0.text.places(without: $0.value) == found },
        "\(said): \(RenderedTexts.firstDifference(found, usual.places(without: good[0].value)))")
    } else {
      #expect(
        field.kind == .free
          || !value.contains {
            ($0.isWhitespace && ($0 != " " || field.kind == .word)) || $0 == "\"" || $0 == "'" || $0 == "\\"
          }, "\(said)")
      let found = text.without(value)
      #expect(
        good.contains { $0.text.without($0.value) == found },
        "\(said): \(RenderedTexts.firstDifference(found, usual.without(good[0].value)))")
      if field.kind == .free { #expect(found.contains { $0.contains("@VALUE@") }, "\(said) does not arrive") }
    }
  }

  @Test("the list of fields has every string of the answers that is a person's to choose")
  func complete() {
    // Each field is set to a mark of its own; reflecting the answers then shows which strings have none.
    var marked: Set<String> = []
    for field in HostileField.all {
      var answers = HostileField.named(KickstartSample.full())
      field.set(&answers, "HOSTILE")
      marked.formUnion(paths(answers, "").filter { $0.1.contains("HOSTILE") }.map(\.0))
    }
    var full = HostileField.named(KickstartSample.full())
    full.users[0].shell = "/bin/sh"
    full.ostree = OSTreeSource(remote: "a", url: "a", ref: "a")
    full.disk.partitions[0].fileSystemLabel = "a"
    full.disk.partitions[0].volumeGroup = "a"
    full.disk.partitions[0].mkfsOptions = ["a"]
    full.archive.updateMirrors = ["a"]
    #expect(Set(paths(full, "").map(\.0)).subtracting(marked) == [])
  }

  /// Every string in a value with the names on the way to it.
  private func paths(_ value: Any, _ path: String) -> [(String, String)] {
    if let text = value as? String { return [(path, text)] }
    if let secret = value as? Secret { return [(path, secret.reveal())] }
    // Paths of the host's files never reach the guest.
    return Mirror(reflecting: value).children.flatMap { child -> [(String, String)] in
      guard child.label?.hasPrefix("_") != true, !"\(type(of: child.value))".contains("FilePath") else { return [] }
      return paths(child.value, [path, child.label ?? ""].filter { !$0.isEmpty }.joined(separator: "."))
    }
  }
}
