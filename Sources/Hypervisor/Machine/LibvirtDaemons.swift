package import Model
package import SystemPackage

/// Which sockets tell that a libvirt daemon is there for a connection, and how to start one where none is. Pure: the caller
/// looks, starts, and ends what it started.
package enum LibvirtDaemons {
  /// A daemon's place: whose daemon a `qemu:///` URI means.
  package enum Scope: Sendable, Hashable {
    case system
    /// Of the user whose `XDG_RUNTIME_DIR` this is.
    case session(runtimeFolder: FilePath)
  }

  /// The scope of a local QEMU connection; nil for anything else (remote, `test:///`, with a socket of its own): nothing to start.
  ///
  /// For root libvirt takes `qemu:///session` for the system daemon: it looks at the effective user id.
  package static func scope(of uri: String, userID: UInt32, runtimeFolder: FilePath?) -> Scope? {
    switch uri {
    case "qemu:///system": return .system
    case "qemu:///session":
      if userID == 0 { return .system }
      // Without XDG_RUNTIME_DIR libvirt uses the user's cache folder; ours always sets it.
      return runtimeFolder.map { .session(runtimeFolder: $0) }
    default: return nil
    }
  }

  /// The sockets that clients try: of the monolithic daemon and of the modular one. One that accepts is enough.
  package static func sockets(of scope: Scope) -> [FilePath] {
    let folder = runFolder(of: scope)
    return [folder.appending("virtqemud-sock"), folder.appending("libvirt-sock")]
  }

  /// The socket of the daemon that writes the logs of serial ports; the system mode fails without it.
  package static func logSocket(of scope: Scope) -> FilePath {
    runFolder(of: scope).appending("virtlogd-sock")
  }

  /// The daemons to start, in this order, each in the foreground and each under a reaper; they end when idle for `idle`.
  ///
  /// In the system mode `/dev/kvm` must be accessible to QEMU's own user (udev makes it `root:kvm` 0660) or to nobody at all. As
  /// `root:root` 0600 libvirt 9.0 probes QEMU anew for every question, 37 times for one virt-install: 45 s instead of 4 s. (Its probe
  /// opens the node with CAP_DAC_OVERRIDE and finds KVM, its check as QEMU's user says that there is none, and so on.)
  /// `logConfiguration` is a file with ``logConfiguration``.
  package static func commands(
    for scope: Scope, idle: Duration, logConfiguration: FilePath? = nil
  ) -> [Command] {
    let seconds = "\(max(1, idle.components.seconds))"
    let configuration = logConfiguration.map { ["--config", $0.string] } ?? []
    let (environment, whose): ([String: String], String) =
      switch scope {
      case .system: ([:], "")
      case .session(let folder): (["XDG_RUNTIME_DIR": folder.string], " of this user")
      }
    return [
      // A session's libvirtd would start one itself, which rotates the logs.
      Command(
        "virtlogd", ["--timeout", logIdle] + configuration, environment: environment,
        purpose: "start libvirt's log daemon\(whose)"),
      Command(
        "libvirtd", ["--timeout", seconds], environment: environment, purpose: "start the libvirt daemon\(whose)"),
    ]
  }

  /// Seconds, more than any installation takes: the system's virtlogd 9.0 counts its clients for the time-out and not the logs that it
  /// writes, and nobody is connected while a guest runs. The logs stop, and the build hears no more. The last build ends it at once; this
  /// bounds what a killed one leaves behind.
  private static let logIdle = "86400"

  /// virtlogd's configuration for a build: no rotation. By default it renames a serial port's log at 2 MiB and keeps three,
  /// which a traced installation can exceed.
  package static let logConfiguration = "max_size = 0\n"

  private static func runFolder(of scope: Scope) -> FilePath {
    switch scope {
    case .system: "/run/libvirt"
    case .session(let folder): folder.appending("libvirt")
    }
  }
}
