import HostSystem
import SystemPackage
import Testing

@Suite("the host's UEFI firmware")
struct UEFIFirmwareTests {
  /// A descriptor as firmware packages install them.
  private func descriptor(
    _ name: String, features: [String] = ["acpi-s3"], device: String = "flash", format: String = "raw",
    machine: String = "pc-q35-*"
  ) -> String {
    """
    {
      "description": "UEFI", "interface-types": ["uefi"],
      "mapping": {
        "device": "\(device)", "executable": { "filename": "/fw/\(name).fd", "format": "\(format)" },
        "nvram-template": { "filename": "/fw/vars.fd", "format": "\(format)" }
      },
      "targets": [ { "architecture": "x86_64", "machines": ["pc-i440fx-*", "\(machine)"] } ],
      "features": [\(features.map { "\"\($0)\"" }.joined(separator: ", "))], "tags": []
    }
    """
  }

  private func install(_ files: [String: String], below root: FilePath) throws {
    for (path, text) in files {
      let file = root.appending(path)
      try Folder.create(file.removingLastComponent())
      try AtomicFile.write(text, to: file)
    }
  }

  @Test("is the first in order that has two raw flash images and no Secure Boot")
  func chooses() async throws {
    try await inScratch { root in
      let folder = "usr/share/qemu/firmware/"
      try install(
        [
          folder + "10-broken.json": "{", folder + "20-secure.json": descriptor("secure", features: ["secure-boot"]),
          folder + "30-smm.json": descriptor("smm", features: ["requires-smm"]),
          folder + "40-memory.json": descriptor("memory", device: "memory"),
          folder + "45-qcow2.json": descriptor("qcow2", format: "qcow2"),
          folder + "47-other.json": descriptor("other", machine: "microvm"),
          folder + "50-absent.json": descriptor("absent"), folder + "60-plain.json": descriptor("plain"),
          folder + "70-later.json": descriptor("later"), "fw/vars.fd": "x", "fw/secure.fd": "x", "fw/smm.fd": "x",
          "fw/memory.fd": "x", "fw/qcow2.fd": "x", "fw/other.fd": "x", "fw/plain.fd": "x", "fw/later.fd": "x",
        ], below: root)
      #expect(UEFIFirmware.find(root: root) == UEFIFirmware(code: "/fw/plain.fd", variables: "/fw/vars.fd"))
      // The administrator's file of the same name hides it.
      try install(["etc/qemu/firmware/60-plain.json": ""], below: root)
      #expect(UEFIFirmware.find(root: root)?.code == "/fw/later.fd")
    }
  }

  @Test("is Debian's without descriptors, and none on a host without files")
  func fallback() async throws {
    try await inScratch { root in
      #expect(UEFIFirmware.find(root: root) == nil)
      try install(
        ["usr/share/OVMF/OVMF_CODE_4M.fd": "x", "usr/share/OVMF/OVMF_VARS_4M.fd": "x"], below: root)
      #expect(UEFIFirmware.find(root: root) == .debian)
    }
  }
}
