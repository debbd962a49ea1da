import Model

/// What the installer's recipes cannot say about a disk, as scripts that partman runs at the right moment.
struct PartmanHooks {
  /// Our own numbered `mkfs` calls, by the name of the partition's section.
  let ownFormats: [String: Int]
  private let calls: [String]
  private let leavesRest: Bool

  init(_ layout: PartitionLayout) {
    var numbers: [String: Int] = [:]
    var calls: [String] = []
    for partition in layout.partitions {
      if partition.role == .efi { Self.add(partition.request, isSystem: true, &numbers, &calls) }
      if partition.role == .plain { Self.add(partition.request, isSystem: false, &numbers, &calls) }
    }
    for volume in layout.groups.flatMap(\.volumes) { Self.add(volume, isSystem: false, &numbers, &calls) }
    ownFormats = numbers
    self.calls = calls
    leavesRest = !layout.partitions.contains { $0.size == nil }
  }

  /// The scripts for the initrd's root, with the place in the installer where each one runs.
  var files: [(file: RenderedFile, place: String)] {
    var files: [(RenderedFile, String)] = []
    if leavesRest {
      files.append((RenderedFile("rest.sh", text: Self.rest, mode: 0o700), "/lib/partman/init.d/02image-factory"))
    }
    if !calls.isEmpty {
      files.append((RenderedFile("mkfs.sh", text: format, mode: 0o700), "/lib/partman/commit.d/41image-factory"))
    }
    return files
  }

  /// Options for mkfs, labels of what the installer gives none (the ESP, swap), and longer ones than it takes (btrfs: 12).
  private static func add(
    _ request: PartitionRequest, isSystem: Bool, _ numbers: inout [String: Int], _ calls: inout [String]
  ) {
    let label = request.fileSystemLabel ?? ""
    let unsaid = isSystem || request.fileSystem == .swap || (request.fileSystem == .btrfs && label.count > 12)
    guard !request.mkfsOptions.isEmpty || (unsaid && !label.isEmpty) else { return }
    let tool: [String]
    let labelOption: String
    switch request.fileSystem {
    case .ext4: (tool, labelOption) = (["mkfs.ext4", "-q", "-F"], "-L")
    case .xfs: (tool, labelOption) = (["mkfs.xfs", "-q", "-f"], "-L")
    case .btrfs: (tool, labelOption) = (["mkfs.btrfs", "-q", "-f"], "-L")
    case .vfat: (tool, labelOption) = (["mkfs.fat", "-F", "32"], "-n")
    case .swap: (tool, labelOption) = (["mkswap"], "-L")
    }
    let words = tool + (label.isEmpty ? [] : [labelOption, label]) + request.mkfsOptions
    calls.append("\(ShellWords.join(words)) \"$1\"")
    numbers[request.name] = calls.count
  }

  /// The last partition of a recipe takes all that is left, whatever its size says (partman-auto 177, `auto-shared.sh`).
  private static let rest = """
    #!/bin/sh
    # Run by the Debian installer when partman starts: no partition takes the rest of the disk.
    # shellcheck disable=SC2016
    set -e
    shared=/lib/partman/lib/auto-shared.sh
    sed -i -e 's/ $free_space full / $free_space beginning /' "$shared"
    if grep -q ' full ' "$shared" || ! grep -q ' $free_space beginning ' "$shared"; then
      logger -t image-factory "error: this installer cannot leave the rest of a disk free"
      exit 1
    fi

    """

  /// Runs between the new partition table (30) and the installer's own mkfs (45, 50), which skip what is formatted.
  private var format: String {
    let cases = calls.enumerated().map { "  \($0 + 1)) \($1) ;;" }.joined(separator: "\n")
    return """
      #!/bin/sh
      # Run by the Debian installer when the partitions are made: file systems with options that it has no answer for.
      # shellcheck disable=SC1091,SC2154
      . /lib/partman/lib/base.sh

      make() {
        case $2 in
      \(cases)
        esac
      }

      for dev in "$DEVICES"/*; do
        [ -d "$dev" ] || continue
        cd "$dev" || exit 1
        for mark in */image-factory-mkfs; do
          [ -f "$mark" ] || continue
          id=${mark%/*}
          [ -f "$id/format" ] || continue
          if [ -f "$id/formatted" ]; then continue; fi
          open_dialog PARTITION_INFO "$id"
          read_line x1 x2 x3 x4 x5 path x6
          close_dialog
          call=$(cat "$mark")
          make "$path" "$call" </dev/null >/tmp/image-factory-mkfs.log 2>&1 3>&-
          status=$?
          logger -t image-factory </tmp/image-factory-mkfs.log
          if [ "$status" -ne 0 ]; then
            db_subst preseed/command_failed COMMAND mkfs.sh
            db_subst preseed/command_failed CODE "$status"
            db_input critical preseed/command_failed || true
            db_go || true
            exit 1
          fi
          # Newer than what was asked of the partition: times are whole seconds.
          sleep 2
          : >"$id/formatted"
        done
      done

      """
  }
}
