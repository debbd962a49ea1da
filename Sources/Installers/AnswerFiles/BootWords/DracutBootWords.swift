/// What dracut's initrd reads, which Anaconda and Agama begin with.
///
/// To add one: dracut.cmdline(7).
enum DracutBootWords {
  static let table = """
    BOOTIF biosdevname bond bootdev bridge fcoe fips gateway ifname ip iscsi_firmware iscsi_initiator iscsi_password
    iscsi_target_group iscsi_target_ip iscsi_target_name iscsi_target_port iscsi_username iscsi_in_password
    iscsi_in_username keyboardtype keymap keytable nameserver nbd_name netmask netroot nfs.domain overlayfs peerdns
    rd.auto rd.blacklist rd.bootif rd.break rd.cmdline rd.convertfs rd.dasd rd.dasd_mod rd.debug rd.dhcp.retry rd.dm
    rd.driver.blacklist rd.driver.export rd.driver.post rd.driver.pre rd.dracut.overlay rd.emergency rd.ethtool rd.fips
    rd.fstab rd.hostonly rd.info rd.initrd rd.iscsi.firmware rd.iscsi.ibft rd.iscsi.initiator rd.iscsi.param
    rd.iscsi.testroute rd.iscsi.transport rd.iscsi.waitnet rd.kiwi.* rd.live.* rd.locale rd.luks rd.luks.* rd.lunmask
    rd.lvm rd.lvm.conf rd.lvm.lv rd.lvm.snapshot rd.lvm.snapsize rd.lvm.vg rd.md rd.md.conf rd.md.imsm rd.md.uuid
    rd.md.waitclean rd.memdebug rd.minmem rd.multipath rd.nbd rd.neednet rd.net.conf-mac rd.net.dhcp.retry
    rd.net.dhcp.vendor-class rd.net.dns rd.net.dns-backend rd.net.dns-resolve-mode rd.net.timeout.carrier
    rd.net.timeout.dhcp rd.net.timeout.ifup rd.net.timeout.iflink rd.net.timeout.ipv6auto rd.net.timeout.ipv6dad
    rd.net.timeout.route rd.nfs.domain rd.nonvmf rd.ntp rd.nvmf.* rd.overlay rd.overlay.* rd.peerdns rd.plymouth
    rd.quiet rd.reboot rd.retry rd.route rd.rngd rd.scratch rd.shell rd.skipfsck rd.splash rd.systemd.* rd.timeout
    rd.udev.* rd.vconsole.* rd.writable.fsimg rd.zdev rd.zfcp rd.zfcp.conf rd.znet rd.znet_ifname rd.zipl
    root rootflags rootfstype team vlan
    """
}
