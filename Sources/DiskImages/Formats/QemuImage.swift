import Model
import SystemPackage

/// The `qemu-img` command lines that several kinds share.
///
/// The input's format is always given: a guest decides what its first sector looks like, and a probed qcow2 header may name any file of
/// the host as its backing file. Conversion is in order (no `-W`), so that the same disk gives the same bytes.
enum QemuImage {
  /// A name that no tool takes for an option or a protocol: `qemu-img` reads `nbd:…` before the first slash as one.
  static func argument(_ path: FilePath) -> String { path.isAbsolute ? path.string : "./" + path.string }

  static func convert(
    _ raw: FilePath, to target: FilePath, format: String, options: [String] = [], compressed: Bool = false
  ) -> ConversionStep {
    var arguments = ["convert", "-f", "raw", "-O", format]
    if compressed { arguments.append("-c") }
    if !options.isEmpty { arguments += ["-o", options.joined(separator: ",")] }
    return .run(
      Command("qemu-img", arguments + [argument(raw), argument(target)], purpose: "convert the image to '\(format)'"))
  }

  /// Are the data structures of the image sound?
  static func check(_ target: FilePath, format: String) -> Command {
    Command(
      "qemu-img", ["check", "-q", "-f", format, argument(target)],
      purpose: "check the image '\(target.lastComponent?.string ?? target.string)'")
  }

  /// Does a guest see the same bytes in both?
  static func compare(_ raw: FilePath, _ target: FilePath, format: String) -> Command {
    Command(
      "qemu-img", ["compare", "-q", "-f", "raw", "-F", format, argument(raw), argument(target)],
      purpose: "compare the image '\(target.lastComponent?.string ?? target.string)' with the raw disk")
  }
}
