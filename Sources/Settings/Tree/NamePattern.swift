/// Shell patterns on names, as Python's `fnmatch`: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`; case counts.
struct NamePattern: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case any
    case one
    case literal(Unicode.Scalar)
    case set([ClosedRange<Unicode.Scalar>], isInverted: Bool)
  }

  let text: String
  private let parts: [Part]

  init(_ text: String) {
    self.text = text
    let scalars = Array(text.unicodeScalars)
    var parts: [Part] = []
    var index = 0
    while index < scalars.count {
      switch scalars[index] {
      case "*": if parts.last != .any { parts.append(.any) }
      case "?": parts.append(.one)
      case "[":
        // A `]` right after the opening (or after `!`) is a member; an unclosed `[` stands for itself.
        let first = index + 1 < scalars.count && scalars[index + 1] == "!" ? index + 2 : index + 1
        if first < scalars.count, let end = scalars[min(first + 1, scalars.count)...].firstIndex(of: "]") {
          parts.append(.set(NamePattern.ranges(Array(scalars[first..<end])), isInverted: first == index + 2))
          index = end
        } else {
          parts.append(.literal("["))
        }
      default: parts.append(.literal(scalars[index]))
      }
      index += 1
    }
    self.parts = parts
  }

  private static func ranges(_ members: [Unicode.Scalar]) -> [ClosedRange<Unicode.Scalar>] {
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var index = 0
    while index < members.count {
      if index + 2 < members.count, members[index + 1] == "-", members[index] <= members[index + 2] {
        ranges.append(members[index]...members[index + 2])
        index += 3
      } else {
        ranges.append(members[index]...members[index])
        index += 1
      }
    }
    return ranges
  }

  /// Whether the whole name matches; the last `*` alone is retried, so the time is at most length times length.
  func matches(_ name: String) -> Bool {
    let scalars = Array(name.unicodeScalars)
    var (part, position) = (0, 0)
    var retry: (part: Int, position: Int)?
    while position < scalars.count {
      if part < parts.count, parts[part] == .any {
        retry = (part, position)
        part += 1
      } else if part < parts.count, accepts(parts[part], scalars[position]) {
        part += 1
        position += 1
      } else if let last = retry {
        retry = (last.part, last.position + 1)
        (part, position) = (last.part + 1, last.position + 1)
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { $0 == .any }
  }

  private func accepts(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
    switch part {
    case .any, .one: true
    case .literal(let own): own == scalar
    case .set(let ranges, let isInverted): ranges.contains { $0.contains(scalar) } != isInverted
    }
  }
}
