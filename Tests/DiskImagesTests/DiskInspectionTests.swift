import DiskImages
import Foundation
import Model
import SystemPackage
import Testing

@Suite(
  "inspecting a disk", .enabled(if: Tool.has("sfdisk", "mke2fs", "e2fsck", "debugfs"), "needs fdisk and e2fsprogs"))
struct DiskInspectionTests {
  @Test("label, sizes, distribution and what can be reclaimed are told, as JSON too, and no byte changes")
  func whole() throws {
    let disk = try TestDisk()
    try disk.edit("ssv volume_name a\u{1B}[1m")
    try disk.change { try $0.writeFile(ImagePath("/noise"), [UInt8](repeating: 0x4E, count: 4 << 20)) }
    try disk.change { try $0.remove(ImagePath("/noise")) }
    let before = try disk.digest()
    let inspection = try DiskInspection(disk.image)
    #expect(try disk.digest() == before)
    #expect(inspection.label == "msdos" && inspection.size == .mebibytes(48) && inspection.warnings.isEmpty)
    let volume = try #require(inspection.volumes.first)
    #expect(volume.name == "1" && volume.fileSystem == "ext4" && volume.offset == 1 << 20 && volume.problem == nil)
    #expect(volume.distribution == "Test GNU/Linux 13" && volume.label == "a\u{FFFD}[1m")
    let reclaimable = try #require(volume.reclaimable)
    #expect(reclaimable >= .mebibytes(4) && reclaimable < .mebibytes(12))
    #expect(try JSONDecoder().decode(DiskInspection.self, from: JSONEncoder().encode(inspection)) == inspection)
    _ = try FreeSpaceZeroing.zero(image: disk.image, partition: disk.extent)
    #expect(try DiskInspection(disk.image).volumes[0].reclaimable == ByteSize(bytes: 0))
  }

  @Test("what is wrong with a volume is said and hides nothing else")
  func problems() throws {
    let disk = try TestDisk()
    try disk.edit("ssv state 0")
    #expect(try DiskInspection(disk.image).volumes[0].problem == "it was not unmounted")
    try #require(disk.scratch).patch(disk.image, at: disk.extent.offset + 1024 + 0x28, [0xFF, 0xFF, 0xFF, 0xFF])
    let volume = try #require(try DiskInspection(disk.image).volumes.first)
    #expect(volume.problem?.isEmpty == false && volume.used == nil && volume.fileSystem == "ext4")
  }
}
