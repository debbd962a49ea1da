import Foundation
import Model
import Testing

@testable import Installers

@Suite("the disk's layout as a preseed")
struct PreseedLayoutTests {
  private func render(_ disk: DiskLayout) throws -> (answers: [String: String], rendered: RenderedAnswers) {
    let rendered = try Preseed().render(LayoutSample.request(disk, size: .gibibytes(4)))
    return (Sample.answers(try Sample.text(rendered.files.first)), rendered)
  }

  private func lines(_ disk: DiskLayout) throws -> [String] {
    let recipe = try #require(try render(disk).answers["partman-auto/expert_recipe"])
    return recipe.components(separatedBy: " . ").map {
      $0.replacing("image-factory : ", with: "").replacing(" .", with: "")
    }
  }

  @Test("one root over the whole disk is one line")
  func plain() throws {
    let (answers, rendered) = try render(DiskLayout())
    #expect(
      answers["partman-auto/expert_recipe"]
        == "image-factory : 70 1000000 -1 ext4 method{ format } format{ } use_filesystem{ } filesystem{ ext4 } "
        + "mountpoint{ / } $primary{ } $bootable{ } .")
    #expect(answers["partman-auto/method"] == "regular")
    #expect(answers["partman-partitioning/default_label"] == "msdos")
    #expect(rendered.file("rest.sh") == nil && rendered.file("mkfs.sh") == nil)
  }

  @Test("UEFI gets its system partition, a GPT, and GRUB at the path for removable media")
  func uefi() throws {
    let (answers, _) = try render(LayoutSample.uefi)
    // partman installs the tools of every other file system.
    #expect(answers["pkgsel/include"]?.split(separator: " ").contains("dosfstools") == true)
    #expect(try render(DiskLayout()).answers["pkgsel/include"]?.contains("dosfstools") != true)
    let lines = try lines(LayoutSample.uefi)
    #expect(
      lines == [
        "539 539 539 free method{ efi } format{ }",
        "70 1000000 -1 ext4 method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ / }",
        "539 539 539 xfs method{ format } format{ } use_filesystem{ } filesystem{ xfs } label{ srv } mountpoint{ /srv }",
        "271 271 271 linux-swap method{ swap } format{ }",
      ])
    let expected = [
      "partman-partitioning/default_label": "gpt", "partman-efi/non_efi_system": "true",
      "grub-installer/force-efi-extra-removable": "true", "grub-installer/update-nvram": "false",
    ]
    for (key, value) in expected { #expect(answers[key] == value, "\(key)") }
    let bios = try render(DiskLayout()).answers
    #expect(bios["partman-efi/non_efi_system"] == nil)
  }

  @Test("each volume group gets the partition that is counted for it, and its volumes their names")
  func volumes() throws {
    let lines = try lines(LayoutSample.volumes)
    // Two MiB, and two for the alignment, in units of 1,000,000 bytes.
    #expect(lines[0] == "5 5 5 free method{ biosgrub }")
    #expect(lines[3] == "2428 2428 2428 ext4 $iflabel{ gpt } method{ lvm } device{ /dev/vda4 } vg_name{ vg0 }")
    #expect(lines[4] == "225 225 225 ext4 $iflabel{ gpt } method{ lvm } device{ /dev/vda5 } vg_name{ vg1 }")
    #expect(lines[5].hasSuffix("mountpoint{ / } image-factory-mkfs{ 2 } $lvmok{ } in_vg{ vg0 } lv_name{ root }"))
    #expect(lines[7].hasSuffix("$lvmok{ } in_vg{ vg1 } lv_name{ data }"))
    let answers = try render(LayoutSample.volumes).answers
    let expected = [
      "partman-auto/method": "lvm", "partman-lvm/confirm": "true", "partman-lvm/confirm_nooverwrite": "true",
      "partman-auto-lvm/guided_size": "max", "partman-auto-lvm/no_boot": "true",
    ]
    for (key, value) in expected { #expect(answers[key] == value, "\(key)") }
  }

  @Test("sizes come out at least as asked, though the installer cuts to whole MiB and extents", arguments: 0..<200)
  func atLeast(step: Int) throws {
    let asked = ByteSize(bytes: (1 << 20) + Int64(step) * 777_777)
    let disk = LayoutSample.disk(
      .gpt, .bios,
      [
        .root, PartitionRequest(name: "a", size: asked, fileSystem: .ext4, mountPoint: "/a"),
        PartitionRequest(name: "b", size: asked, fileSystem: .ext4, mountPoint: "/b", volumeGroup: "vg"),
      ])
    let lines = try lines(disk)
    func size(_ index: Int) throws -> Int64 {
      try #require(lines[index].split(separator: " ").first.flatMap { Int64($0) }) * 1_000_000
    }
    let plain = try size(2)
    #expect(plain - (2 << 20) >= asked.bytes, "start and end may move by a MiB each")
    let volume = try size(4)
    #expect(volume / (4 << 20) * (4 << 20) >= asked.bytes, "whole extents")
    let group = try size(3) - (2 << 20) - (4 << 20)
    #expect(group / (4 << 20) * (4 << 20) >= volume / (4 << 20) * (4 << 20), "the group holds its volume")
    #expect(volume <= group, "the installer compares the sums")
  }

  @Test("what partman has no answer for is made by a hook before its own mkfs")
  func hooks() throws {
    let rendered = try render(LayoutSample.volumes).rendered
    let script = try Sample.text(rendered.file("mkfs.sh"))
    for call in [
      "1) mkswap -L SW \"$1\" ;;", "2) mkfs.ext4 -q -F -m 0 \"$1\" ;;",
      "3) mkfs.xfs -q -f -L srv -m reflink=0 \"$1\" ;;", "4) mkfs.btrfs -q -f -L data-of-sixteen. \"$1\" ;;",
    ] { #expect(script.contains(call), "\(call)") }
    let early = try Sample.text(rendered.file("early.sh"))
    #expect(early.contains("place_hook /mkfs.sh /lib/partman/commit.d/41image-factory"))
    #expect(early.contains("place_hook /rest.sh /lib/partman/init.d/02image-factory"))
    #expect(early.hasPrefix("#!/bin/sh"))
  }

  @Test("the label of an EFI system partition is the hook's, any other one partman's")
  func labels() throws {
    var disk = LayoutSample.uefi
    disk.partitions.insert(LayoutSample.partition("esp", 100, .vfat, "/boot/efi", label: "ESP"), at: 0)
    let rendered = try render(disk).rendered
    let script = try Sample.text(rendered.file("mkfs.sh"))
    #expect(script.contains("  1) mkfs.fat -F 32 -n ESP \"$1\" ;;\n  esac"))
    #expect(rendered.file("rest.sh") == nil)
  }

  @Test(
    "nothing that takes the rest leaves it free: the hook changes both places of the installer and fails on another one"
  )
  func rest() throws {
    let script = try Sample.text(try render(LayoutSample.msdos).rendered.file("rest.sh"))
    try withFolder { folder in
      let shared = folder + "/auto-shared.sh"
      let own = script.replacing("/lib/partman/lib/auto-shared.sh", with: shared)
      func runHook(on text: String) throws -> Finished {
        try Data(text.utf8).write(to: URL(fileURLWithPath: shared))
        try Data(own.utf8).write(to: URL(fileURLWithPath: folder + "/rest.sh"))
        return try run("sh", folder + "/rest.sh")
      }
      // Both lines of partman-auto 177.
      let line = "open_dialog NEW_PARTITION primary $4 $free_space "
      let installer = "\(line)full ${1}000001\nelse\n\(line)beginning ${1}000001\nfi\n\(line)full ${1}000001\n"
      let known = try runHook(on: installer)
      #expect(known.status == 0, "\(known.output)")
      let left = try String(contentsOfFile: shared, encoding: .utf8)
      #expect(!left.contains(" full ") && left.contains(" $free_space beginning ${1}000001"))
      // partman runs it again each time it starts.
      let again = try runHook(on: left)
      #expect(again.status == 0)
      for other in ["\(line)\t full ${1}000001\n", "something else\n"] {
        let refused = try runHook(on: other)
        #expect(refused.status != 0, "\(other)")
      }
    }
  }

  @Test("a plain partition behind a volume group is refused, because partman would move it")
  func order() throws {
    var disk = LayoutSample.volumes
    disk.partitions.append(LayoutSample.partition("late", 100, .ext4, "/late"))
    var request = LayoutSample.request(disk)
    request.origins["partition:late"] = SourceLocation(file: "x.conf", line: 9)
    let error = try #require(throws: FactoryError.self) { try Preseed().render(request) }
    #expect(error.message.hasPrefix("'partition:late': the answer-file format 'preseed'"))
    #expect(error.location?.line == 9)
  }

  @Test("a recipe that the installer would pass over for want of a few MB is refused")
  func space() throws {
    let disk = LayoutSample.disk(.msdos, .bios, [LayoutSample.partition("root", 1022, .ext4, "/")])
    let error = try #require(throws: FactoryError.self) {
      try Preseed().render(LayoutSample.request(disk, size: .gibibytes(1)))
    }
    #expect(error.message.contains("the installer needs"))
    _ = try Preseed().render(LayoutSample.request(disk, size: .mebibytes(1030)))
  }

  @Test("the rendered hooks are scripts that a shell reads", arguments: LayoutSample.all.indices)
  func shell(index: Int) throws {
    let rendered = try render(LayoutSample.all[index]).rendered
    for name in ["rest.sh", "mkfs.sh"] {
      guard let file = rendered.file(name) else { continue }
      try withFolder { folder in
        try Data(file.contents).write(to: URL(fileURLWithPath: folder + "/x.sh"))
        let result = try run("sh", "-n", folder + "/x.sh")
        #expect(result.status == 0, "\(result.output)")
      }
    }
  }
}
