import Foundation
import Model
import SystemPackage

/// Files of the host inside a script: as base64, so that any byte arrives and none ends the script.
///
/// Both openSUSE installers take text only (XML cannot hold control characters) and put paths and owners into a shell unquoted,
/// so placed files and the user's own scripts travel in ours.
struct SUSEPayload {
  var placed: [(path: String, mode: UInt16, owner: String, contents: [UInt8])] = []
  /// Run in the installer before it touches the disk.
  var before: [(name: String, contents: [UInt8])] = []
  /// Run in the finished system.
  var after: [(name: String, contents: [UInt8])] = []

  init(_ request: RenderRequest) throws {
    for file in request.answers.files { try add(file, request) }
    for (index, script) in request.answers.scripts.enumerated() where script.moment != .onError {
      try add(script, index + 1, request)
    }
    let size = (placed.map(\.contents.count) + (before + after).map(\.contents.count)).reduce(0, +)
    guard size <= Self.limit else {
      throw request.problem(
        request.answers.files.isEmpty ? "late-script" : "files",
        "files and scripts are \(ByteSize(bytes: Int64(size))) together, more than the answer file can carry",
        hint: "at most \(Self.limit >> 20) MiB; fetch larger files in a late script")
    }
  }

  /// The script that carries them is one node of the profile, and base64 makes four bytes of three.
  private static let limit = 5 << 20

  private mutating func add(_ file: PlacedFile, _ request: RenderRequest) throws {
    placed.append((file.path, file.mode & 0o7777, file.owner, try request.contents(of: file)))
  }

  private mutating func add(_ script: InstallScript, _ number: Int, _ request: RenderRequest) throws {
    let named = ("\(script.moment.setting)-\(number)", try request.contents(of: script))
    if script.moment == .before { before.append(named) } else { after.append(named) }
  }

  /// The command with the contents as its standard input; people are shown the size only.
  static func call(_ command: String, _ contents: [UInt8], revealing: Bool) -> String {
    let text =
      revealing
      ? Data(contents).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
      : "(\(contents.count) bytes)"
    return text.isEmpty ? "\(command) </dev/null" : "\(command) <<'END'\n\(text)\nEND"
  }

  /// The shell's half of ``call(_:_:revealing:)``, for placed files.
  static let placeFile = """
    place_file() {
      mkdir -p "${1%/*}"
      base64 -d >"$1"
      chown "$3" "$1"
      chmod "$2" "$1"
    }
    """

  /// The shell's half for scripts.
  static let runScript = """
    run_script() {
      begin "$1"
      file=$(mktemp /tmp/image-factory.XXXXXX)
      base64 -d >"$file"
      chmod 700 "$file"
      "$file" </dev/null
      rm -f "$file"
    }
    """
}
