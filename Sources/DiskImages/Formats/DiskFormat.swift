package import Model
package import SystemPackage

/// One kind of image that a raw disk can be turned into.
///
/// To add one: a file beside this one, and a line in `DiskFormats`. Kinds are values without state; what they make are commands, so
/// that a plan can show them and a test can compare them.
package protocol DiskFormat: Sendable {
  /// As written in the config: `qcow2`, `raw.zst`.
  var name: String { get }
  /// Without the leading dot.
  var fileExtension: String { get }
  /// Tools that converting and checking need, as looked up in `PATH`.
  var requiredTools: [String] { get }
  /// The compressions that can be asked for; the first one is the default.
  var compressions: [DiskFormatOptions.Compression] { get }

  /// The steps from a raw disk to `target`, which does not exist yet; throws `.unsupported` for options that the kind does not have.
  func convert(_ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions) throws -> [ConversionStep]

  /// The file that the steps write in order and never go back in, to be hashed meanwhile; nil: they do go back, as `qemu-img` does.
  func stream(_ raw: FilePath, to target: FilePath) -> FilePath?

  /// The commands that prove that `target` is sound and holds what `raw` holds; each has to end with status 0.
  func check(_ target: FilePath, against raw: FilePath) -> [Command]

  /// The file that the commands of `check` unpack `target` to, removed after them; nil: they unpack nothing.
  func unpacked(_ target: FilePath) -> FilePath?

  /// Compares what no command of `check` does: throws `.digestMismatch` when `target` does not hold what `raw` holds. Blocks.
  func compare(_ target: FilePath, with raw: FilePath) throws
}

/// One step of a conversion.
package enum ConversionStep: Sendable, Hashable {
  case run(Command)
  /// A reflink or a copy without holes, by this room's `SparseFile`.
  case copy(from: FilePath, to: FilePath)
  /// Renames a file that a tool could only make under a name of its own choice.
  case rename(from: FilePath, to: FilePath)
  /// Packs the root file system of a raw disk, by this room's `TarArchive`.
  case archive(raw: FilePath, to: FilePath)
}

extension DiskFormat {
  /// Nothing can be hashed before it is done: as for most kinds.
  package func stream(_ raw: FilePath, to target: FilePath) -> FilePath? { nil }

  /// Nothing is unpacked: as for most kinds.
  package func unpacked(_ target: FilePath) -> FilePath? { nil }

  /// A command of `check` compares all: as for most kinds.
  package func compare(_ target: FilePath, with raw: FilePath) throws {}

  /// The compression that `options` mean; throws `.unsupported` when the kind does not have it.
  func compression(_ options: DiskFormatOptions) throws -> DiskFormatOptions.Compression {
    let wanted = options.compression ?? compressions.first ?? .none
    guard compressions.contains(wanted) else {
      let list = compressions.map(\.rawValue).joined(separator: ", ")
      throw DiskImageError(
        .unsupported, "the format '\(name)' has no compression '\(wanted.rawValue)'", hint: "it has: \(list)")
    }
    return wanted
  }

  /// Throws unless `options` fit, without naming files: for planning.
  package func validate(_ options: DiskFormatOptions) throws {
    _ = try convert("/in.raw", to: "/out.image", options)
  }
}
