import Foundation
import Model
import Testing

@testable import Installers

@Suite(
  "the disk in the autoinstall file", .enabled(if: AutoinstallSample.python != nil, "needs the Python of Tests/oracles")
)
struct AutoinstallLayoutTests {
  private func actions(_ name: String, _ change: (inout RenderRequest) -> Void = { _ in }) throws -> [[String: Any]] {
    var answers = AutoinstallSample.plain()
    answers.disk = try #require(AutoinstallSample.layouts().first { $0.name == name }).disk
    var request = AutoinstallSample.request(answers)
    change(&request)
    let storage = try #require(try AutoinstallSample.parsed(request)["storage"] as? [String: Any])
    #expect((storage["swap"] as? [String: Any])?["size"] as? Int == 0)
    return try #require(storage["config"] as? [[String: Any]])
  }

  /// `type id key=value …` of the keys that matter, a line each.
  private func lines(_ actions: [[String: Any]]) -> [String] {
    let keys = [
      "path", "ptable", "grub_device", "device", "devices", "number", "flag", "volgroup", "name", "volume", "fstype",
      "label", "size", "extra_options",
    ]
    return actions.map { action in
      let words = keys.compactMap { key -> String? in
        guard let value = action[key] else { return nil }
        if let list = value as? [String] { return "\(key)=\(list.joined(separator: ","))" }
        if key == "grub_device" { return value as? Bool == true ? key : nil }
        return "\(key)=\(value)"
      }
      return ([action["type"], action["id"]].map { $0 as? String ?? "?" } + words).joined(separator: " ")
    }
  }

  private static let gibibyte = 1 << 30

  @Test("one root over a disk with an msdos label, booted by a BIOS")
  func plain() throws {
    #expect(
      lines(try actions("default")) == [
        "disk disk path=/dev/vda ptable=msdos grub_device", "partition partition-1 device=disk number=1 size=-1",
        "format format-root volume=partition-1 fstype=ext4", "mount mount-root path=/ device=format-root",
      ])
  }

  @Test("a GPT that a BIOS boots has GRUB's own partition")
  func gpt() throws {
    let got = lines(try actions("gpt"))
    #expect(got[0] == "disk disk path=/dev/vda ptable=gpt grub_device")
    #expect(got[1] == "partition partition-1 device=disk number=1 flag=bios_grub size=\(2 << 20)")
    #expect(got[2] == "partition partition-2 device=disk number=2 size=-1")
  }

  @Test("under UEFI the boot loader goes to the ESP")
  func uefi() throws {
    let got = lines(try actions("uefi"))
    #expect(got[0] == "disk disk path=/dev/vda ptable=gpt")
    #expect(got[1] == "partition partition-1 grub_device device=disk number=1 flag=boot size=\(512 << 20)")
    #expect(got[2] == "format format-efi volume=partition-1 fstype=fat32")
    #expect(
      got.suffix(2) == [
        "mount mount-root path=/ device=format-root", "mount mount-efi path=/boot/efi device=format-efi",
      ])
  }

  @Test("a volume group: the volume with the rest comes last, the order of mounts is that of the tree")
  func lvm() throws {
    #expect(
      lines(try actions("lvm")) == [
        "disk disk path=/dev/vda ptable=msdos grub_device",
        "partition partition-1 device=disk number=1 size=\(512 << 20)",
        "format format-boot volume=partition-1 fstype=ext4", "partition partition-2 device=disk number=2 size=-1",
        "lvm_volgroup group-1 devices=partition-2 name=data",
        "lvm_partition volume-1-1 volgroup=group-1 name=root size=\(3 * Self.gibibyte)",
        "format format-root volume=volume-1-1 fstype=ext4",
        "lvm_partition volume-1-2 volgroup=group-1 name=home size=-1",
        "format format-home volume=volume-1-2 fstype=xfs label=home",
        "mount mount-root path=/ device=format-root", "mount mount-boot path=/boot device=format-boot",
        "mount mount-home path=/home device=format-home",
      ])
  }

  @Test("the rest before another partition is what the disk has left, in whole MiB")
  func restInTheMiddle() throws {
    let rest = 8 * Self.gibibyte - (2 << 20) - (512 << 20) - (700 << 20) - Self.gibibyte
    #expect(
      lines(try actions("srv")) == [
        "disk disk path=/dev/vda ptable=gpt",
        "partition partition-1 grub_device device=disk number=1 flag=boot size=\(512 << 20)",
        "format format-efi volume=partition-1 fstype=fat32",
        "partition partition-2 device=disk number=2 size=\(700 << 20)",
        "format format-srv volume=partition-2 fstype=xfs extra_options=-m,crc=1",
        "partition partition-3 device=disk number=3 size=\(rest)", "format format-root volume=partition-3 fstype=ext4",
        "partition partition-4 device=disk number=4 flag=swap size=\(Self.gibibyte)",
        "format format-swap volume=partition-4 fstype=swap", "mount mount-root path=/ device=format-root",
        "mount mount-srv path=/srv device=format-srv", "mount mount-efi path=/boot/efi device=format-efi",
        "mount mount-swap path= device=format-swap",
      ])
    #expect(throws: FactoryError.self) { try actions("srv") { $0.diskSize = nil } }
  }
}
