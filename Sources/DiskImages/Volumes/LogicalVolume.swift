package import Model
package import SystemPackage

/// A logical volume, found by LVM's own metadata on the physical volume: no device mapper, no root, read only.
package struct LogicalVolume: Sendable, Hashable {
  /// `GROUP/VOLUME`, control characters replaced.
  package var name: String
  package var size: ByteSize
  /// Where its bytes lie in the image when it is one run of one physical volume, as installers make them; nil when it is in pieces,
  /// striped, mirrored or of another kind: then it can be named but not opened.
  package var extent: ImageExtent?
  /// What it holds; nil when unknown or not in one run.
  package var content: VolumeContent?

  /// The volumes of the group whose physical volume lies at `extent` of an image.
  ///
  /// Throws `.corrupt` when the metadata is not readable or its checksum is wrong. Blocks.
  package static func list(_ image: FilePath, in extent: ImageExtent) throws -> [LogicalVolume] {
    let file = try HostFile(image)
    let physical = try PhysicalVolume(file, extent)
    guard
      let (groupName, group) = physical.metadata.section?.first(where: {
        $0.value["logical_volumes"] != nil || $0.value["physical_volumes"] != nil
      }),
      let sectors = group["extent_size"]?.number, (1...(1 << 31)).contains(sectors)
    else { return [] }
    let layout = Layout(physical: physical, group: group, extentSize: sectors * 512, area: extent)
    var volumes: [LogicalVolume] = []
    for (name, volume) in (group["logical_volumes"]?.section ?? [:]).sorted(by: { $0.key < $1.key }) {
      let (size, place) = layout.place(volume)
      volumes.append(
        LogicalVolume(
          name: "\(groupName)/\(name)".printable, size: ByteSize(bytes: size), extent: place,
          content: try place.flatMap { try VolumeContent.probe(file, in: $0) }))
    }
    return volumes
  }

  /// From LVM's extents to bytes of the image.
  private struct Layout {
    let physical: PhysicalVolume
    let group: LVMText
    /// Bytes.
    let extentSize: Int64
    let area: ImageExtent

    /// The name the metadata has for our physical volume, and where its first extent begins.
    private var ours: (name: String, start: Int64)? {
      for (name, volume) in group["physical_volumes"]?.section ?? [:] {
        guard volume["id"]?.text?.filter({ $0 != "-" }) == physical.identifier,
          let sectors = volume["pe_start"]?.number,
          (0...(area.length / 512)).contains(sectors)
        else { continue }
        return (name, sectors * 512)
      }
      return nil
    }

    /// The size, and the run when all segments follow one another on our physical volume.
    func place(_ volume: LVMText) -> (size: Int64, extent: ImageExtent?) {
      let limit = Int64.max / extentSize / 2
      var total: Int64 = 0
      var start: Int64?
      var isOneRun = true
      for number in 1...max(1, min(volume["segment_count"]?.number ?? 0, 100_000)) {
        guard let segment = volume["segment\(number)"], let count = segment["extent_count"]?.number,
          (1...(limit - total)).contains(count)
        else { return (total * extentSize, nil) }
        let stripes = segment["stripes"]?.list ?? []
        if segment["type"]?.text == "striped", segment["stripe_count"]?.number == 1, stripes.count == 2,
          segment["start_extent"]?.number == total, stripes[0].text == ours?.name, let first = stripes[1].number,
          (0...limit).contains(first), start == nil || start.map({ $0 + total }) == first
        {
          start = start ?? first
        } else {
          isOneRun = false
        }
        total += count
        guard total < limit else { return (0, nil) }
      }
      guard isOneRun, let start, let ours, start <= limit - total else { return (total * extentSize, nil) }
      let run = ImageExtent(offset: area.offset + ours.start + start * extentSize, length: total * extentSize)
      return (total * extentSize, run.end <= area.end && run.end > run.offset ? run : nil)
    }
  }
}
