import Model
import SystemPackage

/// A value after interpolation.
package struct ResolvedText: Sendable, Equatable {
  package var text: String
  /// Some part of it comes from a private file.
  package var isPrivate: Bool
}

/// Reads values as Python's `ExtendedInterpolation`: `${key}`, `${section:key}`, `$$`, ten levels deep at most.
///
/// `${key}` is looked up in the section that is being read, not the one the text stands in: `osinfo = debian${release}` in
/// `[debian]` takes the release of the image that inherits it. In nested references the section is that of the reference.
struct Interpolator {
  let set: ConfigSet
  /// Replaces the view of one section: the image that is being read, with the command line's values.
  var focus: SectionView?
  /// Names that stay as they are written, to be filled in later: `image` in commands after an upload.
  var later: Set<String> = []

  /// Python's MAX_INTERPOLATION_DEPTH.
  static let deepest = 10
  /// Bounds for values that grow by referring to each other (ten levels of ten references are 10^10 otherwise).
  static let mostSubstitutions = 20_000
  static let longestValue = 4 << 20

  private struct Work {
    var bytes: [UInt8] = []
    var isPrivate = false
    var substitutions = 0
    /// Section, key and value being read, outermost first.
    var trail: [(section: String, key: String, value: ConfigValue)] = []
  }

  /// The resolved value of `key` as `view` sees it; nil when nothing sets it.
  func resolve(_ key: String, in view: SectionView) -> Result<ResolvedText, ConfigProblem>? {
    guard let (section, value) = view.find(key) else { return nil }
    return resolve(value, of: key, standingIn: section, in: view)
  }

  /// The resolved text of one value that `view` sees.
  func resolve(
    _ value: ConfigValue, of key: String, standingIn section: String, in view: SectionView
  ) -> Result<ResolvedText, ConfigProblem> {
    let isPrivate = set.layer(of: value).isPrivate
    guard value.text.utf8.contains(UInt8(ascii: "$")) else {
      return .success(ResolvedText(text: value.text, isPrivate: isPrivate))
    }
    var work = Work()
    work.isPrivate = isPrivate
    work.trail = [(section, key, value)]
    do throws(ConfigProblem) {
      try expand(Array(value.text.utf8), in: view, &work)
    } catch {
      return .failure(error)
    }
    return .success(ResolvedText(text: String(decoding: work.bytes, as: UTF8.self), isPrivate: work.isPrivate))
  }

  private func expand(_ text: [UInt8], in view: SectionView, _ work: inout Work) throws(ConfigProblem) {
    guard work.trail.count <= Interpolator.deepest else { throw tooDeep(work) }
    var index = 0
    while index < text.count {
      guard let dollar = text[index...].firstIndex(of: UInt8(ascii: "$")) else {
        work.bytes.append(contentsOf: text[index...])
        return
      }
      work.bytes.append(contentsOf: text[index..<dollar])
      let next = dollar + 1 < text.count ? text[dollar + 1] : 0
      if next == UInt8(ascii: "$") {
        work.bytes.append(UInt8(ascii: "$"))
        index = dollar + 2
      } else if next == UInt8(ascii: "{") {
        guard let end = text[(dollar + 2)...].firstIndex(of: UInt8(ascii: "}")), end > dollar + 2 else {
          throw syntax("a reference in \(place(work)) is empty or not closed", "write ${KEY} or ${SECTION:KEY}", work)
        }
        try substitute(String(decoding: text[(dollar + 2)..<end], as: UTF8.self), in: view, &work)
        index = end + 1
      } else {
        throw syntax("a '$' in \(place(work)) stands alone", "write '$$' for a dollar sign, ${KEY} for a value", work)
      }
    }
  }

  private func substitute(_ reference: String, in view: SectionView, _ work: inout Work) throws(ConfigProblem) {
    work.substitutions += 1
    guard work.substitutions <= Interpolator.mostSubstitutions, work.bytes.count <= Interpolator.longestValue else {
      throw ConfigProblem(
        "\(place(work, at: 0)) grows beyond all bounds by its references", hint: "refer to fewer values",
        at: work.trail.first.map { set.location(of: $0.value) })
    }
    if work.trail.count == 1, later.contains(reference) {
      work.bytes.append(contentsOf: "${\(reference)}".utf8)
      return
    }
    let path = reference.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard path.count <= 2, let name = path.last else {
      throw syntax(
        "'${\(reference.printable)}' in \(place(work)) has more than one ':'", "write ${SECTION:KEY}", work)
    }
    let key = name.lowercased()
    if key == "config-folder", path.count == 1, let folder = folder(of: work) {
      work.bytes.append(contentsOf: folder.utf8)
      return
    }
    guard let target = path.count == 1 ? view : self.view(of: path[0]), let (section, value) = target.find(key) else {
      throw missing(reference, key: key, in: path.count == 1 ? view : self.view(of: path[0]), work)
    }
    if set.layer(of: value).isPrivate || SecretNames.contains(key) { work.isPrivate = true }
    guard value.text.utf8.contains(UInt8(ascii: "$")) else {
      work.bytes.append(contentsOf: value.text.utf8)
      return
    }
    work.trail.append((section, key, value))
    try expand(Array(value.text.utf8), in: target, &work)
    work.trail.removeLast()
  }

  private func view(of section: String) -> SectionView? {
    if let focus, focus.name == section { return focus }
    guard set.sections[section] != nil || section == INIFile.defaultSection else { return nil }
    return set.view(of: section)
  }

  private func folder(of work: Work) -> String? {
    work.trail.last.flatMap { set.layer(of: $0.value).folder?.string }
  }
}

extension Interpolator {
  private func place(_ work: Work, at index: Int? = nil) -> String {
    guard let step = index.map({ work.trail[$0] }) ?? work.trail.last else { return "a value" }
    return "'\(step.key.printable)' of [\(step.section.printable)]"
  }

  private func syntax(_ message: String, _ hint: String, _ work: Work) -> ConfigProblem {
    ConfigProblem(message, hint: hint, at: work.trail.last.map { set.location(of: $0.value) })
  }

  private func missing(_ reference: String, key: String, in view: SectionView?, _ work: Work) -> ConfigProblem {
    let location = work.trail.last.map { set.location(of: $0.value) }
    let message = "'${\(reference.printable)}' in \(place(work)) is set nowhere"
    guard let view else {
      let section = String(reference.prefix { $0 != ":" })
      let close = Spelling.closest(to: section, among: set.order)
      return ConfigProblem(
        message, hint: close.map { "did you mean section '\($0.printable)'?" } ?? "there is no such section",
        at: location)
    }
    let close = Spelling.closest(to: key, among: view.keys)
    return ConfigProblem(
      message, hint: close.map { "did you mean '${\($0.printable)}'?" } ?? "set it, or write '$$' for a dollar sign",
      at: location)
  }

  /// Ten levels are used up: by a circle, which is named, or by a long chain.
  private func tooDeep(_ work: Work) -> ConfigProblem {
    var names = work.trail.map { "[\($0.section.printable)] \($0.key.printable)" }
    let location = work.trail.first.map { set.location(of: $0.value) }
    for start in names.indices {
      guard let again = names[(start + 1)...].firstIndex(of: names[start]) else { continue }
      names.removeSubrange((again + 1)...)
      return ConfigProblem(
        "\(place(work, at: 0)) refers to itself: \(names.joined(separator: " → "))", hint: "break the circle",
        at: location)
    }
    return ConfigProblem(
      "\(place(work, at: 0)) refers to values more than \(Interpolator.deepest) levels deep: "
        + names.joined(separator: " → "), hint: "refer to fewer levels", at: location)
  }
}
