public import SystemPackage

/// The files of a machine's UEFI firmware; without Secure Boot, which an installer's own kernel need not be signed for.
public struct MachineFirmware: Sendable, Hashable, Codable {
  /// The firmware's code on this host, never written to: `OVMF_CODE_4M.fd`.
  public var code: FilePath
  /// What a new machine's variables look like: `OVMF_VARS_4M.fd`.
  public var variablesTemplate: FilePath
  /// This machine's own variables, in the work folder: boot entries made in it do not become part of the image.
  public var variables: FilePath

  public init(code: FilePath, variablesTemplate: FilePath, variables: FilePath) {
    self.code = code
    self.variablesTemplate = variablesTemplate
    self.variables = variables
  }
}
