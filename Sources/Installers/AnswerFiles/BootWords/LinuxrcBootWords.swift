/// What linuxrc and YaST read: openSUSE Leap 15.6 and Tumbleweed.
///
/// linuxrc takes its words whatever their capitals, hyphens, underscores and dots. YaST's are environment variables of the installer.
/// To add one: `file.c` of openSUSE/linuxrc; `ENV` in the packages of YaST and libzypp. (branches SLE-15-SP6)
enum LinuxrcBootWords {
  static let all = BootWords(linuxrc, yast, isLoose: true)

  private static let linuxrc = """
    _TestMode _TmpFS Aborted AddSwap AutoAssembly AutoYaST AutoYaST2 AutoYaSTParse AutoYaSTPassURL AY AYParse BOOTIF
    BOOTIMAGE braille BrokenModules CDROMDevice Console ConsoleDevice CTCProtocol DataChannel DebugShell DebugWait
    DefaultInstall DefaultRepo devbyid Device DeviceAutoConfig DHCPFail DHCPTimeout Digests Display Display_IP
    DNSDOMAIN Domain DoSCSIRename DriverUpdate DUD EFI ESCDelay ESSID ethtool Exec Expert Extend FirmwareDevices
    FirmwareTypes ForceInsmod ForceRootimage Gateway Gateways HASH HostIP Hostname Hypervisor IBFTDevices ifcfg Info
    Initrd InitrdID InitrdModules Insecure Insmod InsmodPre Install InstNetDev InstSys InstsysComplain InstsysID ipv4
    ipv4only ipv6 ipv6only IUCVPeer KBDTimeout kexec kexec_reboot Keytable lang Language Layer2 Linemode linuxrc
    LinuxrcCore LinuxrcDebug LinuxrcLog LinuxrcSTDERR listen LoadImage Loghost LogLevel LXRCDebug Manual mediacheck
    MediaUpgrade MemLimit MemLoadImage MemYaST MinMemory ModuleDelay ModuleDisks NameScheme Nameserver nanny
    Netdevice Netmask NetRetry NetSetup NetStop NetWait Network NewID nfs.opts NFS.RSize NFS.WSize NoMDNS nomodprobe
    NoRepo NoShell nosshkey Options OSAHWAddr OSAInterface Partition Password PasswordEnc Plymouth PlymouthEnable
    Pointopoint Portname PortNo Product ProductDir Proxy PTOptions ramdisksize rd.zdev ReadChannel RebootMsg regurl
    Repo Rescue RescueImage Restart Restarted ro Root RootImage RootImage2 RootPassword rw SCSIBeforeUSB SCSIRename
    SelfUpdate SetHostname SetupCmd SetupNetIF showopts squash SSH SSHD SSHKey SSHPassword SSHPasswordEnc SSLCerts
    StartShell supporturl SuSE SwapSize SwitchToFB SystemBoot TERM Textmode TFTPTimeout udev.rule UpdateComplain
    UpdateDir UpdateExpected UpdateID UpdateName UpdatePriority UpdateStyle Upgrade USBWait UseDHCP UseNBFT
    UseNTFS-3G Username UseSSH UseVNC VGA VLanID VNC VNCPassword WaitReboot WickedTimeout WithFCoE WithIPoIB
    WithiSCSI WlanAuth WlanDevice WlanESSID WorkDomain WPAIdentity WPAPassword WPAPSK WriteChannel y2debug Y2GDB Zen
    ZenConfig Zombies zram zram_root zram_swap
    """

  private static let yast = """
    addon specialproduct ssl_verify y2confirm
    LIBSTORAGE_* Y2DEBUG Y2DEBUGGER Y2DEBUGONCRASH Y2DEBUG_CALLBACKS Y2DIR Y2GDB Y2MAXLOGNUM Y2MAXLOGSIZE Y2STRICTTEXTDOMAIN
    Y2_DISPLAY_BASE_PRODUCTS Y2_FORCE_SELF_UPDATE YAST_ACTIVATE_LUKS YAST_LUKS2_AVAILABLE YAST_NO_BLS_BOOT YAST_REUSE_LVM
    YAST_SKIP_PROFILE_FETCH_ERROR YAST_SKIP_XML_VALIDATION ZYPP_* LANG LC_ALL QT_SCALE_FACTOR
    """
}

extension AutoYaST {
  package var bootWords: BootWords { LinuxrcBootWords.all }
}
