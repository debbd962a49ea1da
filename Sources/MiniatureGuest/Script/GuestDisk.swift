/// The part of the script that writes the disk before there is anything on it: boot code, partition table, old blocks.
enum GuestDisk {
  static let text = #"""
    # Where the programs of the host are.
    host=/host

    # Runs a program of the host with the host's loader and libraries, or a static one as it is.
    host() {
      program=$1
      shift
      if [ -e "$host/loader" ]; then
        "$host/loader" --library-path "$host/lib" "$host/bin/$program" "$@"
      else
        "$host/bin/$program" "$@"
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
      kind=$(root_kind)
      maker "$kind" || return 1
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
      log "partman: $tool for ${disk}1, UUID $uuid"
      progress_set 100
      progress_stop
    }

    """#
}
