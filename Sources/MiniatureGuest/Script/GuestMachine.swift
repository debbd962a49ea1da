/// The part of the script that brings the machine up: file systems of the kernel, drivers, network.
enum GuestMachine {
  static let text = #"""
    start_machine() {
      now='Jan  1 00:00:00'
      mount -t proc proc /proc
      mount -t sysfs sysfs /sys
      mount -t devtmpfs devtmpfs /dev
      : > /var/log/syslog
    }

    # One line per module, what is needed first.
    load() {
      [ -r "/etc/miniature/modules/$1" ] || return 1
      while read -r module; do
        [ ! -e "$run/loaded-$module" ] || continue
        : > "$run/loaded-$module"
        case $module in
        # Without the second's pause that is meant for real sticks.
        usb_storage) insmod "/lib/miniature/$module.ko" delay_use=0 ;;
        *) insmod "/lib/miniature/$module.ko" ;;
        esac
      done < "/etc/miniature/modules/$1" >> /var/log/syslog 2>&1
    }

    has_device() {
      for device in /sys/bus/pci/devices/*; do
        read -r vendor < "$device/vendor"
        read -r model < "$device/device"
        read -r class < "$device/class"
        # shellcheck disable=SC2254
        case "$vendor:$model:$class" in $1) return 0 ;; esac
      done
      return 1
    }

    await() {
      for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ ! -b "$1" ] || return 0
        sleep 1
      done
      return 1
    }

    # The disk is virtio; where the driver is not in this initrd, a USB disk does.
    find_disk() {
      load virtio_pci
      if has_device '0x1af4:0x1001:*' || has_device '0x1af4:0x1042:*'; then
        if load virtio_blk || [ -e /sys/bus/virtio/drivers/virtio_blk ]; then
          if await /dev/vda; then
            disk=/dev/vda
            return
          fi
        else
          log 'miniature: there is a virtio disk, but no virtio_blk in this initrd'
        fi
      fi
      if has_device '*:0x0c03*'; then
        for driver in xhci_pci ehci_pci uhci_hcd sd_mod usb_storage; do load "$driver"; done
        if await /dev/sda; then
          disk=/dev/sda
          return
        fi
      fi
      ask disk-detect/module_select 'Detect disks' 'No disk drive was detected.'
    }

    # The network of QEMU's user mode: fixed addresses, so that no lease has to be waited for.
    network() {
      [ -n "$fetch_url" ] || case $preseed_url in http://*) ;; *) return ;; esac
      load virtio_pci
      load virtio_net
      for card in /sys/class/net/e*; do card=${card##*/}; done
      ip link set lo up
      { ip link set "$card" up && ip addr add 10.0.2.15/24 dev "$card" && ip route add default via 10.0.2.2; } \
        || ask netcfg/no_interfaces 'Configure the network' 'No network interfaces detected'
      echo 'nameserver 10.0.2.3' > /etc/resolv.conf
      log "netcfg[300]: INFO: Activating interface $card"
    }

    # A small text by HTTP, through the answer file's proxy: the installer's BusyBox has no wget, and the real one needs 8 MB of
    # libraries. The request's side stays open until the answer has come: proxies take its end for a hung-up client.
    get() {
      address=${1#http://}
      server=${address%%/*} path=/${address#*/} name=${address%%/*}
      if [ -n "${q_mirror_http_proxy:-}" ]; then
        server=${q_mirror_http_proxy#http://} path=$1
        server=${server%%/*}
      fi
      port=80
      case $server in *:*) port=${server##*:} server=${server%:*} ;; esac
      rm -f "$run/answered"
      {
        printf 'GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: miniature\r\nConnection: close\r\n\r\n' "$path" "$name"
        seconds=0
        while [ ! -e "$run/answered" ] && [ "$seconds" -lt 60 ]; do
          sleep 1
          seconds=$((seconds + 1))
        done
      } | {
        nc "$server" "$port" > "$run/answer" 2>> /var/log/syslog
        : > "$run/answered"
      }
      status=''
      read -r _ status _ < "$run/answer"
      [ "$status" = 200 ] || return 1
      awk 'body { print } /^\r*$/ { body = 1 }' "$run/answer" > "$2"
    }

    fetch() {
      [ -n "$fetch_url" ] || return 0
      [ "$fetch_url" != auto ] \
        || fetch_url="http://${q_mirror_http_hostname:-}${q_mirror_http_directory:-/debian}/dists/${q_mirror_suite:-stable}/Release"
      log "choose-mirror[400]: DEBUG: command: wget -q $fetch_url -O - | grep ^Suite:"
      if get "$fetch_url" /target/var/lib/miniature/fetched; then
        log "miniature: fetched $fetch_url"
      else
        log "choose-mirror[400]: WARNING **: mirror does not support the specified release (${q_mirror_suite:-stable})"
        ask mirror/bad 'Bad archive mirror' "Cannot fetch $fetch_url"
      fi
    }

    """#
}
