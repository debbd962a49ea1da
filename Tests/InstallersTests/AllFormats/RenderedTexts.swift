import Foundation
import Installers
import Model
import Testing

/// The strings that a rendering holds, each with its place, as a reader that is not ours takes them out of the answer file.
struct RenderedTexts: Sendable {
  /// What each text is: a key of the file, a line of a script, a line of data.
  private(set) var places: [String] = []
  private var texts: [String] = []

  /// Whether the format's reader is here.
  static func canRead(_ format: String) -> Bool {
    switch format {
    case "kickstart": Pykickstart.isThere
    case "autoinstall": AutoinstallSample.python != nil
    case "autoyast": Place.tool("python3") != nil
    default: true
    }
  }

  /// Reads the answer files of many renderings at once, and the scripts and data beside them.
  static func read(_ renderings: [[RenderedFile]], format: String) throws -> [RenderedTexts] {
    let answers = try renderings.map { try Sample.text($0.first) }
    var results = try answerFiles(answers, format)
    #expect(results.count == renderings.count)
    for (index, files) in renderings.enumerated() {
      for file in files.dropFirst() {
        results[index].add(String(decoding: file.contents, as: UTF8.self), at: file.name)
      }
    }
    return results
  }

  private static func answerFiles(_ texts: [String], _ format: String) throws -> [RenderedTexts] {
    // Python is slow: each text is read once.
    let unique = Array(Set(texts))
    let read: [RenderedTexts]
    switch format {
    case "kickstart":
      let all = try Pykickstart.read(unique, "RHEL10")
      for object in all { #expect(object["error"] == nil, "\(object["error"] ?? "")") }
      read = all.map { RenderedTexts(tree: $0) }
    case "autoinstall": read = try AutoinstallSample.parsed(unique).map { RenderedTexts(tree: $0) }
    case "agama":
      read = try unique.map { RenderedTexts(tree: try JSONSerialization.jsonObject(with: Data($0.utf8))) }
    case "autoyast": read = try ReadProfile.read(unique).map { RenderedTexts(element: $0) }
    default: read = unique.map { RenderedTexts(preseed: $0) }
    }
    let byText = Dictionary(zip(unique, read), uniquingKeysWith: { $1 })
    return try texts.map { try #require(byText[$0]) }
  }

  private init(tree: Any) { add(tree: tree, "") }

  private init(element: ReadProfile) { add(element: element, "") }

  private init(preseed: String) {
    for line in preseed.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
      places.append(words.prefix(3).joined(separator: " "))
      texts.append(words.count > 3 ? String(words[3]) : "")
    }
  }

  private mutating func add(tree: Any, _ place: String) {
    if let object = tree as? [String: Any] {
      for key in object.keys.sorted() { add(tree: object[key] ?? "", "\(place).\(key)") }
    } else if let list = tree as? [Any] {
      places.append("\(place) has \(list.count)")
      texts.append("")
      for item in list { add(tree: item, place) }
    } else {
      add("\(tree)", at: place)
    }
  }

  private mutating func add(element: ReadProfile, _ place: String) {
    let here = "\(place)/\(element.name):\(element.type ?? "")"
    add(element.text, at: here)
    for child in element.children { add(element: child, here) }
  }

  /// A script is one text per line with the command's first word as its place; lines of here-documents are data.
  private mutating func add(_ text: String, at place: String) {
    guard text.contains("#!/bin/sh\n# ") || text.contains("set -e") else {
      places.append(place)
      texts.append(text)
      return
    }
    // One piece, because a quoted value may be of several lines; `without` takes it apart.
    places.append(place + " " + Self.words(text).joined(separator: " "))
    texts.append(Self.script + text)
  }

  private static let script = "SCRIPT:"

  /// The first words of a script's commands.
  private static func words(_ text: String) -> [String] {
    var isData = false
    return text.split(separator: "\n").compactMap { line in
      if isData {
        if line == "END" || line == "PUMP" { isData = false }
        return nil
      }
      if line.hasSuffix("<<'END'") || line.hasSuffix("<<'PUMP'") { isData = true }
      return line.drop { $0 == " " }.prefix { $0 != " " && $0 != "=" }.description
    }
  }

  /// The places with a mark where the value is a part of one: a key of a map.
  func places(without value: String) -> [String] {
    places.map { place in place.replacing(value, with: Self.mark) }
  }

  private static let mark = "@VALUE@"

  /// A value and what is left of it where an installer has an option for its first part.
  private static func forms(_ value: String) -> [String] {
    [value] + ["mirrorlist=", "metalink="].filter(value.hasPrefix).map { String(value.dropFirst($0.count)) }
  }

  /// The texts with a mark where the value stands: in scripts only where it is quoted, in a here-document, or plain.
  func without(_ value: String) -> [String] {
    zip(places(without: value), texts).map { (place: String, text: String) -> String in
      guard text.hasPrefix(Self.script) else {
        let text = Self.forms(value).reduce(text) { $0.replacing($1, with: Self.mark) }
        return "\(place)=\(text)"
      }
      var text = String(text.dropFirst(Self.script.count))
      let quoted = ShellWords.quote(value)
      if quoted != value { text = text.replacing(quoted, with: Self.mark) }
      let isWord = quoted == value
      var isData = false
      return text.split(separator: "\n", omittingEmptySubsequences: false).map { (line: Substring) -> String in
        if isData, line == "END" || line == "PUMP" { isData = false }
        defer { if line.hasSuffix("<<'END'") || line.hasSuffix("<<'PUMP'") { isData = true } }
        return isData || isWord ? String(line).replacing(value, with: Self.mark) : String(line)
      }.joined(separator: "\n")
    }
  }

  static func firstDifference(_ one: [String], _ other: [String]) -> String {
    for (left, right) in zip(one, other) where left != right {
      let lines = zip(left.split(separator: "\n"), right.split(separator: "\n")).first { $0 != $1 }
      return "'\(lines?.0.prefix(300) ?? left.prefix(300))' and not '\(lines?.1.prefix(300) ?? right.prefix(300))'"
    }
    return "\(one.count) texts and not \(other.count)"
  }
}
