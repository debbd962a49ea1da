import Model

/// A script that runs in an openSUSE installer or in the system it made: its words go to the log port, its failure fails the build.
///
/// Neither installer stops when a script fails (AutoYaST shows a warning, Agama writes a line into its journal), so the script
/// says so itself by a ``GuestEvent``.
struct SUSEScript {
  private var parts: [String]

  init(_ purpose: String, _ request: RenderRequest) {
    let failed = GuestEvent.failure("the answer file's script failed with exit status $status in the step '$step'").line
    parts = [
      """
      #!/bin/sh
      # \(purpose)
      set -eu
      port=/dev/\(request.logPort)
      [ -c "$port" ] || port=/dev/null
      exec </dev/null >>"$port" 2>&1
      step=start
      failed() {
        status=$?
        [ "$status" -eq 0 ] || echo "\(failed)"
      }
      trap failed EXIT
      begin() {
        step=$1
        echo "\(GuestEvent.prefix) phase $1"
      }
      """
    ]
  }

  /// Functions that later parts call.
  mutating func define(_ text: String) { parts.append(text) }

  /// Commands under a name that progress and errors show; nothing when there are none.
  mutating func add(_ step: String, _ lines: [String]) {
    guard !lines.isEmpty else { return }
    parts.append((["begin \(ShellWords.quote(step))"] + lines).joined(separator: "\n"))
  }

  /// Commands without a step of their own.
  mutating func add(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    parts.append(lines.joined(separator: "\n"))
  }

  var text: String { parts.joined(separator: "\n\n") + "\n" }

  /// The `sed` expressions that take password hashes out of an installer's log before it leaves the guest.
  static let mask = #"-e 's/[$][0-9a-z]*[$][^ ",]*/******/g' -e 's/\([Pp]assword"* *\(=>\|:\) *"\)[^"]*/\1******/g'"#
}
