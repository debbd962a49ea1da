/// The kinds of upload, one line each; a kind is a file beside this one that declares its tools and commands.
package enum Uploaders {
  package static let all: [any Uploader.Type] = [
    RsyncUploader.self
  ]

  /// The names that `upload-type` may have.
  package static var names: [String] { all.map { $0.name } }

  /// The kind of this name; nil when there is none.
  package static func named(_ name: String) -> (any Uploader)? {
    all.first { $0.name == name }?.init()
  }
}
