import Model
package import SystemPackage

/// Checks the signatures of archives and of their lists of digests with gpgv and keyrings that are named, never the user's own.
package struct SignatureCheck: Sendable {
  /// A text whose signature is good.
  package struct SignedText: Sendable, Hashable {
    /// Exactly what was signed: everything around it in the file was written by nobody we know.
    package var bytes: [UInt8]
    /// Fingerprints of the keys with a good signature.
    package var signers: [String]
    /// The keyrings they were found in.
    package var keyrings: [FilePath]
  }

  private let runner: any CommandRunner
  private let scratch: FilePath
  private let keyringHint: String

  /// `scratch` is where short-lived files go; `keyringHint` says where to get the keyring.
  package init(
    runner: any CommandRunner, scratch: FilePath,
    keyringHint: String = "install the package 'debian-archive-keyring', or name a keyring in the config"
  ) {
    self.runner = runner
    self.scratch = scratch
    self.keyringHint = keyringHint
  }

  /// The signed text of an `InRelease` file. Throws ``Model/FactoryError`` (exit status 5) unless at least one signature is
  /// good and none is bad; signatures by keys that the keyrings do not have do not count, as in apt.
  package func clearsigned(_ bytes: [UInt8], name: String, keyrings: [FilePath]) async throws -> SignedText {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let starts = lines.filter { $0.starts(with: "-----BEGIN PGP SIGNED MESSAGE-----".utf8) }
    let signatures = lines.filter { $0.starts(with: "-----BEGIN PGP SIGNATURE-----".utf8) }
    // gpgv would go on after the first message: a second, unsigned one must not ride along.
    guard starts.count == 1, signatures.count == 1, lines.first?.starts(with: "-----BEGIN PGP SIGNED".utf8) == true
    else {
      throw FactoryError(
        .fetchFailed, "\(name) is not a clearsigned file" + FirstBytes.shown(Array(bytes.prefix(FirstBytes.count))))
    }
    return try await inFolder { folder in
      let (signed, text) = (folder.appending("signed"), folder.appending("text"))
      try AtomicFile.write(bytes, to: signed)
      let signers = try await verify(["--output", text.string, signed.string], name, keyrings, folder)
      return SignedText(bytes: try AtomicFile.read(text), signers: signers, keyrings: keyrings)
    }
  }

  /// The text of a `Release` file with its `Release.gpg`; throws as ``clearsigned(_:name:keyrings:)``.
  package func detached(
    _ bytes: [UInt8], signature: [UInt8], name: String, keyrings: [FilePath]
  ) async throws -> SignedText {
    try await inFolder { folder in
      let (text, signed) = (folder.appending("text"), folder.appending("text.gpg"))
      try AtomicFile.write(bytes, to: text)
      try AtomicFile.write(signature, to: signed)
      let signers = try await verify([signed.string, text.string], name, keyrings, folder)
      return SignedText(bytes: bytes, signers: signers, keyrings: keyrings)
    }
  }

  private func inFolder(_ body: (FilePath) async throws -> SignedText) async throws -> SignedText {
    let folder = try ScratchFolder(under: scratch, prefix: "gpgv")
    let result: SignedText
    do { result = try await body(folder.path) } catch {
      try? folder.close()
      throw error
    }
    try folder.close()
    return result
  }

  private func verify(
    _ files: [String], _ name: String, _ keyrings: [FilePath], _ folder: FilePath
  ) async throws -> [String] {
    for keyring in keyrings { try check(keyring, name) }
    guard !keyrings.isEmpty else {
      throw FactoryError(.hostNotReady, "no keyring is given to verify \(name)", hint: keyringHint)
    }
    // The status lines go to standard output; gpgv writes the text itself to a file.
    var arguments = ["--status-fd", "1", "--homedir", folder.string]
    for keyring in keyrings { arguments += ["--keyring", Canonical.path(keyring.string) ?? keyring.string] }
    let command = Command(
      "gpgv", arguments + files, timeLimit: .seconds(60), purpose: "verify the signature of \(name)")
    let result = try await runner.run(command)
    let status = GPGStatus(result.standardOutput)
    guard !status.signers.isEmpty, !status.hasBadSignature, !result.standardOutputTruncated else {
      throw failure(status, result, command, name, keyrings)
    }
    return status.signers
  }

  private func check(_ keyring: FilePath, _ name: String) throws {
    let start: [UInt8]
    do { start = try AtomicFile.read(keyring) } catch {
      throw FactoryError(
        .hostNotReady, "cannot read the keyring '\(keyring.string.printable)', required to verify \(name)",
        hint: keyringHint)
    }
    guard !start.starts(with: "-----BEGIN".utf8) else {
      throw FactoryError(
        .hostNotReady, "the keyring '\(keyring.string.printable)' is ASCII-armored, which gpgv does not read",
        hint: "convert it: gpg --dearmor --output NEW.gpg \(ShellWords.join([keyring.string]))")
    }
  }

  private func failure(
    _ status: GPGStatus, _ result: CommandResult, _ command: Command, _ name: String, _ keyrings: [FilePath]
  ) -> FactoryError {
    let rings = keyrings.map { "'\($0.string.printable)'" }.joined(separator: ", ")
    var error = result.failure(of: command, status: .fetchFailed)
    let reason = status.problem ?? "gpgv \(result.ending)"
    error.message = "cannot verify the signature of \(name): \(reason); keyring \(rings)"
    error.hint =
      status.hasBadSignature
      ? "the file was changed after it was signed: try another mirror"
      : "\(keyringHint) that has the key"
    return error
  }
}
