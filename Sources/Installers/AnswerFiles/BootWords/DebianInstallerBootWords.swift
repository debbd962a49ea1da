/// What Debian's installer reads: names of its own, and the answers to its questions, short or whole.
///
/// To add one: /etc/preseed_aliases and the templates of the installer's components. (Debian 13: preseed 1.125 and its udebs)
enum DebianInstallerBootWords {
  /// Short names stand for questions: ``PreseedAnswers/aliases``.
  static let all = BootWords(table, also: answers)

  /// Whether a word answers a question of the installer: `question=value`, `owner:question=value`, with `?=` only as a default.
  @Sendable static func answers(_ word: String) -> Bool {
    var name = word.prefix { $0 != "=" }
    if name.last == "?" { name.removeLast() }
    if let owner = name.firstIndex(of: ":") { name = name[name.index(after: owner)...] }
    let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { return PreseedAnswers.aliases[String(name)] != nil }
    if questions[parts[0]]?.contains(parts[1]) == true { return true }
    // A repository of one's own: apt-setup/local0/repository.
    guard parts[0] == "apt-setup", parts[1].hasPrefix("local") else { return false }
    let local = parts[1].dropFirst(5).split(separator: "/", omittingEmptySubsequences: false)
    return local.count == 2 && local[0].count == 1 && local[0].allSatisfy(\.isNumber)
      && ["comment", "key", "options", "repository", "source"].contains(local[1])
  }

  private static let table = """
    BOOT_DEBUG BOOTIF BOOT_IMAGE DEBCONF_DEBUG DEBIAN_FRONTEND FRONTEND_BACKGROUND INSTALL_MEDIA_DEV LANGUAGE LC_ALL
    developer log_host log_port lowmem
    # Ubuntu's copies of the installer, to 20.04.
    keyboard-configuration/layoutcode keyboard-configuration/variantcode console-setup/ask_detect
    console-setup/layoutcode kbd-chooser/method live-installer/net-image
    # The Python tool's configuration writes it before '--'; nobody reads it.
    d-i
    """

  /// The questions that can be answered, by their first part.
  private static let questions: [String: Set<String>] = {
    var result: [String: Set<String>] = [:]
    var part = ""
    for word in list.split(whereSeparator: \.isWhitespace) {
      if word.last == ":" { part = String(word.dropLast()) } else { result[part, default: []].insert(String(word)) }
    }
    return result
  }()

