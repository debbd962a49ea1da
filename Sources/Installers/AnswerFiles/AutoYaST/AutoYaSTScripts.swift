import Model

/// The two scripts of a profile: before the disk is touched, and in the finished system.
///
/// `pre-scripts` run in the installer; `chroot-scripts` with `chrooted` in the finished system at the end of the first stage, after
/// users and network are written and before the boot loader is. `post-scripts` and `init-scripts` would run when the image boots.
struct AutoYaSTScripts {
  let request: RenderRequest
  let payload: SUSEPayload
  let revealing: Bool

  func section(packages: [String]) throws -> XMLElement {
    .map(
      "scripts",
      [
        .list("pre-scripts", [script("image-factory-start", start)]),
        .list("chroot-scripts", [script("image-factory-finish", try finish(packages), chrooted: true)]),
      ])
  }

  /// Without `debug` set to false YaST runs it with `sh -x`, and the trace would be our log.
  private func script(_ name: String, _ text: String, chrooted: Bool = false) -> XMLElement {
    var parts: [XMLElement] = [
      .string("filename", name), .string("interpreter", "shell"), .boolean("debug", false),
      .boolean("feedback", false), .string("source", text, from: "late-script"),
    ]
    if chrooted { parts.append(.boolean("chrooted", true)) }
    return .map("script", parts)
  }

  private var start: String {
    var script = SUSEScript("Run by YaST before it touches the disk.", request)
    script.define(Self.pump)
    if !payload.before.isEmpty { script.define(SUSEPayload.runScript) }
    script.add(["begin 'the profile is read'"])
    for before in payload.before {
      script.add([SUSEPayload.call("run_script \(before.name)", before.contents, revealing: revealing)])
    }
    return script.text
  }

  private func finish(_ packages: [String]) throws -> String {
    var script = SUSEScript("Run by YaST in the finished system.", request)
    try SUSEFinish(request: request, payload: payload, revealing: revealing).add(
      to: &script, packages: packages, services: AutoYaSTSystem(request).serviceCommands)
    return script.text
  }

  /// YaST's log leaves the guest from here on, so that the profile itself, logged before, stays inside; then hashes are masked.
  private static let pump = "{\n\(pipeline(tail: "-n 0"))\n} </dev/null >\"$port\" 2>/dev/null &"

  /// What carries YaST's log to its standard output.
  ///
  /// The last word is written when YaST has unmounted the system: no script of the profile runs that late.
  static func pipeline(tail: String) -> String {
    """
      tail \(tail) -F /var/log/YaST2/y2log | sed -u -e '/Current Profile = /d' \(SUSEScript.mask) |
        while IFS= read -r line; do
          printf '%s\\n' "$line"
          case $line in
          *'umount_finish.rb done'*) echo '\(GuestEvent.finished.line)' ;;
          esac
        done
    """
  }
}
