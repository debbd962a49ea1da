/// Which of a guest's ports a line came from.
package enum LogChannel: String, Sendable, Hashable, Codable, CaseIterable {
  /// The first serial port: kernel messages, the installer's screen.
  case console
  /// The second serial port: the installer's own log.
  case installer
}
