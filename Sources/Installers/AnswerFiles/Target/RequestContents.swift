import Model
import SystemPackage

extension RenderRequest {
  /// The bytes of a file that is to be placed, its path and owner checked; throws a `FactoryError` with the setting.
  func contents(of file: PlacedFile) throws -> [UInt8] {
    let setting = "file:\(file.path)"
    guard AnswerGrammar.isPath(file.path), !file.path.hasSuffix("/") else {
      throw problem(setting, "'\(file.path.printable)' is no absolute path of a file")
    }
    let owner = file.owner.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard owner.count == 2, owner.allSatisfy(AnswerGrammar.isAccount) else {
      throw problem(setting, "'\(file.owner.printable)' is no owner", hint: "write it as 'user:group'")
    }
    return try readFile(file.source)
  }

  /// The bytes of a script of the user's; throws a `FactoryError` with the setting when it names no interpreter.
  func contents(of script: InstallScript) throws -> [UInt8] {
    let contents = try readFile(script.source)
    guard contents.starts(with: "#!".utf8) else {
      throw problem(
        script.moment.setting, "'\(script.source.string.printable)' does not begin with '#!'",
        hint: "name the interpreter in the first line, for example '#!/bin/sh'")
    }
    return contents
  }
}

extension InstallScript.Moment {
  /// The setting that names such scripts; the names of rendered files begin with it.
  var setting: String {
    switch self {
    case .before: "before-script"
    case .after: "late-script"
    case .onError: "error-script"
    }
  }
}
