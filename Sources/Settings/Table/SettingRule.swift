import Model

/// A setting with the way its value gets into a `Target`: one entry of the settings table.
struct SettingRule<Target: Sendable>: Sendable {
  var setting: Setting
  /// Sets the value; what was expected instead when it cannot be read, nil when all is well.
  let apply: @Sendable (SettingText, inout Target) -> String?
  /// The value a target has, as a file would say it: gives the default, so that table and model cannot differ.
  let show: @Sendable (Target) -> String

  init(
    _ setting: Setting, show: @escaping @Sendable (Target) -> String,
    apply: @escaping @Sendable (SettingText, inout Target) -> String?
  ) {
    self.setting = setting
    self.apply = apply
    self.show = show
  }

  /// A value that always is there.
  init<Value>(
    _ key: String, _ path: any WritableKeyPath<Target, Value> & Sendable, _ form: ValueForm<Value>, _ help: String
  ) {
    self.init(
      Setting(key: key, kind: form.kind, defaultText: "", help: help), show: { form.show($0[keyPath: path]) }
    ) { text, target in
      switch form.read(text) {
      case .value(let value):
        target[keyPath: path] = value
        return nil
      case .expected(let what):
        return what
      }
    }
  }

  /// A value that may be unset: an empty text, or the word in `unset`, leaves the decision to the planner.
  init<Value>(
    unset: String, _ key: String, _ path: any WritableKeyPath<Target, Value?> & Sendable, _ form: ValueForm<Value>,
    _ help: String
  ) {
    self.init(
      Setting(key: key, kind: form.kind, defaultText: unset, help: help),
      show: { $0[keyPath: path].map(form.show) ?? unset }
    ) { text, target in
      if text.text.isEmpty || (text.text == unset && !unset.contains(" ")) {
        target[keyPath: path] = nil
        return nil
      }
      switch form.read(text) {
      case .value(let value):
        target[keyPath: path] = value
        return nil
      case .expected(let what):
        return what
      }
    }
  }

  /// The same with further names that files may use.
  func former(_ names: String...) -> Self { changed { $0.formerNames += names } }
  /// The same with whole sentences for the manual.
  func details(_ text: String) -> Self { changed { $0.details = text } }
  /// The same with a one-letter flag.
  func short(_ letter: Character) -> Self { changed { $0.short = letter } }
  /// The same, and KEY1, KEY2 … add further values.
  var numbered: Self { changed { $0.isNumbered = true } }
  /// The same with a default described in words.
  func defaults(to text: String) -> Self { changed { $0.defaultText = text } }

  func changed(_ change: (inout Setting) -> Void) -> Self {
    var copy = self
    change(&copy.setting)
    return copy
  }
}