  private static let list = """
    anna: choose_modules choose_modules_lowmem no_kernel_modules retriever standard_modules
    apt-setup: cdrom/set-double cdrom/set-failed cdrom/set-first cdrom/set-next contrib disable-cdrom-entries
      enable-source-repositories local/key-error mirror/error multiarch no_mirror non-free non-free-firmware
      security_host services-select use_mirror
    auto-install: cloak_initrd_preseed defaultroot enable
    base-installer: debootstrap_script debootstrap_variant excludes includes initramfs-tools/driver-policy
      initramfs/generator install-recommends kernel/image kernel/linux/extra-packages kernel/linux/extra-packages-2.6
      kernel/linux/initramfs-tools/driver-policy kernel/linux/initrd kernel/linux/initrd-2.6 kernel/linux/link_in_boot
      kernel/skip-install use_unclean_target
    cdrom: codename suite
    cdrom-detect: cdrom_device cdrom_fs cdrom_module eject hybrid load_media manual_config retry usb-hdd
    clock-setup: hwclock-wait ntp ntp-server system-time-changed utc
    console-setup: charmap47 codeset47 codesetcode fontface47 fontsize fontsize-fb47 fontsize-text47
      store_defaults_in_debconf_db
    debconf: frontend language priority showold translations-dropped
    debian-installer: add-kernel-opts allow_unauthenticated allow_unauthenticated_ssl consoledisplay country dummy
      exit/always_halt exit/halt exit/poweroff framebuffer keymap language locale main-menu missing-provide probe/usb
      theme
    di-utils-reboot: really_reboot
    disk-detect: module_select multipath/enable
    driver-injection-disk: load
    espeakup: card voice
    ethdetect: module_select prompt_missing_firmware use_firewire_ethernet
    finish-install: keep-consoles reboot_in_progress
    grub-installer: bootdev choose_bootdev enable_os_prober_otheros_no enable_os_prober_otheros_yes
      force-efi-extra-removable grub_not_mature_on_this_platform make_active only_debian password password-again
      password-crypted skip update-nvram with_other_os
    grub-pc: chainload_from_menu.lst hidden_timeout install_devices install_devices_disks_changed
      install_devices_empty install_devices_failed install_devices_failed_upgrade kopt_extracted mixed_legacy_and_grub2
      postrm_purge_boot_grub timeout
    grub2: enable_os_prober force_efi_extra_removable kfreebsd_cmdline kfreebsd_cmdline_default linux_cmdline
      linux_cmdline_default update_nvram
    hw-detect: load-ide load_firmware load_media pcmcia_resources retry_params select_modules start_pcmcia
    iso-scan: ask_right_iso ask_second_pass ask_which_iso copy_iso_to_ram
    keyboard-configuration: altgr compose ctrl_alt_bksp layout layoutcode model modelcode optionscode
      store_defaults_in_debconf_db switch toggle unsupported_config_layout unsupported_config_options
      unsupported_layout unsupported_options variant variantcode xkb-keymap
    live-installer: enable mode
    localechooser: continentlist countrylist/Africa countrylist/Antarctica countrylist/Asia
      countrylist/Atlantic_Ocean countrylist/Caribbean countrylist/Central_America countrylist/Europe
      countrylist/Indian_Ocean countrylist/North_America countrylist/Oceania countrylist/South_America languagelist
      preferred-locale shortlist/ar shortlist/bn shortlist/bo shortlist/ca shortlist/de shortlist/el shortlist/en
      shortlist/es shortlist/eu shortlist/fr shortlist/it shortlist/nl shortlist/pa shortlist/pt shortlist/pt_BR
      shortlist/ru shortlist/sq shortlist/sr shortlist/sv shortlist/ta shortlist/tr shortlist/zh_CN shortlist/zh_TW
      supported-locales translation/warn-light translation/warn-severe
    locales: default_environment_locale locales_to_be_generated
    lvmcfg: activevg lvcreate_name lvcreate_size lvcreate_vgnames lvdelete_lvnames lvdelete_vgnames lvmenu mainmenu
      vgcreate_name vgcreate_parts vgdelete_confirm vgdelete_names vgextend_names vgextend_parts vgmenu vgreduce_names
      vgreduce_parts
    mdcfg: createmain deletemenu deleteverify mainmenu raid0devs raid10layout raiddevcount raiddevs raidsparecount
      raidsparedevs
    mirror: codename country ftp/directory ftp/hostname ftp/proxy http/countries http/directory http/hostname
      http/mirror http/proxy https/countries https/directory https/hostname https/mirror https/proxy no-default
      protocol suite udeb/suite
    netcfg: choose_interface confirm_static dhcp_hostname dhcp_options dhcp_timeout dhcpv6_timeout disable_autoconfig
      disable_dhcp enable get_domain get_gateway get_hostname get_ipaddress get_nameservers get_netmask get_pointopoint
      hostname link_wait_timeout no_default_route target_network_config use_autoconfig wireless_adhoc_managed
      wireless_essid wireless_essid_again wireless_security_type wireless_show_essids wireless_wep wireless_wpa
    network-console: authorized_keys_url login password password-again
    openssh-server: password-authentication permit-root-login
    partman: active_partition alignment boot_not_first_partition choose_partition confirm confirm_nochanges
      confirm_nooverwrite default_filesystem early_command exception_handler free_space mount_style storage_device
    partman-auto: automatically_partition cap-ram choose_recipe disk expert_recipe expert_recipe_file
      init_automatically_partition method select_disk
    partman-auto-crypto: erase_disks
    partman-auto-lvm: guided_size new_vg_name new_vg_name_exists no_boot
    partman-auto-raid: raidnum recipe
    partman-basicfilesystems: boot_not_ext2 boot_not_first_partition check_failed choose_label fat_mountpoint
      mountoptions mountpoint mountpoint_manual no_mount_point no_swap specify_reserved specify_usage swap_check_failed
    partman-basicmethods: method_only
    partman-crypto: cipher confirm confirm_nochanges confirm_nooverwrite create/partitions crypto_root_needs_boot
      crypto_type crypto_warn_erase install_udebs_low_mem ivalgorithm keyhash keysize keytype mainmenu nested_opal
      opal-admin-password opal-admin-password-again opal-psid opal-psid-again passphrase passphrase-again
      plain_warn_erase use_random_for_nonswap weak_passphrase
    partman-efi: no_efi non_efi_system
    partman-ext3: bad_alignment boot_not_bootable boot_not_ext2_or_ext3
    partman-iscsi: login/address login/all_targets login/incoming_password login/incoming_username login/password
      login/targets login/username mainmenu
    partman-lvm: confirm confirm_nochanges confirm_nooverwrite device_remove_lvm lvcreate_name lvcreate_size
      lvcreate_vgnames lvdelete_lvnames mainmenu vgcreate_name vgcreate_parts vgdelete_confirm vgdelete_names
      vgextend_names vgextend_parts vgreduce_names vgreduce_parts
    partman-md: confirm confirm_nochanges confirm_nooverwrite createmain deletemenu deleteverify device_remove_md
      mainmenu raid0devs raid10layout raiddevcount raiddevs raidsparecount raidsparedevs
    partman-nbd: device mainmenu name server
    partman-partitioning: bootable_logical choose_label confirm_new_label confirm_resize confirm_write_new_label
      default_label new_partition_place new_partition_size new_partition_type new_size set_flags set_name unknown_label
      unsupported_label
    partman-target: choose_method mount_failed
    passwd: make-user root-login root-password root-password-again root-password-crypted user-default-groups
      user-fullname user-password user-password-again user-password-crypted user-uid username
    pkgsel: include include/install-recommends run_tasksel update-policy updatedb upgrade
    popularity-contest: participate submiturls
    preseed: boot_command early_command file file/checksum include include/checksum include_command interactive
      late_command run run/checksum url url/checksum
    rescue: assemble-raid enable menu passphrase root separate-fs
    retriever: media/loadanother media/loadnow media/unknown net/error
    save-logs: directory menu
    shared: ask_device enter_device
    systemd-boot-installer: skip tries
    tasksel: desktop first tasks
    time: zone
    tzdata: Areas Zones/Africa Zones/America Zones/Antarctica Zones/Arctic Zones/Asia Zones/Atlantic Zones/Australia
      Zones/Etc Zones/Europe Zones/Indian Zones/Pacific
    tzsetup: country/AQ country/AU country/BR country/CA country/CD country/CL country/CY country/EC country/ES
      country/FM country/GL country/ID country/KI country/KZ country/MN country/MX country/NZ country/PF country/PG
      country/PT country/RU country/UM country/US
    """
}

extension Preseed {
  package var bootWords: BootWords { DebianInstallerBootWords.all }
}
