import Model
import SystemPackage

/// A program with its loader and libraries, as members of the miniature.
struct ProgramBundle {
  /// The program, its loader and its libraries by name.
  var program: [UInt8]
  var loader: [UInt8]?
  var libraries: [String: [UInt8]] = [:]

  /// Collects a program's libraries, and theirs, by a function that finds a file.
  ///
  /// Throws `FactoryError` for what is no program for x86-64 and for a library that is not found.
  init(_ name: String, _ program: [UInt8], find: (String) throws -> [UInt8]?) throws {
    guard let file = ProgramFile(program) else {
      throw FactoryError(
        .hostNotReady, "'\(name.printable)' is not a program for Linux on x86-64", hint: "install it for amd64")
    }
    self.program = program
    guard let interpreter = file.interpreter else { return }
    loader = try find(interpreter)
    var open = file.libraries
    while let next = open.popLast() {
      // The loader is a library too, and is always there under its own name.
      guard libraries[next] == nil, !interpreter.hasSuffix("/" + next) else { continue }
      guard let content = try Self.library(next, find: find), let library = ProgramFile(content) else {
        throw FactoryError(
          .hostNotReady, "cannot find the library '\(next.printable)', which '\(name.printable)' needs",
          hint: "reinstall the package that '\(name.printable)' comes from")
      }
      libraries[next] = content
      open += library.libraries
      guard libraries.count <= 64 else { break }
    }
    guard loader != nil else {
      throw FactoryError(
        .hostNotReady, "cannot find '\(interpreter.printable)', which '\(name.printable)' needs",
        hint: "reinstall the package that '\(name.printable)' comes from")
    }
  }

  private static func library(_ name: String, find: (String) throws -> [UInt8]?) throws -> [UInt8]? {
    for folder in InstallerInitrd.libraryFolders {
      if let content = try find("/\(folder)/\(name)") { return content }
    }
    return nil
  }

  /// A file of the host; nil when it does not exist.
  static func hostFile(_ path: String) throws -> [UInt8]? {
    do {
      return try SmallFile.read(FilePath(path))
    } catch Errno.noSuchFileOrDirectory {
      return nil
    } catch Errno.notDirectory {
      return nil
    }
  }
}
