import Foundation
import HostSystem
import Model
import SystemPackage

/// The discs that an installer finds beside its kernel and initrd.
enum InstallerDiscs {
  /// The command that writes the disc with `file` as its only member.
  ///
  /// xorriso's own language: no part of a path means anything to it, as `=` and `\` do in genisoimage's.
  static func command(_ disc: InstallerDisc, of file: FilePath, to image: FilePath) -> Command {
    Command(
      "xorriso",
      [
        "-abort_on", "FAILURE", "-outdev", "stdio:" + image.string, "-volid", disc.label, "-uid", "0", "-gid", "0",
        "-map", file.string, "/" + disc.member, "-chmod", "0444", "/" + disc.member, "--", "-commit",
      ], timeLimit: .seconds(600), purpose: "make the disc '\(disc.label)' with the installer's second stage")
  }

  /// Makes the disc from the verified file; what was at its place is gone before. Throws ``FactoryError`` (processing failed).
  static func make(_ disc: InstallerDisc, of file: FilePath, host: Host) async throws {
    let part = FilePath(disc.path.string + ".part")
    for old in [part, disc.path] { try Folder.remove(old) }
    do {
      _ = try await host.runner.succeed(command(disc, of: file, to: part), failing: .processingFailed)
      // Nothing secret is on it, and QEMU may be another user.
      guard chmod(part.string, 0o644) == 0 else {
        throw FactoryError(.processingFailed, "cannot share '\(part)': \(String(cString: strerror(errno)))")
      }
      try AtomicFile.rename(part, to: disc.path)
    } catch {
      try? Folder.remove(part)
      throw error
    }
  }

  /// The machine with the kernel word that names its installer's image by its label; throws ``FactoryError`` (fetch failed).
  static func labelled(_ machine: MachinePlan) throws -> MachinePlan {
    guard let word = machine.imageLabelWord, let image = machine.installerImage else { return machine }
    var machine = machine
    machine.kernelArguments.append(word + (try label(of: image)))
    machine.imageLabelWord = nil
    return machine
  }

  private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._".utf8)

  /// The volume label of an ISO 9660 image, which has to be one that can stand on a kernel line; throws ``FactoryError`` (fetch failed).
  ///
  /// It stands in the bytes 40 to 71 of the primary volume descriptor, which is in sector 16. (ECMA-119, 8.4)
  static func label(of image: FilePath) throws -> String {
    let descriptor: [UInt8]
    do {
      let file = try FileDescriptor.open(image, .readOnly)
      descriptor = try file.closeAfter {
        try [UInt8](unsafeUninitializedCapacity: 2048) {
          $1 = try file.read(fromAbsoluteOffset: 16 * 2048, into: .init($0))
        }
      }
    } catch let error as Errno {
      throw FactoryError(
        .fetchFailed, "cannot read the installer's image '\(image)': \(error.description.lowercased())")
    }
    guard descriptor.count == 2048, descriptor[0] == 1, descriptor[1..<6].elementsEqual("CD001".utf8) else {
      throw FactoryError(.fetchFailed, "the installer's image '\(image)' is no ISO 9660 image")
    }
    let label = String(decoding: descriptor[40..<72].filter { $0 != 0 }, as: UTF8.self).trimmingCharacters(
      in: .whitespaces)
    guard !label.isEmpty, label.utf8.allSatisfy(plain.contains) else {
      throw FactoryError(
        .fetchFailed,
        "the installer's image has the label '\(label.printable)', by which its installer cannot be told of it",
        hint: "say where the live system is with 'append = root=live:…'")
    }
    return label
  }
}
