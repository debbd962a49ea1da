package import Model

/// All layers laid over each other: sections and keys in order of first appearance, the last layer's value winning.
///
/// Values stay as written; interpolation happens when one is read, so a later file changes what earlier ones refer to.
package struct ConfigSet: Sendable {
  package private(set) var layers: [ConfigLayer] = []
  package private(set) var sections: [String: ConfigSection] = [:]
  /// Names of the sections in order of first appearance, DEFAULT included.
  package private(set) var order: [String] = []

  package init() {}

  /// Lays a file over what is there.
  package mutating func add(_ file: INIFile, as layer: ConfigLayer) {
    let index = Int32(layers.count)
    layers.append(layer)
    for section in file.sections {
      var merged =
        sections.removeValue(forKey: section.name) ?? newSection(section.name, layer: index, line: section.line)
      for entry in section.entries {
        merged.set(
          entry.key,
          ConfigValue(
            text: entry.value, layer: index, line: entry.line, keyColumn: entry.keyColumn, column: entry.column))
      }
      sections[section.name] = merged
    }
  }

  /// Sets one value from a place that has no lines.
  package mutating func set(_ key: String, in section: String, to text: String, as layer: ConfigLayer) {
    let index = Int32(layers.count)
    layers.append(layer)
    var merged = sections.removeValue(forKey: section) ?? newSection(section, layer: index, line: 0)
    merged.set(key.lowercased(), ConfigValue(text: text, layer: index, line: 0, keyColumn: 0, column: 0))
    sections[section] = merged
  }

  /// Adds a layer without values and gives its index.
  mutating func addLayer(_ layer: ConfigLayer) -> Int32 {
    layers.append(layer)
    return Int32(layers.count - 1)
  }

  /// Changes a section in place; nothing happens when there is none.
  mutating func change(_ name: String, _ body: (inout ConfigSection) -> Void) {
    guard var section = sections.removeValue(forKey: name) else { return }
    body(&section)
    sections[name] = section
  }

  /// Lays a whole set over this one, its layers above all that are there.
  mutating func overlay(_ other: ConfigSet) {
    let offset = Int32(layers.count)
    layers += other.layers
    for name in other.order {
      guard let section = other.sections[name] else { continue }
      var merged =
        sections.removeValue(forKey: name) ?? newSection(name, layer: section.layer + offset, line: section.line)
      for key in section.order {
        guard let value = section.values[key] else { continue }
        merged.set(
          key,
          ConfigValue(
            text: value.text, layer: value.layer + offset, line: value.line, keyColumn: value.keyColumn,
            column: value.column))
      }
      sections[name] = merged
    }
  }

  private mutating func newSection(_ name: String, layer: Int32, line: Int32) -> ConfigSection {
    order.append(name)
    return ConfigSection(name: name, layer: layer, line: line)
  }

  /// The layer a value stands in.
  package func layer(of value: ConfigValue) -> ConfigLayer { layers[Int(value.layer)] }

  /// File, line and column of a value.
  package func location(of value: ConfigValue) -> SourceLocation {
    location(layer: value.layer, line: value.line, column: value.column)
  }

  /// File, line and column of a value's key.
  package func keyLocation(of value: ConfigValue) -> SourceLocation {
    location(layer: value.layer, line: value.line, column: value.keyColumn)
  }

  /// File and line of a section's first header.
  package func location(of section: ConfigSection) -> SourceLocation {
    location(layer: section.layer, line: section.line, column: 0)
  }

  private func location(layer: Int32, line: Int32, column: Int32) -> SourceLocation {
    let name = layers[Int(layer)].name
    return SourceLocation(
      file: name, line: line > 0 ? Int(line) : nil, column: line > 0 && column > 0 ? Int(column) : nil)
  }
}

/// A section with the values of all layers.
package struct ConfigSection: Sendable {
  package let name: String
  /// The layer and line of its first header.
  package let layer: Int32
  package let line: Int32
  package private(set) var values: [String: ConfigValue] = [:]
  /// Keys in order of first appearance.
  package private(set) var order: [String] = []

  init(name: String, layer: Int32, line: Int32) {
    self.name = name
    self.layer = layer
    self.line = line
  }

  mutating func set(_ key: String, _ value: ConfigValue) {
    if values.updateValue(value, forKey: key) == nil { order.append(key) }
  }

  mutating func remove(_ key: String) {
    if values.removeValue(forKey: key) != nil { order.removeAll { $0 == key } }
  }
}

/// One value as written, and where.
package struct ConfigValue: Sendable {
  package let text: String
  /// Index of its layer.
  package let layer: Int32
  /// Counted from 1; 0 when its layer has no lines.
  package let line: Int32
  package let keyColumn: Int32
  package let column: Int32
}
