/// How a miniature guest behaves: the word after `miniature=` on its kernel line.
package enum MiniatureBehaviour: String, Sendable, CaseIterable {
  /// Installs, finishes and powers off.
  case ok
  /// Installs as `ok` does, with a pause of two seconds at every step.
  case slow
  /// Installs as `ok` does, then restarts instead of powering off.
  case reboot
  /// Stops in the middle of the installation, without a further byte on any port.
  case hang
  /// Never writes a byte after the kernel's own.
  case silent
  /// Asks, in the middle of the installation, a question that no answer file answers.
  case question
  /// The installation of the base system fails and the installer's menu is shown.
  case fail
  /// The kernel panics in the middle of the installation.
  case panic
  /// Powers off in the middle of the installation, without the installer's last words.
  case poweroff

  /// The words for the guest's kernel line.
  ///
  /// `fetch` is a URL that the guest reads through the answer file's proxy before it installs, or `auto` for the Release file
  /// of the answer file's mirror; nil: the guest does not use the network.
  package func kernelArguments(fetch: String? = nil) -> [String] {
    ["miniature=\(rawValue)"] + (fetch.map { ["miniature/fetch=\($0)"] } ?? [])
  }
}
