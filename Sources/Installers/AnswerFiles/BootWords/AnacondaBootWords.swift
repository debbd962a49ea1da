/// What Anaconda reads beside dracut's words: the lines of RHEL 9 and 10 and of Fedora.
///
/// To add one: docs/boot-options.txt and `dracut/` of rhinstaller/anaconda. (branches rhel-9, rhel-10, main of 2026-08)
enum AnacondaBootWords {
  static let all = BootWords(table, DracutBootWords.table)

  private static let table = """
    inst.addrepo inst.cmdline inst.dd inst.debug inst.desktop inst.dhcpclass inst.disklabel inst.display inst.dmraid
    inst.extlinux inst.geoloc inst.geoloc-use-with-ks inst.gpt inst.graphical inst.kdump_addon
    inst.kernel.hung_task_timeout_secs inst.keymap inst.ks inst.ks.all inst.ks.sendmac inst.ks.sendsn inst.ksstrict
    inst.lang inst.leavebootorder inst.loglevel inst.mediacheck inst.multilib inst.net.noautodefault inst.nodmraid
    inst.nokill inst.nompath inst.nonibftiscsiboot inst.noninteractive inst.nosave inst.noshell inst.notmux
    inst.noverifyssl inst.pauseatsummary inst.product inst.profile inst.proxy inst.rdp inst.rdp.password
    inst.rdp.username inst.remote-debugger inst.repo inst.rescue inst.resolution inst.sdboot inst.selinux
    inst.singlelang inst.sshd inst.stage2 inst.stage2.all inst.syslog inst.text inst.updates inst.usefbx inst.variant
    inst.virtiolog inst.vnc inst.vncconnect inst.vncpassword inst.wait_for_disks inst.waitfornet inst.webui
    inst.webui.remote inst.webui.remote.noauth inst.webui.remote.pin inst.xdriver inst.xtimeout inst.zram
    # Without a prefix: the line of old releases, which the Python tool writes for them, and those of CentOS 7 and before.
    askmethod asknetwork dd ethtool gateway hostname ks ksdevice ks.device ks.sendmac lang linksleep loglevel method
    mtu noipv4 noipv6 nokill noverifyssl proxy repo rescue resolution selinux sshd stage2 syslog text updates vnc
    vncconnect vncpassword
    """
}

extension Kickstart {
  package var bootWords: BootWords { AnacondaBootWords.all }
}
