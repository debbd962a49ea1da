import Model
import SystemPackage

/// How one type of value is read and shown; the vocabulary of the settings table.
struct ValueForm<Value: Sendable>: Sendable {
  let kind: SettingKind
  /// The value, or what is expected instead ("a whole number from 1 to 4").
  let read: @Sendable (SettingText) -> Reading<Value>
  /// The value as a file would say it.
  let show: @Sendable (Value) -> String

  init(
    _ kind: SettingKind, show: @escaping @Sendable (Value) -> String,
    read: @escaping @Sendable (SettingText) -> Reading<Value>
  ) {
    self.kind = kind
    self.read = read
    self.show = show
  }

  /// A form that gives nil instead of an invalid value.
  init(
    _ kind: SettingKind, expects: String, show: @escaping @Sendable (Value) -> String,
    read: @escaping @Sendable (SettingText) -> Value?
  ) {
    self.init(kind, show: show) { text in
      if let value = read(text) { return .value(value) }
      return .expected(expects)
    }
  }
}

/// What became of a text.
enum Reading<Value: Sendable>: Sendable {
  case value(Value)
  /// What would have been right, as it follows "expected ".
  case expected(String)
}

/// Words for yes and no, in any case: the Python tool's and no others.
enum BooleanWord {
  static func read(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "yes", "on", "true", "1": true
    case "no", "off", "false", "0": false
    default: nil
    }
  }
}

extension ValueForm where Value == Bool {
  static var boolean: ValueForm {
    ValueForm(.boolean, expects: "yes or no", show: { $0 ? "yes" : "no" }) { BooleanWord.read($0.text) }
  }
}

extension ValueForm where Value == Bool? {
  /// `auto` is nil.
  static var optionalBoolean: ValueForm {
    ValueForm(.optionalBoolean, show: { $0.map { $0 ? "yes" : "no" } ?? "auto" }) { text in
      if text.text.isEmpty || text.text.lowercased() == "auto" { return .value(nil) }
      guard let value = BooleanWord.read(text.text) else { return .expected("auto, yes or no") }
      return .value(value)
    }
  }
}

extension ValueForm where Value == Int {
  static func integer(_ range: ClosedRange<Int>) -> ValueForm {
    ValueForm(
      .integer(range), expects: "a whole number from \(range.lowerBound) to \(range.upperBound)", show: { "\($0)" }
    ) { text in
      guard let number = Int(text.text), range.contains(number) else { return nil }
      return number
    }
  }
}

extension ValueForm where Value == ByteSize {
  static func size(atLeast least: ByteSize) -> ValueForm {
    ValueForm(.size, show: \.settingText) { text in
      guard let size = ByteSize(text.text) else {
        return .expected("a size such as 4G, 2 GiB, 1.5 GB or 2048 (bytes)")
      }
      return size < least ? .expected("at least \(least)") : .value(size)
    }
  }
}

extension ByteSize {
  /// The size as a file would say it, exactly: `4G`, `1536M`, `2048`.
  var settingText: String {
    var rest = bytes
    var unit = ""
    for next in ["K", "M", "G", "T"] where rest > 0 && rest % 1024 == 0 {
      rest /= 1024
      unit = next
    }
    return "\(rest)\(unit)"
  }
}

extension ValueForm where Value == Duration {
  static var duration: ValueForm {
    ValueForm(.duration, show: { "\($0.components.seconds)s" }) { text in
      guard let span = Duration(timeSpan: text.text) else {
        return .expected("a duration such as 90s, 15m, 2h or 1h30m")
      }
      return span > .zero ? .value(span) : .expected("more than no time at all")
    }
  }
}

extension ValueForm where Value == FilePath {
  static var path: ValueForm {
    ValueForm(.path, expects: "a path", show: \.string) { text in
      text.text.isEmpty || text.text.contains("\n") ? nil : text.path(text.text)
    }
  }
}

extension ValueForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  static var choice: ValueForm {
    let values = Value.allCases.map(\.rawValue)
    return ValueForm(.choice(values), expects: values.asChoices, show: \.rawValue) {
      Value(rawValue: $0.text.lowercased())
    }
  }
}

extension [String] {
  /// `a, b or c`
  var asChoices: String {
    guard count > 1, let last else { return first ?? "nothing" }
    return dropLast().joined(separator: ", ") + " or " + last
  }
}
