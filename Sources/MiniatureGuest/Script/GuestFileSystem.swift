/// The part of the script that turns the finished tree into the root file system: ext4, or what the answers ask for.
///
/// User space does it at the end, so that the kernel needs no driver: mke2fs and mkfs.btrfs take the tree, mkfs.xfs a list of it.
enum GuestFileSystem {
  static let text = #"""
    # What the recipe asks for the root: a line of it is a partition and ends with a dot.
    root_kind() {
      asked=$(printf '%s\n' "${q_partman_auto_expert_recipe:-}" | awk '
        {
          for (i = 1; i <= NF; i++) {
            if ($i == "filesystem{") kind = $(i + 1)
            if ($i == "mountpoint{" && $(i + 1) == "/") root = 1
            if ($i == ".") {
              if (root) print kind
              kind = root = ""
            }
          }
        }')
      echo "${asked:-${q_partman_default_filesystem:-ext4}}"
    }

    # The program for a kind, when this initrd has it.
    maker() {
      case $1 in
      ext4) tool=mke2fs options=errors=remount-ro ;;
      btrfs | xfs) tool=mkfs.$1 options=defaults ;;
      *) tool='' ;;
      esac
      if [ -z "$tool" ] || [ ! -e "$host/bin/$tool" ]; then
        log "partman: this initrd cannot make the file system '$1'"
        return 1
      fi
    }

    # The tree as mkfs.xfs takes it: name, mode, owner, group and content, a folder closed by a dollar sign. It has no words for
    # names with blanks, which are left out, for a second name of a file, which becomes a copy, and for a sticky bit.
    protofile() {
      find "$1" -exec ls -lnd {} + | awk -v top="$1" '
        function digit(bits) { return (bits ~ /^r/) * 4 + (bits ~ /^.w/) * 2 + (bits ~ /[xst]$/) }
        function mode(text) {
          return substr(text, 1, 1) (text ~ /^...[sS]/ ? "u" : "-") (text ~ /^......[sS]/ ? "g" : "-") \
            digit(substr(text, 2, 3)) digit(substr(text, 5, 3)) digit(substr(text, 8, 3))
        }
        function show(path,  i) {
          print line[path]
          if (line[path, "kind"] != "d") return
          for (i = 1; i <= count[path]; i++) show(member[path, i])
          print "$"
        }
        BEGIN { print "none\n0 0" }
        {
          kind = substr($1, 1, 1)
          # Devices have two numbers in the place of a size.
          last = kind ~ /[bc]/ ? 10 : 9
          path = $last
          if (kind == "s" || NF > last + (kind == "l" ? 2 : 0)) next
          parent = name = path
          sub(/\/[^\/]*$/, "", parent)
          name = substr(path, length(parent) + 2)
          line[path] = (path == top ? "" : name " ") mode($1) " " $3 " " $4
          line[path, "kind"] = kind
          if (kind == "-") line[path] = line[path] " " path
          if (kind == "l") line[path] = line[path] " " $11
          if (kind ~ /[bc]/) line[path] = line[path] " " ($5 + 0) " " $6
          if (path != top) member[parent, ++count[parent]] = path
        }
        END { show(top) }'
    }

    write_file_system() {
      # Nothing can be deleted in what is made by one call; the blocks of the disk that nobody zeroed are there all the same.
      [ "$kind" = ext4 ] || rm -f /target/var/lib/miniature/bulk
      case $kind in
      ext4)
        host mke2fs -q -F -t ext4 -b 4096 -U "$uuid" -E nodiscard -d /target "${disk}1" \
          && host debugfs -w -f /etc/miniature/debugfs "${disk}1" ;;
      btrfs) host mkfs.btrfs -q -f -K -U "$uuid" --rootdir /target "${disk}1" ;;
      xfs)
        protofile /target > "$run/protofile"
        host mkfs.xfs -q -f -K -m "uuid=$uuid" -p "$run/protofile" "${disk}1" ;;
      esac >> /var/log/syslog 2>&1 || return 1
      sync
      blockdev --flushbufs "$disk"
    }

    """#

  /// What is done to the finished file system: a capability as ping has it, an attribute of a user, a file deleted after use.
  static let debugfsCommands = """
    ea_set -f /etc/miniature/capability /usr/bin/ping security.capability
    ea_set /usr/lib/os-release user.miniature kept
    rm /var/lib/miniature/bulk

    """

  /// `cap_net_raw=ep` as `capabilities(7)` has it on the disk: revision 2 with the effective bit, permitted 1 << 13.
  static let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20, 0, 0] + [UInt8](repeating: 0, count: 12)
}
