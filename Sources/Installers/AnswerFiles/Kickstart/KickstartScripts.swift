import Model
import SystemPackage

/// The sections that run scripts: what leaves the guest while it installs, what the finished system still needs, and the user's
/// own scripts.
///
/// Of the initrd only the Kickstart file itself reaches the installer's second stage, so everything travels inside it.
struct KickstartScripts {
  private let request: RenderRequest
  private var sections: [(header: String, body: KickstartScript)] = []

  init(_ request: RenderRequest, _ accounts: KickstartAccounts, _ source: KickstartSource) throws {
    self.request = request
    add("%pre --erroronfail", prelude("preparation") + "\n" + pump)
    for script in request.answers.scripts where script.moment == .before {
      try add("%pre --erroronfail", script)
    }
    try addFinishedSystem(accounts, source)
    for script in request.answers.scripts where script.moment == .after {
      try add("%post --erroronfail", script)
    }
    add("%post --erroronfail", prelude("the last step") + "\nevent \"phase finishing\"")
    if let cleaning = request.selfCleaning { try add(cleaning) }
    for script in request.answers.scripts where script.moment == .onError {
      try add("%onerror", script)
    }
    // Runs whenever Anaconda gives up; `%traceback`, which ran beside it, is deprecated.
    add("%onerror", surrender)
  }

  func add(to text: inout KickstartText) {
    for section in sections { text.section(section.header + " --interpreter=/bin/bash", section.body) }
  }

  private mutating func add(_ header: String, _ body: String) { sections.append((header, KickstartScript(body))) }

  /// What every section of ours begins with: the words to the host, and a last one when the section fails.
  private func prelude(_ what: String) -> String {
    """
    set -eu -o pipefail
    \(event)
    leave() { status=$?; [ "$status" = 0 ] || event "error \(what) failed with status $status"; }
    trap leave EXIT
    """
  }

  private var event: String {
    "event() { printf '%s\\n' \"\(GuestEvent.prefix) $*\" >/dev/\(request.logPort) || true; }"
  }

  /// A child that kept the section's output open would stop the installer until it ends, hence the redirections.
  private var pump: String {
    """
    # The installer's logs leave the guest by a serial port of their own; files that come later are found later (-F).
    tail -q -n +1 -F /tmp/anaconda.log /tmp/packaging.log /tmp/storage.log /tmp/program.log \\
      </dev/null >/dev/\(request.logPort) 2>/dev/null &
    # The installer's very last step, after everything that a section can see.
    (
      trap - EXIT
      grep -q -m 1 -F '\(KickstartScripts.success)' < <(tail -n +1 -F /tmp/anaconda.log)
      event "done"
    ) </dev/null >/dev/null 2>&1 &
    event "phase preparation"
    """
  }

  /// Kept for their own tests by Anaconda's developers. (pyanaconda/installation.py, modules/boss/installation.py)
  static let success = "Installation successfully finished."

  /// Anaconda then sleeps for three minutes and switches off as after success.
  private var surrender: String {
    """
    \(event)
    reason=$(grep -hE '^[A-Za-z_.]+(Error|Exception)[A-Za-z]*: ' /tmp/anaconda.log | tail -n 1 | cut -c 1-200 |
      LC_ALL=C tr -c '\\12\\40-\\176' '?') || true
    event "error ${reason:-the installer gave up}"
    """
  }

  /// The last section. Outside of the system, where Anaconda leaves no file of it; what comes later are Anaconda's logs and answers,
  /// which `inst.nosave=all` keeps out, and labels. (pyanaconda/modules/boss/installation.py)
  private mutating func add(_ cleaning: Cleaning) throws {
    let script = try SelfCleaningScript(request, cleaning)
    add(
      "%post --nochroot --erroronfail",
      """
      \(prelude("the clean-up"))
      target=/mnt/sysroot
      grep -q " $target " /proc/mounts || target=/mnt/sysimage
      {
      \(script.text)
      } 2>&1 | LC_ALL=C tr -c '\\11\\12\\40-\\176' '?' >/dev/\(request.logPort) || true
      """)
  }

  /// A script of the user's, byte for byte. Its output is made plain text: bytes that are none would stop Anaconda.
  private mutating func add(_ header: String, _ script: InstallScript) throws {
    let (contents, setting) = (try request.contents(of: script), script.moment.setting)
    var body = KickstartScript(prelude("the \(setting)") + "\nscript=$(mktemp /tmp/image-factory-XXXXXX)")
    body.add("base64 -d >\"$script\"", reading: contents)
    body.add(
      """
      chmod 700 "$script"
      "$script" </dev/null 2>&1 | LC_ALL=C tr -c '\\11\\12\\40-\\176' '?'
      rm -f "$script"
      """)
    sections.append((header, body))
  }

  private mutating func addFinishedSystem(_ accounts: KickstartAccounts, _ source: KickstartSource) throws {
    var body = KickstartScript(prelude("the finished system"))
    body.add("event \"phase finished system\"\n" + KickstartScripts.helpers)
    body.add(KickstartScripts.network)
    if let repositories = source.script {
      body.add(repositories)
    }
    if !accounts.script.isEmpty { body.add(String(accounts.script.drop { $0 == "\n" })) }
    for file in request.answers.files { try place(file, in: &body) }
    for name in request.answers.services.masked {
      guard AnswerGrammar.isUnit(name) else {
        throw request.problem("services-mask", "'\(name.printable)' is no name of a service")
      }
      body.add("systemctl mask \(name)")
    }
    body.add(KickstartBootLoader(request).script)
    sections.append(("%post --erroronfail", body))
  }

  private func place(_ file: PlacedFile, in body: inout KickstartScript) throws {
    guard KickstartWord.problem(of: file.path) == nil else {
      throw request.problem("file:\(file.path)", "'\(file.path.printable)' is no absolute path of a file")
    }
    let mode = "0" + String(file.mode & 0o7777, radix: 8)
    body.add(
      ShellWords.join(["place", file.path, mode, file.owner]), reading: try request.contents(of: file))
  }

  private static let helpers = """
    place() { # PATH MODE OWNER
      mkdir -p "${1%/*}/"
      base64 -d >"$1"
      chown "$3" "$1"
      chmod "$2" "$1"
      if command -v restorecon >/dev/null; then restorecon -F "$1" || true; fi
    }
    """

  /// The installer's connection names the card of the machine it ran in; another machine would have no network. Host keys need
  /// nothing here: `sshd-keygen.target` makes those that are missing at every start.
  private static let network = """
    rm -f /etc/sysconfig/network-scripts/ifcfg-e* /etc/NetworkManager/system-connections/*.nmconnection
    if [ -d /etc/NetworkManager/system-connections ]; then
      {
        printf '%s\\n' '[connection]' 'id=ethernet' 'type=ethernet' 'multi-connect=3' 'autoconnect-priority=-999'
        printf '%s\\n' '' '[ipv4]' 'method=auto' '' '[ipv6]' 'method=auto'
      } >/etc/NetworkManager/system-connections/ethernet.nmconnection
      chmod 600 /etc/NetworkManager/system-connections/ethernet.nmconnection
    fi
    """
}
