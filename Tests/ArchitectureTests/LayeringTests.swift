import Foundation
import Testing

/// The rooms of the house and what each may import besides the standard library, Foundation and system modules.
private let rooms: [String: Set<String>] = [
  "Model": ["SystemPackage"],
  "Settings": ["Model", "SystemPackage"],
  "Installers": ["Model", "PrivilegedOperations", "SystemPackage"],
  "Hypervisor": ["Model", "CLibvirt", "SystemPackage"],
  "DiskImages": ["Model", "CParted", "CExt2fs", "CLinux", "Crypto", "SystemPackage"],
  "HostSystem": [
    "Model", "CLinux", "AsyncHTTPClient", "Crypto", "NIOCore", "NIOHTTP1", "Subprocess", "SystemPackage",
  ],
  "MiniatureGuest": ["Model", "SystemPackage"],
  "PackageDepot": ["Model", "AsyncHTTPClient", "Crypto", "NIOCore", "NIOHTTP1", "NIOPosix", "SystemPackage"],
  "Pipeline": [
    "DiskImages", "HostSystem", "Hypervisor", "Installers", "MiniatureGuest", "Model", "PackageDepot",
    "PrivilegedOperations", "Settings", "Logging", "SystemPackage",
  ],
  "image-factory": ["ArgumentParser", "HostSystem", "Model", "Pipeline", "Settings", "SystemPackage"],
]

/// The rooms of the sudo helper, by their folders.
private let helperRooms: [String: Set<String>] = [
  "sudo-helper/Policy": ["_StringProcessing"],
  "sudo-helper/Main": ["CPrivileged", "PrivilegedOperations", "Glibc"],
]

/// What the toolchain itself provides.
private let toolchain: Set<String> = [
  "Dispatch", "Foundation", "FoundationEssentials", "FoundationXML", "Glibc", "Synchronization",
]

@Suite("The layers")
struct LayeringTests {
  @Test("every import under Sources is one that the room's row allows", arguments: rooms.keys.sorted())
  func importsAreAllowed(room: String) throws {
    let allowed = try #require(rooms[room]).union(toolchain)
    for file in try SourceTree.swiftFiles(under: "Sources/\(room)") {
      for module in file.imports where !allowed.contains(module) {
        Issue.record("\(file.path) imports '\(module)', which '\(room)' may not")
      }
    }
  }

  @Test("the sudo helper imports nothing but its own and the C library", arguments: helperRooms.keys.sorted())
  func helperIsSmall(folder: String) throws {
    let allowed = try #require(helperRooms[folder])
    for file in try SourceTree.swiftFiles(under: folder) {
      for module in file.imports where !allowed.contains(module) {
        Issue.record("\(file.path) imports '\(module)', which '\(folder)' may not")
      }
    }
  }

  @Test("every room under Sources is in the table")
  func tableIsComplete() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root + "/Sources")
    let swiftRooms = folders.filter { !$0.hasPrefix("C") }
    #expect(Set(swiftRooms) == Set(rooms.keys))
  }

  @Test("each C module is imported by exactly one room", arguments: ["CLibvirt", "CParted", "CExt2fs"])
  func oneOwner(module: String) throws {
    let owners = try Set(
      SourceTree.swiftFiles(under: "Sources").filter { $0.imports.contains(module) }.map(\.room))
    #expect(owners.count == 1)
  }

  @Test("no library prints, exits or gives up")
  func librariesAreQuiet() throws {
    let forbidden = [" print(", " exit(", "fatalError(", "try!", " debugPrint("]
    for file in try SourceTree.swiftFiles(under: "Sources") where file.room != "image-factory" {
      for (index, line) in file.code.enumerated() {
        for word in forbidden where (" " + line).contains(word) {
          Issue.record("\(file.path):\(index + 1): '\(word)' in a library")
        }
      }
    }
  }
}

/// The Swift sources of this checkout.
private enum SourceTree {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  struct File {
    let path: String
    let room: String
    /// The lines without what follows `//`.
    let code: [String]

    var imports: [String] {
      code.compactMap { line in
        let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
        guard let index = words.firstIndex(of: "import"), index <= 1, index + 1 < words.count else { return nil }
        if index == 1, !["public", "package", "internal", "private", "fileprivate"].contains(words[0]) { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "typealias", "var", "let"]
        let name = kinds.contains(words[index + 1]) && index + 2 < words.count ? words[index + 2] : words[index + 1]
        return String(name.prefix { $0 != "." })
      }
    }
  }

  static func swiftFiles(under folder: String) throws -> [File] {
    let base = root + "/" + folder
    let names = try #require(FileManager.default.enumerator(atPath: base)).compactMap { $0 as? String }
    return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
      let path = folder + "/" + name
      let text = try String(contentsOfFile: base + "/" + name, encoding: .utf8)
      let code = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.range(of: "//").map { String(line[..<$0.lowerBound]) } ?? String(line)
      }
      return File(path: path, room: String(path.split(separator: "/")[1]), code: code)
    }
  }
}
