import Model

/// The disk's layout as answers to the installer's guided partitioning, with the scripts for what these cannot say.
struct PreseedPartitioning {
  private let request: RenderRequest
  private let layout: PartitionLayout
  private let hooks: PartmanHooks
  /// What goes to partman.
  let recipe: PartmanRecipe

  init(_ request: RenderRequest) throws {
    self.request = request
    layout = try PartitionLayout(request)
    hooks = PartmanHooks(layout)
    recipe = PartmanRecipe(layout, disk: request.disk, ownFormats: hooks.ownFormats)
    try checkOrder()
    try checkSpace()
  }

  /// Scripts for the initrd's root, and where in the installer each one is put.
  var files: [(file: RenderedFile, place: String)] { hooks.files }

  func add(to text: inout PreseedText) throws {
    try text.add("partman-auto/disk", "string", request.disk)
    try text.add("partman-auto/method", "string", layout.groups.isEmpty ? "regular" : "lvm")
    try text.add("partman-auto/expert_recipe", "string", recipe.text, from: "partitions")
    try text.add("partman-partitioning/choose_label", "select", layout.label.rawValue)
    try text.add("partman-partitioning/default_label", "string", layout.label.rawValue)
    try text.add("partman-partitioning/confirm_write_new_label", "boolean", "true")
    // Asked when there is no swap: whether to go back to the menu.
    try text.add("partman-basicfilesystems/no_swap", "boolean", "false")
    try text.add("partman/choose_partition", "select", "finish")
    try text.add("partman/confirm", "boolean", "true")
    try text.add("partman/confirm_nooverwrite", "boolean", "true")
    try text.add("partman/mount_style", "select", "uuid")
    if layout.firmware == .uefi {
      // Asked when another disk boots by BIOS: whether to install for UEFI all the same.
      try text.add("partman-efi/non_efi_system", "boolean", "true")
    }
    if !layout.groups.isEmpty { try addVolumeGroups(&text) }
  }

  private func addVolumeGroups(_ text: inout PreseedText) throws {
    try text.add("partman-lvm/confirm", "boolean", "true")
    try text.add("partman-lvm/confirm_nooverwrite", "boolean", "true")
    try text.add("partman-lvm/device_remove_lvm", "boolean", "true")
    // The volumes may take all of their group.
    try text.add("partman-auto-lvm/guided_size", "string", "max")
    // Whether '/boot' may be on a logical volume: GRUB reads LVM.
    try text.add("partman-auto-lvm/no_boot", "boolean", "true")
    // For volumes without a group, of which there are none: a name that nobody uses.
    try text.add("partman-auto-lvm/new_vg_name", "string", "image-factory-unused")
  }

  /// partman makes the partitions of volume groups after all others, in whatever order they were asked for.
  private func checkOrder() throws {
    let volumes = layout.partitions.drop { partition in
      if case .physicalVolume = partition.role { return false }
      return true
    }
    for partition in volumes {
      if case .physicalVolume = partition.role { continue }
      let setting = "partition:\(partition.request.name)"
      throw FactoryError(
        .configInvalid, "'\(setting)': the answer-file format 'preseed' puts volume groups behind all other partitions",
        hint: "move this section before those with 'volume-group'",
        at: request.origins[setting] ?? request.origins["partitions"])
    }
  }

  /// A recipe that does not fit would be passed over by the installer for one of its own.
  private func checkSpace() throws {
    guard let disk = request.diskSize, recipe.needed > disk else { return }
    throw request.problem(
      "partitions",
      "the installer needs \(recipe.needed) for the partitions, with what its rounding takes; the disk has \(disk)",
      hint: "raise 'image-size' or make a partition smaller")
  }
}
