/// The kinds of image that can be made: one line per kind, in the order that help and manual show them.
package enum DiskFormats {
  package static let all: [any DiskFormat] = [
    Raw(),
    Qcow2(),
    QemuKind.vmdk,
    QemuKind.vhdx,
    QemuKind.vdi,
    RawZst(),
    RawXz(),
    Tar(),
  ]

  /// The kind with a name as in the config; nil when there is none.
  package static func named(_ name: String) -> (any DiskFormat)? { all.first { $0.name == name } }

  /// All names, for messages.
  package static var names: [String] { all.map(\.name) }
}
