import Installers
import Model
import Testing

@Suite("the layout that all answer-file formats write down")
struct PartitionLayoutTests {
  private func layout(_ disk: DiskLayout) throws -> PartitionLayout {
    try PartitionLayout(LayoutSample.request(disk))
  }

  @Test("one root over the whole disk stays what it is")
  func plain() throws {
    let layout = try layout(DiskLayout())
    #expect(layout.label == .msdos && layout.groups.isEmpty)
    #expect(layout.partitions.map(\.role) == [.plain])
    #expect(layout.partitions[0].size == nil)
  }

  @Test("UEFI brings a GPT and, in front, an EFI system partition of 512 MiB")
  func uefi() throws {
    let layout = try layout(LayoutSample.uefi)
    #expect(layout.label == .gpt)
    #expect(layout.partitions.map(\.role) == [.efi, .plain, .plain, .plain])
    #expect(layout.partitions[0].size == .mebibytes(512))
    #expect(layout.partitions[0].request.mountPoint == "/boot/efi")
    #expect(layout.fileSystems.map(\.name) == ["efi", "root", "srv", "swap"])
  }

  @Test("an EFI system partition of one's own is taken, wherever it stands")
  func ownSystemPartition() throws {
    var disk = LayoutSample.uefi
    disk.partitions.append(LayoutSample.partition("esp", 100, .vfat, "/boot/efi", label: "ESP"))
    let layout = try layout(disk)
    #expect(layout.partitions.map(\.role) == [.plain, .plain, .plain, .efi])
    #expect(layout.partitions.last?.request.name == "esp")
  }

  @Test("a GPT that a BIOS boots has room for GRUB in front")
  func biosBoot() throws {
    let layout = try layout(LayoutSample.disk(.gpt, .bios, [.root]))
    #expect(layout.partitions.map(\.role) == [.biosBoot, .plain])
    #expect(layout.partitions[0].size == .mebibytes(2))
    #expect(layout.fileSystems.map(\.name) == ["root"])
  }

  @Test("a volume group's partition stands where its first volume does and has room for all of them")
  func volumes() throws {
    let layout = try layout(LayoutSample.volumes)
    #expect(
      layout.partitions.map(\.role) == [
        .biosBoot, .plain, .plain, .physicalVolume(group: "vg0"), .physicalVolume(group: "vg1"),
      ])
    #expect(layout.groups.map(\.name) == ["vg0", "vg1"])
    #expect(layout.groups[0].volumes.map(\.name) == ["root", "srv"])
    // 303 MiB are 76 extents of 4 MiB, and one extent is LVM's own.
    #expect(layout.partitions[3].size == .mebibytes(2000 + 304 + 4))
    #expect(layout.fileSystems.map(\.name) == ["boot", "swap", "root", "srv", "data"])
  }

  @Test("a volume that takes the rest makes its group take the rest of the disk")
  func restInGroup() throws {
    var disk = LayoutSample.volumes
    disk.partitions[3].size = nil
    let layout = try layout(disk)
    #expect(layout.partitions[3].size == nil && layout.partitions[4].size != nil)
  }

  @Test("sizes that just fit are taken")
  func fits() throws {
    let disk = LayoutSample.disk(.msdos, .bios, [LayoutSample.partition("root", 1022, .ext4, "/")])
    _ = try PartitionLayout(LayoutSample.request(disk, size: .gibibytes(1)))
    #expect(throws: FactoryError.self) {
      try PartitionLayout(LayoutSample.request(disk, size: .mebibytes(1023)))
    }
  }
}
