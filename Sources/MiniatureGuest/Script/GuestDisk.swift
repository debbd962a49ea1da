/// The part of the script that writes the disk: boot code, partition table, and the file system with its content.
enum GuestDisk {
  static let text = #"""
    # Runs a program of the host with the host's loader and libraries, or a static one as it is.
    host() {
      program=$1
      shift
      if [ -e /host/loader ]; then
        /host/loader --library-path /host/lib "/host/bin/$program" "$@"
      else
        "/host/bin/$program" "$@"
      fi
    }

    # The number as four bytes, the lowest first.
    bytes4() {
      for shift_by in 0 8 16 24; do
        # shellcheck disable=SC2059
        printf "\\$(printf '%03o' $(($1 >> shift_by & 255)))"
      done
    }

    # One bootable Linux partition from 1 MiB to the end, and the sector's signature.
    partition_table() {
      printf '\200\040\041\000\203\376\377\377'
      bytes4 2048
      bytes4 "$1"
      dd if=/dev/zero bs=48 count=1 2> /dev/null
      printf '\125\252'
    }

    partition() {
      read -r sectors < "/sys/block/${disk#/dev/}/size"
      if [ "$sectors" -lt 131072 ]; then
        log "partman: the disk $disk is too small: $sectors sectors"
        return 1
      fi
      progress_start partman/progress/init/title 'Partitions formatting'
      dd if=/etc/miniature/boot of="$disk" bs=440 count=1 conv=notrunc 2> /dev/null
      dd if=/dev/urandom of="$disk" bs=1 seek=440 count=4 conv=notrunc 2> /dev/null
      partition_table $((sectors - 2048)) | dd of="$disk" bs=1 seek=446 conv=notrunc 2> /dev/null
      progress_set 50
      blockdev --rereadpt "$disk"
      await "${disk}1" || return 1
      # What installing and deleting leaves behind: blocks that are not zero, free once the file system is made.
      for _ in 1 2 3; do cat /host/lib/* /host/bin/* /bin/busybox 2> /dev/null; done | dd of="${disk}1" bs=65536 2> /dev/null
      read -r uuid < /proc/sys/kernel/random/uuid
      log "partman: mke2fs for ${disk}1, UUID $uuid"
      progress_set 100
      progress_stop
    }

    # The tree becomes the file system at the end: user space does it, the kernel needs no driver for ext4.
    write_file_system() {
      host mke2fs -q -F -t ext4 -b 4096 -U "$uuid" -E nodiscard -d /target "${disk}1" >> /var/log/syslog 2>&1 || return 1
      host debugfs -w -f /etc/miniature/debugfs "${disk}1" >> /var/log/syslog 2>&1 || return 1
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
