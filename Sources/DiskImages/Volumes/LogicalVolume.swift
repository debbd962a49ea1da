package import Model
package import SystemPackage

/// A logical volume, found by LVM's own metadata on the physical volume: no device mapper, no root, read only.
package struct LogicalVolume: Sendable, Hashable {
  /// `GROUP/VOLUME`, control characters replaced.
  package var name: String
  package var size: ByteSize
  /// Where its bytes lie in the image when it is one run of one physical volume, as installers make them; nil when it is in pieces,
  /// striped, mirrored, the origin of a snapshot or of another kind: then it can be named but not opened.
  package var extent: ImageExtent?
  /// What it holds; nil when unknown or not in one run.
  package var content: VolumeContent?

  /// The volumes of the group whose physical volume lies at `extent` of an image.
  ///
  /// Throws `.corrupt` when the metadata is not readable or its checksum is wrong, `.invalidPartitionTable` when volumes overlap. Blocks.
  package static func list(_ image: FilePath, in extent: ImageExtent) throws -> [LogicalVolume] {
    let file = try HostFile(image)
    let physical = try PhysicalVolume(file, extent)
    guard
      let (groupName, group) = physical.metadata.section?.first(where: {
        $0.value["logical_volumes"] != nil || $0.value["physical_volumes"] != nil
      }),
      let sectors = group["extent_size"]?.number, (1...(1 << 31)).contains(sectors)
    else { return [] }
    let layout = Layout(physical, group, extentSize: sectors * 512, area: extent)
    let places = (group["logical_volumes"]?.section ?? [:]).map { ($0.key, layout.place($0.value), $0.value) }
      .sorted { $0.0 < $1.0 }
    try LogicalVolume.requireApart(places.map { ("\(groupName)/\($0.0)", $0.1.runs) }, image)
    return try places.map { name, place, volume in
      let run = layout.isOpen(name, volume) ? place.whole : nil
      return LogicalVolume(
        name: "\(groupName)/\(name)".printable, size: ByteSize(bytes: place.size), extent: run,
        content: try run.flatMap { try VolumeContent.probe(file, in: $0) })
    }
  }

  /// LVM gives every extent to one volume; in two of them it would be zeroed for one and lost to the other.
  private static func requireApart(_ volumes: [(name: String, runs: [ImageExtent])], _ image: FilePath) throws {
    let all = volumes.flatMap { volume in volume.runs.map { (volume.name, $0) } }.sorted { $0.1.offset < $1.1.offset }
    for (one, next) in zip(all, all.dropFirst()) where one.1.overlaps(next.1) {
      throw DiskImageError(
        .invalidPartitionTable, "the logical volumes '\(one.0)' and '\(next.0)' of '\(image)' overlap",
        hint: "the installation has probably failed, or the disk is damaged")
    }
  }

  /// From LVM's extents to bytes of the image.
  private struct Layout {
    /// What one volume takes.
    struct Place {
      /// Bytes.
      var size: Int64 = 0
      /// On our physical volume; neighbours are one run.
      var runs: [ImageExtent] = []
      /// Whether the runs, one after another, are the volume.
      var isPlain = true

      var whole: ImageExtent? { isPlain && runs.count == 1 && runs[0].length == size ? runs[0] : nil }

      mutating func add(_ run: ImageExtent) {
        if let last = runs.last, last.end == run.offset {
          runs[runs.count - 1].length += run.length
        } else {
          runs.append(run)
        }
      }
    }

    /// Bytes.
    let extentSize: Int64
    let area: ImageExtent
    /// The name the metadata has for our physical volume, and where its first extent begins.
    private let ours: (name: String, start: Int64)?
    /// Volumes that snapshots are taken of: a change would have to be copied into those first.
    private let origins: Set<String>
    /// The highest extent that is reckoned with.
    private var limit: Int64 { Int64.max / extentSize / 2 }

    init(_ physical: PhysicalVolume, _ group: LVMText, extentSize: Int64, area: ImageExtent) {
      self.extentSize = extentSize
      self.area = area
      var ours: (name: String, start: Int64)?
      for (name, volume) in group["physical_volumes"]?.section ?? [:] {
        // The label is in the first four sectors.
        guard volume["id"]?.text?.filter({ $0 != "-" }) == physical.identifier,
          let sectors = volume["pe_start"]?.number, sectors >= 4, sectors <= area.length / 512
        else { continue }
        ours = (name, sectors * 512)
      }
      self.ours = ours
      let volumes = group["logical_volumes"]?.section?.values.compactMap(\.section) ?? []
      origins = Set(volumes.flatMap { $0.values.compactMap { $0["origin"]?.text } })
    }

    /// Whether a volume is what its users see: the halves of mirrors and the stores of thin pools are not.
    func isOpen(_ name: String, _ volume: LVMText) -> Bool {
      volume["status"]?.list?.contains(.text("VISIBLE")) == true && !origins.contains(name)
    }

    /// Size and runs of a volume, segment by segment; what lies outside of the physical volume is no run.
    func place(_ volume: LVMText) -> Place {
      var place = Place()
      var total: Int64 = 0
      for number in 1...max(1, min(volume["segment_count"]?.number ?? 0, 100_000)) {
        guard let segment = volume["segment\(number)"], let count = segment["extent_count"]?.number, total < limit,
          (1...(limit - total)).contains(count)
        else {
          place.isPlain = false
          break
        }
        let stripes = segment["type"]?.text == "striped" ? segment["stripes"]?.list ?? [] : []
        place.isPlain =
          place.isPlain && stripes.count == 2 && segment["stripe_count"]?.number == 1
          && segment["start_extent"]?.number == total
        for index in stride(from: 0, to: stripes.count - 1, by: 2) {
          guard stripes[index].text == ours?.name, let first = stripes[index + 1].number,
            let run = run(from: first, count / Int64(stripes.count / 2))
          else {
            place.isPlain = false
            continue
          }
          place.add(run)
        }
        total += count
      }
      place.size = total * extentSize
      return place
    }

    private func run(from first: Int64, _ count: Int64) -> ImageExtent? {
      guard let ours, (0...limit).contains(first), count > 0, count <= limit - first else { return nil }
      let run = ImageExtent(
        offset: area.offset + ours.start + first * extentSize, length: count * extentSize)
      return run.end <= area.end ? run : nil
    }
  }
}
