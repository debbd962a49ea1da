import Foundation
import HostSystem
import Hypervisor
package import Model
package import SystemPackage

/// The libvirt daemons a build needs: found, or started for the build under a reaper and ended after it.
package struct LibvirtService: Sendable {
  private let host: Host

  package init(host: Host) { self.host = host }

  /// Daemons of one build; what was there before is not touched.
  package struct Running: Sendable {
    fileprivate let started: [ProcessMark]
    fileprivate let device: KVMDevice?
    fileprivate let users: LibvirtUsers?
    fileprivate let isNeeded: @Sendable () async -> Bool
    /// One sentence each about what was started, for the log.
    package let notes: [String]

    /// What a person types to end it.
    var byHand: String {
      started.isEmpty ? "nothing was started" : "kill " + started.map { String($0.number) }.joined(separator: " ")
    }

    /// Ends what builds have started, the last one first, unless another build or somebody else's guest needs it: then the last
    /// build that uses it does. Throws ``FactoryError``.
    package func end() async throws {
      // Put back even when the daemons stay for others: they run on, only slower, and nobody else would do it.
      defer { device?.restore() }
      // In a task of its own: a build that was stopped has to wait for the lock as well.
      try await Task { try await users?.leave(unless: isNeeded) }.value
    }
  }

  /// What stands against using the URI on this host, without starting anything.
  package func findings(uri: String, mayStart: Bool) async -> [Finding] {
    guard let scope = scope(of: uri) else { return await remoteFindings(uri) }
    if isThere(scope) { return [] }
    guard canStart(scope) else {
      return [
        .host(
          "no libvirt daemon answers at '\(uri)', and only root can start one there",
          hint: "systemctl start libvirtd, or set 'libvirt-uri = qemu:///session'")
      ]
    }
    guard mayStart else {
      return [
        .host(
          "no libvirt daemon answers at '\(uri)', and 'start-libvirt = no' forbids to start one",
          hint: "systemctl start libvirtd, or set 'start-libvirt = yes'")
      ]
    }
    return daemonTools(scope).compactMap { tool in
      guard locate(tool) == nil else { return nil }
      return .host("cannot find '\(tool)', required to start libvirt", hint: ToolCatalogue.hint(for: tool))
    }
  }

  /// Whether a local daemon answers right now.
  func answers(uri: String) -> Bool { scope(of: uri).map(isThere) ?? true }

  /// Whether somebody else needs the daemons, now that our own domain is gone: domains run, or the log daemon writes a guest's log.
  private func isNeeded(_ scope: LibvirtDaemons.Scope, uri: String) async -> Bool {
    // Only when it answers: to connect would start a session's daemon.
    if isThere(scope), let connection = try? await LibvirtConnection.open(uri, timeout: .seconds(5)) {
      let others = (try? await connection.hasActiveDomains()) ?? false
      await connection.close()
      if others { return true }
    }
    // Guests outlive a libvirtd that was ended, and lose their serial ports with the log daemon.
    return await GuestLogs(of: LibvirtDaemons.logSocket(of: scope)).areWritten()
  }

  /// Makes sure that a daemon answers; throws ``FactoryError`` with the end of its log when it does not come up.
  package func ensure(uri: String, mayStart: Bool, logFolder: FilePath) async throws -> Running {
    guard let scope = scope(of: uri), let folder = usersFolder(of: scope) else {
      return Running(started: [], device: nil, users: nil, isNeeded: { true }, notes: [])
    }
    let users = try LibvirtUsers.join(folder, bootID: host.facts.bootID)
    do {
      return try await users.alone(to: "start libvirt's daemons") {
        try await ensure(scope, uri, mayStart: mayStart, logFolder: logFolder, users: users)
      }
    } catch {
      try? await users.leave(unless: { await isNeeded(scope, uri: uri) })
      throw error
    }
  }

  private func ensure(
    _ scope: LibvirtDaemons.Scope, _ uri: String, mayStart: Bool, logFolder: FilePath, users: LibvirtUsers
  ) async throws -> Running {
    let isNeeded = { @Sendable in await self.isNeeded(scope, uri: uri) }
    guard !needed(scope, configuration: nil).isEmpty else {
      return Running(started: [], device: nil, users: users, isNeeded: isNeeded, notes: [])
    }
    guard mayStart else {
      throw FactoryError(.hostNotReady, "no libvirt daemon answers at '\(uri)'", hint: "systemctl start libvirtd")
    }
    let configuration = logFolder.appending("virtlogd.conf")
    try AtomicFile.write(Array(LibvirtDaemons.logConfiguration.utf8), to: configuration, mode: 0o600)
    var started: [DetachedProcess] = []
    let device = scope == .system ? KVMDevice.openToGroup() : nil
    var notes = [device?.note].compactMap(\.self)
    do {
      for command in needed(scope, configuration: configuration) {
        started.append(try await start(command, log: logFolder.appending("\(command.tool).log")))
        notes.append("no daemon answered at '\(uri)': started \(command.tool) for this build")
      }
      let marks = started.compactMap { ProcessMark(of: $0.processNumber) }
      try users.note(marks)
      try await waitFor(scope, log: logFolder.appending("libvirtd.log"))
      return Running(started: marks, device: device, users: users, isNeeded: isNeeded, notes: notes)
    } catch {
      for process in started.reversed() { await process.terminate() }
      device?.restore()
      throw error
    }
  }

  /// Where the builds are counted that share a daemon; nil for one that we could neither start nor end.
  private func usersFolder(of scope: LibvirtDaemons.Scope) -> FilePath? {
    guard canStart(scope) else { return nil }
    // Beside the daemons' own sockets: whatever state folder a build has, it is the same daemon.
    return switch scope {
    case .system: host.systemRunFolder.appending("image-factory")
    case .session(let folder): folder.appending("image-factory")
    }
  }

  private func canStart(_ scope: LibvirtDaemons.Scope) -> Bool { scope != .system || getuid() == 0 }

  /// The daemons that do not answer. A system libvirtd without virtlogd refuses every guest with a logged serial port; a session's
  /// starts one itself.
  private func needed(_ scope: LibvirtDaemons.Scope, configuration: FilePath?) -> [Command] {
    let isThere = isThere(scope)
    // Idle: longer than any pause within a build, short enough not to linger after a crash of ours.
    return LibvirtDaemons.commands(for: scope, idle: .seconds(120), logConfiguration: configuration).filter { command in
      guard command.tool == "virtlogd" else { return !isThere }
      return !accepts(LibvirtDaemons.logSocket(of: scope)) && !(isThere && scope != .system)
    }
  }

  private func start(_ command: Command, log: FilePath) async throws -> DetachedProcess {
    guard let daemon = locate(command.tool) else {
      throw FactoryError(
        .hostNotReady, "cannot find '\(command.tool)', required to start libvirt",
        hint: ToolCatalogue.hint(for: command.tool))
    }
    let words = host.reaper + [daemon.string] + command.argv.dropFirst()
    return try await DetachedProcess.start(
      Command(words[0], Array(words.dropFirst()), environment: command.environment, purpose: command.purpose), log: log)
  }

  private func waitFor(_ scope: LibvirtDaemons.Scope, log: FilePath) async throws {
    let deadline = ContinuousClock.now + .seconds(15)
    while ContinuousClock.now < deadline {
      if isThere(scope) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    let lines = (try? String(contentsOfFile: log.string, encoding: .utf8))?.split(whereSeparator: \.isNewline) ?? []
    throw FactoryError(
      .hostNotReady, "libvirtd was started but does not answer", hint: "start it by hand and look at what it says",
      details: lines.suffix(20).map { $0.printable })
  }

  private func remoteFindings(_ uri: String) async -> [Finding] {
    do {
      let connection = try await LibvirtConnection.open(uri, timeout: .seconds(15))
      await connection.close()
      return []
    } catch {
      return [.host("cannot connect to libvirt at '\(uri)': \(error.message)", hint: error.hint)]
    }
  }

  private func scope(of uri: String) -> LibvirtDaemons.Scope? {
    LibvirtDaemons.scope(of: uri, userID: getuid(), runtimeFolder: host.runtimeFolder)
  }

  private func isThere(_ scope: LibvirtDaemons.Scope) -> Bool {
    LibvirtDaemons.sockets(of: scope).contains(where: accepts)
  }

  private func daemonTools(_ scope: LibvirtDaemons.Scope) -> [String] {
    LibvirtDaemons.commands(for: scope, idle: .seconds(1)).map(\.tool)
  }

  /// Daemons live in sbin, which is not on every user's PATH.
  private func locate(_ tool: String) -> FilePath? {
    if let path = host.runner.locate(tool) { return path }
    return ["/usr/sbin", "/usr/local/sbin", "/sbin"].map { FilePath($0).appending(tool) }
      .first { access($0.string, X_OK) == 0 }
  }

  /// Whether somebody listens at a socket; a socket file alone may be a left-over.
  private func accepts(_ path: FilePath) -> Bool { UnixSocket.accepts(path) }
}
