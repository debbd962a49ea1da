import Foundation
package import SystemPackage

/// The UEFI firmware that is installed on a host for QEMU.
package struct UEFIFirmware: Sendable, Hashable {
  /// Mapped read-only.
  package var code: FilePath
  /// Copied for each machine.
  package var variables: FilePath

  package init(code: FilePath, variables: FilePath) {
    self.code = code
    self.variables = variables
  }

  /// Where Debian's package `ovmf` has it: what is named when there is none.
  package static let debian = UEFIFirmware(
    code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd")

  /// The Debian package that brings it.
  package static let debianPackage = "ovmf"

  /// The first firmware for 64-bit PCs (q35) with two raw flash images and without Secure Boot; nil when there is none.
  ///
  /// Firmware packages of all distributions describe themselves in `/usr/share/qemu/firmware/*.json`, the better ones first
  /// (QEMU's docs/interop/firmware.json); `/etc` overrides. `root` stands for `/`.
  package static func find(root: FilePath = "/") -> UEFIFirmware? {
    var files: [String: FilePath] = [:]
    for folder in ["usr/share/qemu/firmware", "etc/qemu/firmware"] {
      let place = root.appending(folder)
      for name in (try? FileManager.default.contentsOfDirectory(atPath: place.string)) ?? []
      where name.hasSuffix(".json") {
        files[name] = place.appending(name)
      }
    }
    for (_, file) in files.sorted(by: { $0.key < $1.key }) {
      guard let bytes = try? AtomicFile.read(file, limit: 1 << 20),
        let description = try? JSONDecoder().decode(Description.self, from: Data(bytes)),
        let found = description.firmware, found.exists(below: root)
      else { continue }
      return found
    }
    return debian.exists(below: root) ? debian : nil
  }

  private func exists(below root: FilePath) -> Bool {
    [code, variables].allSatisfy {
      FileManager.default.isReadableFile(atPath: root.pushing($0.removingRoot()).string)
    }
  }

  /// A firmware descriptor, as much of it as counts here.
  private struct Description: Decodable {
    struct Image: Decodable {
      var filename: String
      var format: String?
    }
    struct Mapping: Decodable {
      var device: String
      var executable: Image?
      var variables: Image?

      enum CodingKeys: String, CodingKey {
        case device, executable
        case variables = "nvram-template"
      }
    }
    struct Machines: Decodable {
      var architecture: String
      var machines: [String]
    }
    var interfaces: [String]
    var mapping: Mapping
    var targets: [Machines]
    var features: [String]

    enum CodingKeys: String, CodingKey {
      case interfaces = "interface-types"
      case mapping, targets, features
    }

    var firmware: UEFIFirmware? {
      // The code alone has no place for variables; confidential guests' firmware keeps none.
      guard interfaces.contains("uefi"), mapping.device == "flash", let code = mapping.executable,
        let variables = mapping.variables, [code, variables].allSatisfy({ ($0.format ?? "raw") == "raw" }),
        !features.contains("secure-boot"), !features.contains("requires-smm"),
        targets.contains(where: { $0.architecture == "x86_64" && $0.machines.contains { $0.hasPrefix("pc-q35") } })
      else { return nil }
      return UEFIFirmware(code: FilePath(code.filename), variables: FilePath(variables.filename))
    }
  }
}
