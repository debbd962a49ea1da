/// What the sections of a profile may hold, at every depth: elements, types and values, in the notation of ``AnswerShapes``.
///
/// To bring it up to date: compare with the RELAX NG schema that YaST's packages bring along. (branches SLE-15-SP6; `*.rnc`)
enum AutoYaSTShapes {
  static let all = AnswerShapes(sections + samba)

  private static let sections = #"""
    dns-entry = {key type value}
    dns-zone = {is_new:'1'|'0' modified:'1'|'0' soa_modified:'1'|'0' ttl type zone file this_zone_had_NS_record_at_start
      connected_with options:<option:{key value}> records:<listentry:{key value type}> soa:{expiry mail minimum refresh
      retry serial server zone} update_actions:<listentry:{key value type operation}>}
    fcoe-interface = {dev_name! mac_addr! device! vlan_interface! fcoe_vlan! fcoe_enable!:'yes'|'no'
      dcb_required!:'yes'|'no' auto_vlan!:'yes'|'no' dcb_capable!:'yes'|'no' cfg_device!}
    firewall-zone = {name! short description target interfaces:<interface listentry> ports:<port listentry>
      protocols:<protocol listentry> services:<service listentry> masquerade:bool}
    autoinst-script = {filename interpreter location source debug:bool feedback:bool feedback_type param-list:<param>
      rerun:bool notification}
    mail-alias = {alias! destinations! comment}
    network-interface = {device name description lladdr bootproto startmode ifplugd_priority usercontrol
      dhclient_set_hostname ipaddr prefixlen remote_ipaddr netmask bonding_master bonding_slave0 bonding_slave1
      bonding_slave2 bonding_slave3 bonding_slave4 bonding_slave5 bonding_slave6 bonding_slave7 bonding_slave8
      bonding_slave9 bonding_module_opts aliases:any broadcast network mtu ethtool_options wireless wireless_auth_mode
      wireless_ap wireless_bitrate wireless_ca_cert wireless_channel wireless_client_cert wireless_client_key
      wireless_client_key_password wireless_default_key wireless_eap_auth wireless_eap_mode wireless_essid
      wireless_frequency wireless_key wireless_key_0 wireless_key_1 wireless_key_2 wireless_key_3 wireless_key_length
      wireless_mode wireless_nick wireless_nwid wireless_peap_version wireless_power wireless_wpa_anonid
      wireless_wpa_identity wireless_wpa_password wireless_wpa_psk bridge:'yes'|'no' bridge_ports bridge_stp:'on'|'off'
      bridge_forward_delay bridge_forwarddelay etherdevice vlan_id dhclient_set_down_link
      dhclient_set_default_route:'yes'|'no' zone firewall:'yes'|'no'}
    module_entry = {ccw_chan_ids ccw_chan_num device! module options}
    route = {destination! netmask device gateway extrapara}
    s390-device = {type layer2:bool chanids portname protocol router}
    udev-rule = {rule value name}
    nfs_entry = {server_path!:raw mount_point!:raw vfstype:raw nfs_options!:raw}
    ntp_server = {address! iburst:bool offline:bool}
    opt_format = {option_blank!:bool option_str! option_value!}
    raid_options = {persistent_superblock:bool chunk_size parity_algorithm raid_type device_order:<device> raid_name}
    subvolume = {path! copy_on_write:bool referenced_limit}
    report-kind = {log:bool show:bool timeout:int}
    add-on = {add_on_products*:<listentry:{media_url! product name alias product_dir ask_on_error:bool
      confirm_license:bool priority:int signature-handling:{accept_unsigned_file:bool accept_file_without_checksum:bool
      accept_verification_failed:bool accept_unknown_gpg_key:{all:bool keys:<keyid>} accept_non_trusted_gpg_key:{all:bool
      keys:<keyid>} import_gpg_key:{all:bool keys:<keyid>}}}> add_on_others*:<listentry:{media_url! product name alias
      product_dir ask_on_error:bool confirm_license:bool priority:int signature-handling:{accept_unsigned_file:bool
      accept_file_without_checksum:bool accept_verification_failed:bool accept_unknown_gpg_key:{all:bool keys:<keyid>}
      accept_non_trusted_gpg_key:{all:bool keys:<keyid>} import_gpg_key:{all:bool keys:<keyid>}}}>}
    audit-laf = {auditd:{action_mail_acct admin_space_left admin_space_left_action disk_error_action disk_full_action
      disp_qos dispatcher flush freq log_file log_format log_group max_log_file max_log_file_action name_format num_logs
      priority_boost space_left space_left_action tcp_client_max_idle tcp_client_ports tcp_listen_port tcp_listen_queue
      tcp_max_per_addr} rules}
    auth-client = {conf_json}
    backup = {modified:bool remove_old:bool sysconfig:bool}
    bootloader = {activate:bool global:{append append_failsafe cryptodisk:int distributor gfxbackground gfxmode gfxtheme
      failsafe_disabled:'true'|'false' hiddenmenu:'true'|'false' os_prober:'true'|'false' secure_boot:'true'|'false'
      update_nvram:'true'|'false' xen_append xen_kernel_append boot_custom generic_mbr trusted_grub serial terminal
      lines_cache_id timeout:int gfxmenu default activate:'true'|'false' boot_root:'true'|'false' boot_boot:'true'|'false'
      boot_extended:'true'|'false' boot_mbr:'true'|'false' stage1_dev cpu_mitigations:'nosmt'|'auto'|'off'|'manual'
      password:{value! encrypted:'true'|'false' unrestricted:'true'|'false'} vgamode}
      initrd_modules:<initrd_module:{module! module_args}>+ loader_device loader_type location repl_mbr:bool
      device_map:<device_map_entry:{firmware linux}> sections:<section:{menuentry usage append initial console initrd
      kernel name original_name root type vga chainloader lines_cache_id sectors blockoffset vgamode
      measures:<measure:{file! pcr!}>+ xen xen_append noverifyroot:'true'|'false' makeactive:'true'|'false'
      remap:'true'|'false' configfile image}>+}
    classes = <class:{class_name! configuration! dont_merge:<element>}>
    configuration_management = {type master auth_attempts:int auth_time_out:int enable_services:bool formulas_roots:<path
      listentry> states_roots:<path listentry> pillar_root pillar_url keys_url states_url modules_url:<url listentry>
      enabled_states:<state listentry>}
    deploy_image = {image_installation:bool}
    dhcp-server = {allowed_interfaces:<allowed_interface> chroot:'1'|'0' start_service:'1'|'0' use_ldap:'1'|'0'
      other_options! settings:<settings_entry:{children:<child:{id type}> directives:<listentry:dns-entry> id
      options:<option:dns-entry> parent_id parent_type type}>}
    dns-server = {chroot:'1'|'0' start_service:'1'|'0' use_ldap:'1'|'0' allowed_interfaces:<allowed_interface>
      logging:<listentry:{key value}> options:<option:{key value}> zones:<zone:dns-zone listentry:dns-zone>}
    fcoe-client = {fcoe_cfg:{DEBUG!:'yes'|'no' USE_SYSLOG!:'yes'|'no'} interfaces:<interface:fcoe-interface
      listentry:fcoe-interface> service_start:{fcoe!:bool lldpad!:bool}}
    files = <file:{file_contents file_location file_path! file_permissions file_owner file_script:{interpreter! source
      location}}>+
    firewall = {fw_allow_fw_traceroute* fw_autoprotect_services* FW_DEV_EXT* FW_ALLOW_FW_TRACEROUTE* FW_DEV_INT*
      FW_DEV_DMZ* fw_ipsec_trust* FW_IPSEC_TRUST* FW_LOG_ACCEPT_ALL*:'yes'|'no' FW_LOG_ACCEPT_CRIT*:'yes'|'no'
      FW_LOG_DROP_ALL*:'yes'|'no' FW_LOG_DROP_CRIT*:'yes'|'no' fw_masq_nets* FW_MASQUERADE*:'yes'|'no'
      fw_protect_from_internal* FW_ROUTE*:'yes'|'no' FW_SERVICES_EXT_TCP* FW_SERVICES_EXT_UDP* FW_SERVICES_EXT_IP*
      start_firewall*:bool enable_firewall*:bool FW_ALLOW_FW_BROADCAST_DMZ* FW_ALLOW_FW_BROADCAST_INT*
      FW_ALLOW_FW_BROADCAST_EXT* FW_IGNORE_FW_BROADCAST_DMZ* FW_IGNORE_FW_BROADCAST_EXT* FW_IGNORE_FW_BROADCAST_INT*
      FW_FORWARD_ALWAYS_INOUT_DEV* FW_FORWARD_MASQ* FW_PROTECT_FROM_INT* FW_SERVICES_ACCEPT_DMZ* FW_SERVICES_ACCEPT_EXT*
      FW_SERVICES_ACCEPT_INT* FW_SERVICES_ACCEPT_RELATED_DMZ* FW_SERVICES_ACCEPT_RELATED_EXT*
      FW_SERVICES_ACCEPT_RELATED_INT* FW_SERVICES_DMZ_IP* FW_SERVICES_DMZ_RPC* FW_SERVICES_DMZ_TCP* FW_SERVICES_DMZ_UDP*
      FW_SERVICES_EXT_RPC* FW_SERVICES_INT_IP* FW_SERVICES_INT_RPC* FW_SERVICES_INT_TCP* FW_SERVICES_INT_UDP*
      FW_CONFIGURATIONS_DMZ* FW_CONFIGURATIONS_EXT* FW_CONFIGURATIONS_INT* FW_LOAD_MODULES* FW_ALLOW_PING_FW*:'yes'|'no'
      FW_STOP_KEEP_ROUTING_STATE*:'yes'|'no' FW_BOOT_FULL_INIT*:'yes'|'no' zones*:<zone:firewall-zone
      listentry:firewall-zone> default_zone* log_denied_packets*}
    firstboot = {firstboot_enabled:bool}
    ftp-server = {ChrootEnable VerboseLogging FtpDirLocal FtpDirAnon Umask UmaskAnon UmaskLocal PasMinPort PasMaxPort
      MaxIdleTime MaxClientsPerIP MaxClientsNumber LocalMaxRate AnonMaxRate AnonAuthen AnonReadOnly AnonCreatDirs Banner
      SSLEnable TLS AntiWarez SSL StartXinetd StartDaemon PassiveMode CertFile VirtualUser FTPUser GuestUser EnableUpload}
    general = {mode:{activate_systemd_default_target:bool confirm:bool confirm_base_product_license:bool final_halt:bool
      final_reboot:bool final_restart_services:bool forceboot:bool halt:bool max_systemd_wait:int
      ntp_sync_time_before_installation second_stage:bool} ask-list:<ask:{question default help title
      type:'symbol'|'integer'|'boolean'|'string'|'static_text' password:bool path pathlist:<path> stage:'cont'|'initial'
      selection:<entry:{value! label!}>+ file dialog:int element:int width:int height:int frametitle script:{filename
      interpreter location source debug:bool feedback:bool feedback_type param-list:<param> rerun:bool notification
      environment:bool rerun_on_error:bool} timeout:int ok_label back_label default_value_script:autoinst-script}>
      semi-automatic:<semi-automatic_entry:'networking'|'partitioning'|'scc' module:'networking'|'partitioning'|'scc'>
      minimal-configuration:bool signature-handling:{accept_unsigned_file:bool accept_file_without_checksum:bool
      accept_verification_failed:bool accept_unknown_gpg_key:bool import_gpg_key:bool accept_non_trusted_gpg_key:bool}
      self_update:bool self_update_url proposals:<proposal> storage:{start_multipath:bool} wait:{pre-modules:<module:{name
      sleep:{time:int feedback:bool} script!:{debug:bool source}}> post-modules:<module:{name sleep:{time:int
      feedback:bool} script!:{debug:bool source}}>} cio_ignore:bool}
    geo-cluster = <listentry:{filename authfile port transport arbitrator:<listentry> site:<listentry>
      ticket:<listentry:{acquire-after before-acquire-handler expire retries ticketname timeout weights mode}>}>
    groups = <group:{encrypted:bool group_password groupname userlist gid}>
    host = {hosts:<hosts_entry:{host_address! names!:<name>+}>}
    http-server = {firewall:bool service:bool version Listen:<listentry:{ADDRESS! PORT!}> hosts:<hosts_entry:{KEY!
      VALUE!:<listentry:{KEY OVERHEAD SECTIONNAME SECTIONPARAM VALUE}>}> modules:<module_entry:{change! default!:'1'|'0'
      name!}>}
    iscsi-client = {initiatorname targets:<listentry:{authmethod password password_in portal startup target username
      username_in iface}> version}
    kdump = {crash_kernel:text|<listentry>+ crash_xen_kernel:text|<listentry>+ add_crash_kernel:bool
      general:{KDUMP_KERNELVER KDUMP_CPUS KDUMP_COMMANDLINE KDUMP_COMMANDLINE_APPEND KDUMP_AUTO_RESIZE
      KDUMP_CONTINUE_ON_ERROR KDUMP_REQUIRED_PROGRAMS KDUMP_PRESCRIPT KDUMP_POSTSCRIPT KDUMPTOOL_FLAGS KDUMP_NETCONFIG
      KDUMP_COPY_KERNEL KDUMP_NET_TIMEOUT KEXEC_OPTIONS KDUMP_RUNLEVEL KDUMP_IMMEDIATE_REBOOT KDUMP_TRANSFER KDUMP_SAVEDIR
      KDUMP_KEEP_OLD_DUMPS KDUMP_FREE_DISK_SIZE KDUMP_VERBOSE KDUMP_DUMPLEVEL KDUMP_DUMPFORMAT KDUMP_SMTP_SERVER
      KDUMP_SMTP_USER KDUMP_SMTP_PASSWORD KDUMP_NOTIFICATION_TO KDUMP_NOTIFICATION_CC KDUMP_HOST_KEY}}
    keyboard = {keyboard_values:{capslock:bool delay discaps:bool numlock rate scrlock:bool tty} keymap}
    language = {language languages}
    login_settings = {autologin_user password_less_login:bool}
    mail = {aliases:<alias:mail-alias> connection_type!:'permanent'|'dialup'|'none' fetchmail:<fetchmail_entry:{server!
      protocol! remote_user! local_user! password!}>+ from_header listen_remote:bool local_domains:<domains>
      smtp_auth:<smtp_auth_entry:{password! server! user!}> masquerade_other_domains:<domain>
      masquerade_users:<masquerade_user:{user! address! comment}> mta!:'sendmail'|'postfix' outgoing_mail_server
      postfix_mda:'local'|'procmail'|'imap' smtp_use_TLS:'yes'|'must'|'no' system_mail_sender use_amavis:bool
      use_dkim:bool virtual_users:<virtual_user:mail-alias>}
    networking = {setup_before_proposal:bool start_immediately:bool keep_install_network:bool virt_bridge_proposal:bool
      backend ipv6:bool managed:bool strict_IP_check_timeout:int interfaces:<interface:network-interface
      listentry:network-interface> modules:<module_entry:module_entry listentry:module_entry>+
      dhcp_options:{dhclient_additional_options dhclient_client_id dhclient_hostname_option} routing:{ip_forward:bool
      ipv4_forward:bool ipv6_forward:bool routes:<route:route listentry:route>+} dns:{dhcp_hostname:bool
      write_hostname:bool resolv_conf_policy hostname domain nameservers:<nameserver>+ searchlist:<search>+}
      s390-devices:<device:s390-device listentry:s390-device>+ net-udev:<rule:udev-rule listentry:udev-rule>+}
    nfs = {enable_nfs4:bool enable_nfs_gss:bool idmapd_domain:raw
      nfs_entries!:<nfs_entry:nfs_entry>}|<nfs_entry:{enable_nfs4:bool enable_nfs_gss:bool idmapd_domain:raw}|nfs_entry>
    nfs_server = {nfs_exports!:<nfs_export:{mountpoint! allowed!:<allowed_clients>+}>+ start_nfsserver:bool}
    nis = {start_nis:bool netconfig_policy nis_domain nis_servers:<nis_server> nis_broadcast:bool
      nis_other_domains:<nis_other_domain:{nis_domain! nis_servers:<nis_server> nis_broadcast:bool}>
      nis_broken_server:bool nis_local_only:bool nis_options start_autofs:bool slp_domain:any}
    nis_server = {domain* maps_to_serve*:<nis_map> merge_group*:bool merge_passwd*:bool nopush*:bool pwd_chfn*:bool
      pwd_chsh*:bool pwd_srcdir* securenets*:<securenet:{comment hash netmask network}> server_type* slaves*:<slave>
      start_ypbind*:bool start_yppasswdd*:bool start_ypxfrd*:bool mingid*:int minuid*:int}
    ntp-client = {ntp_policy ntp_sync ntp_servers:<ntp_server:ntp_server listentry:ntp_server>}
    online_update_configuration = {enable_automatic_online_update:bool skip_interactive_patches:bool
      auto_agree_with_licenses:bool include_recommends:bool update_interval category_filter:<category
      listentry>|{category!:<category listentry>} use_deltarpm:bool}
    partitioning = <drive:{device initialize:bool is_lvm_vg:bool lvm2:bool keep_unknown_lv:bool pesize type:symbol use
      imsmdriver:symbol disklabel enable_snapshots:bool skip_list:<listentry:{skip_key! skip_value! skip_if_less_than:bool
      skip_if_more_than:bool skip_if_equal:bool}> partitions:<partition:{create*:bool crypt* crypt_fs*:bool
      crypt_method*:symbol crypt_key* crypt_pbkdf*:symbol crypt_label* crypt_cipher* crypt_key_size*:int
      filesystem*:symbol format*:bool fs_options*:{opt_blocksize:{option_str! option_value!} opt_block_size:{option_str!
      option_value!} opt_bytes_per_inode:{option_str! option_value!} opt_format:opt_format opt_hash:opt_format
      opt_inode_align:{option_str! option_value!} opt_max_inode_space:{option_str! option_value!} opt_raid:{option_str!
      option_value!} opt_reserved_blocks:{option_str! option_value!}} fstopt* label* uuid* loop_fs*:bool lv_name*
      lvm_group* mkfs_options* mount* mountby*:symbol filesystem_id*:int partition_id*:int partition_nr*:int
      partition_type*:'primary' resize*:bool raid_type* region*:<region_entry:int>+ size* stripes*:int stripesize*:int
      pool*:bool used_pool* subvolumes_prefix* device_order*:<device> raid_name* raid_options*:raid_options
      subvolumes*:<subvolume:text|subvolume listentry:text|subvolume> create_subvolumes*:bool bcache_backing_for*
      bcache_caching_for*:<listentry> btrfs_name* quotas*:bool}> raid_options:raid_options
      bcache_options:{cache_mode:'writethrough'|'writeback'|'writearound'|'none'} btrfs_options:{data_raid_level
      metadata_raid_level}}>
    printer = {client_conf_content:{file_contents} cupsd_conf_content:{file_contents}}
    proxy = {enabled:bool ftp_proxy http_proxy https_proxy no_proxy proxy_password proxy_user}
    pxe = {pxe_localboot:bool pxelinux-config tftp-server pxelinux-dir}
    report = {errors:report-kind messages:report-kind warnings:report-kind yesno_messages:report-kind}
    runlevel = {runlevel!:{default services:{service*:{service_name service_start service_stop service_status}}}}
    samba-client = {active_directory:{kdc} global:{cups_options include logon_drive logon_home logon_path map_to_guest
      passdb_backend printcap_cache_time printcap_name printing cached_login idmap_gid idmap_uid security template_shell
      usershare_allow_guests usershare_max_shares winbind_offline_logon workgroup} groups:{comment inherit_acls path
      read_only} homes:{browseable comment inherit_acls read_only valid_users} print_dollarsign_:{comment create_mask
      directory_mask force_group path write_list} printers:{browseable comment create_mask path printable}
      profiles:{comment create_mask directory_mask path read_only store_dos_attributes} users:{comment inherit_acls path
      read_only veto_files} join:{password user} mkhomedir:bool winbind:bool}
    scripts = {chroot-scripts:<script:{chrooted:bool filename interpreter location source debug:bool feedback:bool
      feedback_type param-list:<param> rerun:bool notification}>+ post-scripts:<script:autoinst-script>+
      pre-scripts:<script:autoinst-script>+ init-scripts:<script:{debug:bool filename location source}>+
      postpartitioning-scripts:<script:autoinst-script>+}
    security = {console_shutdown* cracklib_dict_path* cwd_in_root_path* cwd_in_user_path* disable_restart_on_update*
      disable_stop_on_removal* extra_services* selinux_mode*:'permissive'|'enforcing'|'disabled'
      lsm_select*:'apparmor'|'selinux'|'none' displaymanager_remote_access* displaymanager_root_login_remote*
      displaymanager_xserver_tcp_port_6000_open* enable_sysrq* passwd_encryption* fail_delay* faillog_enab* gid_max*
      gid_min* ip_tcp_syncookies* ipv6_forward* kdm_shutdown* lastlog_enab* obscure_checks_enab* pass_max_days*
      pass_max_len* pass_min_days* pass_min_len* pass_warn_age* passwd_use_cracklib* passwd_use_pwquality*
      permission_security* run_updatedb_as* runlevel3_extra_services* runlevel3_mandatory_services*
      runlevel5_extra_services* runlevel5_mandatory_services* security_policy*:{policy! action:'none'|'scan'|'remediate'}
      smtpd_listen_remote* syslog_on_no_error* system_gid_max* system_gid_min* system_uid_max* system_uid_min*
      sys_gid_max* sys_gid_min* sys_uid_max* sys_uid_min* systohc* uid_max* uid_min* useradd_cmd* userdel_postcmd*
      userdel_precmd* hibernate_system* kernel.sysrq* mandatory_services* net.ipv4.ip_forward* net.ipv4.tcp_syncookies*
      net.ipv6.conf.all.forwarding* group_encryption* ip_forward* displaymanager_shutdown* passwd_remember_history*}
    services-manager = {default_target services:<service listentry>|{disable:<service listentry> enable:<service
      listentry> on_demand:<service listentry>}}
    software = {kernel packages:<package listentry>+ post-packages:<package listentry>+ post-patterns:<pattern listentry>+
      remove-packages:<package listentry>+ patterns:<pattern listentry>+ remove-patterns:<pattern listentry>+
      products:<product listentry>+ remove-products:<product listentry>+ do_online_update:bool install_recommended:bool
      instsource}
    sound = {configure_detected:bool modules_conf:<module_conf:{alias model module options:any unique_key bus bus_id
      device_id:int hwcfg sub_device_id:int sub_vendor_id:int vendor_id:int}> rc_vars:{LOAD_ALSA_SEQ*}
      volume_settings:<volume_entry:<volume_component:{mute:bool name volume:int}>> pulse_audio_status:bool}
    squid = {acls:<listentry:{name options:<option> type}> http_accesses:<listentry:{acl:<listentry> allow:bool}>
      http_ports:<listentry:{host port transparent:bool}> refresh_patterns:<listentry:{case_sensitive:bool max min percent
      regexp}> settings:{access_log:<listentry> cache_dir:<listentry> cache_log:<listentry> cache_mem:<listentry>
      cache_mgr:<listentry> cache_replacement_policy:<listentry> cache_store_log:<listentry> cache_swap_high:<listentry>
      cache_swap_low:<listentry> client_lifetime:<listentry> connect_timeout:<listentry> emulate_httpd_log:<listentry>
      error_directory:<listentry> ftp_passive:<listentry> maximum_object_size:<listentry>
      memory_replacement_policy:<listentry> minimum_object_size:<listentry>} service_enabled_on_startup:bool}
    ssh_import = {import:bool copy_config:bool device}
    suse_register = {addons:<addon:{name! version arch release_type reg_code}> do_registration:bool email
      install_updates:bool reg_code reg_server reg_server_cert reg_server_cert_fingerprint_type
      reg_server_cert_fingerprint slp_discovery:bool}
    sysconfig = <sysconfig_entry:{sysconfig_key! sysconfig_path! sysconfig_value!}>+
    tftp-server = {tftp_directory start_tftpd:bool}
    timezone = {hwclock:'localtime'|'UTC' timezone}
    upgrade = {stop_on_solver_conflict:bool}
    user_defaults = {expire group groups home inactive no_groups:bool shell skel umask}
    users = <user:{encrypted:bool fullname surname forename gid home home_btrfs_subvolume:bool shell uid user_password
      username group groups password_settings:{expire flag inact max min warn} authorized_keys:<authorized_key
      listentry>}>

    """#
}
