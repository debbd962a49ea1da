/// A value of a JSON or YAML document with the line it begins in (of a member: its name's), counted from 1.
struct AnswerNode {
  indirect enum Value {
    case string(String)
    case boolean(Bool)
    case integer(Int64)
    /// A number that is no integer, or too large for one.
    case number
    case null
    case list([AnswerNode])
    /// The members in the order they are written, those with the same name as well.
    case object([(key: String, node: AnswerNode)])
    /// Something that is not judged: a YAML tag of somebody's own, a date.
    case unknown
  }

  var line: Int
  var value: Value

  /// The members; none of what is no object.
  var members: [(key: String, node: AnswerNode)] {
    if case .object(let members) = value { members } else { [] }
  }

  /// The member with that name; of several the last, which is the one that counts.
  func member(_ key: String) -> AnswerNode? { members.last { $0.key == key }?.node }

  var string: String? { if case .string(let text) = value { text } else { nil } }
  var isTrue: Bool { if case .boolean(true) = value { true } else { false } }
  var items: [AnswerNode] { if case .list(let nodes) = value { nodes } else { [] } }

  /// What it is, for people.
  var kind: String {
    switch value {
    case .string: "text"
    case .boolean: "true or false"
    case .integer, .number: "a number"
    case .null: "nothing"
    case .list: "a list"
    case .object: "a map"
    case .unknown: "something else"
    }
  }

  /// This and all values below it.
  var all: [AnswerNode] { [self] + items.flatMap(\.all) + members.flatMap(\.node.all) }
}
