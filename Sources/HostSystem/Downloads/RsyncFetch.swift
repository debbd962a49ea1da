import Glibc
import Model
import SystemPackage

/// One attempt to bring a file into the cache with rsync.
struct RsyncFetch {
  let store: CacheStore
  let runner: any CommandRunner
  let silence: Duration
  let request: SourceRequest
  let source: String
  let key: String

  /// The command that brings `source` to `target`; rsync's own quick check makes an unchanged file one short exchange.
  static func command(_ source: String, to target: FilePath, silence: Duration, name: String) -> Command {
    let isDaemon = source.hasPrefix("rsync://") || source.contains("::")
    var options = ["--times", "--copy-links", "--partial", "--secluded-args", "--stats", "--no-human-readable"]
    options.append("--timeout=\(max(1, silence.components.seconds))")
    if isDaemon {
      options += ["--contimeout=10", "--no-motd"]
    } else {
      options.append("--rsh=ssh -o BatchMode=yes -o ConnectTimeout=10")
    }
    var arguments = options.map { Command.Argument.plain($0) }
    // A login may be in it.
    arguments += ["--", SourceURL.shown(source) == source ? .plain(source) : .secret(Secret(source))]
    arguments.append(.plain(target.string))
    return Command("rsync", arguments: arguments, purpose: "fetch \(name)")
  }

  func attempt() async throws -> CachedSource {
    if request.refresh == .never, let known = try store.usableEntry(key, wanted: request.sha256) {
      return result(known.sha256, known.size, fetched: 0)
    }
    let copy = store.file(key, "rsync")
    if request.refresh == .always { unlink(copy.string) }
    let command = RsyncFetch.command(source, to: copy, silence: silence, name: request.name)
    let outcome = try await runner.run(command)
    guard outcome.succeeded else {
      let lines = outcome.lastLines.suffix(3).joined(separator: "; ")
      throw FetchFailure(
        source, "rsync \(outcome.ending): \(lines)", mayPass: RsyncFetch.mayPass(outcome.ending))
    }
    return try adopt(copy, fetched: RsyncFetch.literalData(outcome.standardOutput))
  }

  /// Socket and stream errors, time-outs (rsync(1), EXIT VALUES); a missing file is 23 and stays missing.
  private static func mayPass(_ ending: CommandResult.Ending) -> Bool {
    guard case .exited(let status) = ending else { return true }
    return [5, 10, 11, 12, 30, 35, 255].contains(status)
  }

  /// What was not there already: `Literal data: 1234 bytes`.
  static func literalData(_ statistics: String) -> Int64 {
    let line = statistics.split(whereSeparator: \.isNewline).first { $0.hasPrefix("Literal data:") }
    return line?.split(separator: " ").compactMap { Int64($0) }.first ?? 0
  }

  private func adopt(_ copy: FilePath, fetched: Int64) throws -> CachedSource {
    guard let file = try? OpenFile(copy, O_RDONLY), try file.information().st_mode & S_IFMT == S_IFREG else {
      throw FetchFailure(source, "not a regular file", mayPass: false)
    }
    let size = Int64(try file.information().st_size)
    guard size <= request.sizeLimit.bytes else {
      unlink(copy.string)
      throw FetchFailure(source, "longer than \(request.sizeLimit)", mayPass: false)
    }
    let digest = try SourceDigest.sha256(file).hexadecimal
    if let wanted = request.sha256, wanted != digest {
      // Size and time may have been those of the right file while its bytes were not: all of it, next time.
      unlink(copy.string)
      throw FetchFailure(source, "wrong digest: SHA-256 is \(digest), wanted \(wanted)", mayPass: fetched == 0)
    }
    if let problem = try request.sha512Problem(of: copy) {
      unlink(copy.string)
      throw FetchFailure(source, problem, mayPass: fetched == 0)
    }
    let known = try store.verifiedSize(digest) != nil
    // A second name for the file: rsync never writes into it, it makes a new one and renames.
    if !known {
      fchmod(file.descriptor.rawValue, 0o644)
      guard link(copy.string, store.content(digest).string) == 0 || errno == EEXIST else {
        throw SystemFailure.error("write '\(store.content(digest).string.printable)'", status: .fetchFailed)
      }
    }
    try store.save(
      CacheStore.Entry(source: SourceURL.shown(source), name: request.name, sha256: digest, size: size), key: key)
    return result(digest, size, fetched: fetched, fromCache: known && fetched == 0)
  }

  private func result(_ digest: String, _ size: Int64, fetched: Int64, fromCache: Bool = true) -> CachedSource {
    CachedSource(
      path: store.content(digest), sha256: digest, size: ByteSize(bytes: size), source: SourceURL.shown(source),
      bytesFetched: fetched, fromCache: fromCache)
  }
}
