import Foundation
import Model

/// The only place that writes to standard output and standard error.
enum Console {
  static func out(_ text: String) {
    write(text + "\n", to: FileHandle.standardOutput)
  }

  static func err(_ text: String) {
    write(text + "\n", to: FileHandle.standardError)
  }

  /// Text as it is, without a line end.
  static func raw(_ text: String) {
    write(text, to: FileHandle.standardOutput)
  }

  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb" }

  /// The terminal's width in columns; 80 when it does not tell.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  private static func write(_ text: String, to handle: FileHandle) {
    // A reader that went away (`| head`) is no reason to die in the middle of a build.
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
