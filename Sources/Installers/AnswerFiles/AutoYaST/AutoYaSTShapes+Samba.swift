extension AutoYaSTShapes {
  /// The server of Samba has as many settings as all others together.
  static let samba = #"""
    samba-server = {accounts:<account> backend:{fixme*} config:{comment listentry*:{disabled:bool name comment
      parameters:{NIS_homedir abort_shutdown_script access_based_share_enum acl_allow_execute_always acl_check_permissions
      acl_group_control acl_map_full_control add_group_script add_machine_script add_share_command add_user_script
      add_user_to_group_script addport_command addprinter_command admin_users administrative_share afs_share
      afs_token_lifetime afs_username_map aio_read_size aio_write_behind aio_write_size algorithmic_rid_base
      allocation_roundup_size allow_dns_updates allow_insecure_wide_links allow_trusted_domains async_smb_echo_handler
      auth_methods available bind_interfaces_only block_size blocking_locks browse_list browseable cache_directory
      case_sensitive change_notify change_share_command check_password_script cldap_port client_NTLMv2_auth
      client_lanman_auth client_ldap_sasl_wrapping client_max_protocol client_min_protocol client_plaintext_auth
      client_schannel client_signing client_use_spnego client_use_spnego_principal cluster_addresses clustering comment
      config_backend config_file copy create_krb5_conf create_mask csc_policy ctdb_locktime_warn_threshold ctdb_timeout
      ctdbd_socket cups_connection_timeout cups_encrypt cups_options cups_server dcerpc_endpoint_servers deadtime
      debug_class debug_hires_timestamp debug_pid debug_prefix_timestamp debug_timestamp debug_uid dedicated_keytab_file
      default_case default_devmode default_service defer_sharing_violations delete_group_script delete_readonly
      delete_share_command delete_user_from_group_script delete_user_script delete_veto_files deleteprinter_command
      dfree_cache_time dfree_command dgram_port directory_mask directory_name_cache_size directory_security_mask
      disable_netbios disable_spoolss dmapi_support dns_forwarder dns_proxy dns_update_command domain_logons domain_master
      dont_descend dos_charset dos_filemode dos_filetime_resolution dos_filetimes durable_handles ea_support
      enable_asu_support enable_core_files enable_privileges enable_spoolss encrypt_passwords enhanced_browsing
      enumports_command eventlog_list fake_directory_create_times fake_oplocks follow_symlinks force_create_mode
      force_directory_mode force_directory_security_mode force_group force_printername force_security_mode
      force_unknown_acl_user force_user fstype get_quota_command getwd_cache guest_account guest_ok guest_only
      hide_dot_files hide_files hide_special_files hide_unreadable hide_unwriteable_files homedir_map host_msdfs
      hostname_lookups hosts_allow hosts_deny idmap_backend idmap_cache_time idmap_gid idmap_negative_cache_time idmap_uid
      include inherit_acls inherit_owner inherit_permissions init_logon_delay init_logon_delayed_hosts interfaces
      invalid_users iprint_server keepalive kerberos_method kernel_change_notify kernel_oplocks kernel_share_modes
      kpasswd_port krb5_port lanman_auth large_readwrite ldap_admin_dn ldap_connection_timeout ldap_debug_level
      ldap_debug_threshold ldap_delete_dn ldap_deref ldap_follow_referral ldap_group_suffix ldap_idmap_suffix
      ldap_machine_suffix ldap_page_size ldap_passwd_sync ldap_replication_sleep ldap_ssl ldap_ssl_ads ldap_suffix
      ldap_timeout ldap_user_suffix level2_oplocks lm_announce lm_interval load_printers local_master lock_directory
      lock_spin_time locking log_file log_level log_nt_token_command log_writeable_files_on_exit logon_drive logon_home
      logon_path logon_script lppause_command lpq_cache_time lpq_command lpresume_command lprm_command
      machine_password_timeout magic_output magic_script mangle_prefix mangled_names mangling_char mangling_method
      map_acl_inherit map_archive map_hidden map_readonly map_system map_to_guest map_untrusted_to_domain max_connections
      max_disk_size max_log_size max_mux max_open_files max_print_jobs max_reported_print_jobs max_smbd_processes
      max_stat_cache_size max_ttl max_wins_ttl max_xmit message_command min_print_space min_receivefile_size min_wins_ttl
      msdfs_proxy msdfs_root multicast_dns_register name_cache_timeout name_resolve_order nbt_client_socket_address
      nbt_port ncalrpc_dir netbios_aliases netbios_name netbios_scope nmbd_bind_explicit_broadcast nsupdate_command
      nt_acl_support nt_pipe_support nt_status_support ntlm_auth ntp_signd_socket_directory ntvfs_handler null_passwords
      obey_pam_restrictions only_user oplock_break_wait_time oplock_contention_limit oplocks os2_driver_map os_level
      pam_password_change panic_action passdb_backend passdb_expand_explicit passwd_chat passwd_chat_debug
      passwd_chat_timeout passwd_program password_server path perfcount_module pid_directory posix_locking postexec
      preexec preexec_close preferred_master preload preload_modules preserve_case print_command print_notify_backchannel
      printable printcap_cache_time printcap_name printer_name printing printjob_username private_dir profile_acls
      queuepause_command queueresume_command read_list read_only read_raw realm registry_shares remote_announce
      remote_browse_sync rename_user_script reset_on_zero_vc restrict_anonymous rndc_command root_directory root_postexec
      root_preexec root_preexec_close rpc_big_endian samba_kcc_command security security_mask server_max_protocol
      server_min_protocol server_role server_schannel server_services server_signing server_string
      set_primary_group_script set_quota_command share_backend short_preserve_case show_add_printer_wizard shutdown_script
      smb2_max_credits smb2_max_read smb2_max_trans smb2_max_write smb_encrypt smb_passwd_file smb_ports socket_options
      spn_update_command stat_cache state_directory store_dos_attributes strict_allocate strict_locking strict_sync
      svcctl_list sync_always syslog syslog_only template_homedir template_shell time_server tls_cafile tls_certfile
      tls_crlfile tls_dh_params_file tls_enabled tls_keyfile unicode unix_charset unix_extensions unix_password_sync
      use_client_driver use_mmap use_ntdb use_sendfile use_spnego username username_level username_map
      username_map_cache_time username_map_script usershare_allow_guests usershare_max_shares usershare_owner_only
      usershare_path usershare_prefix_allow_list usershare_prefix_deny_list usershare_template_share utmp utmp_directory
      valid_users veto_files veto_oplock_files vfs_objects volume web_port wide_links winbind_cache_time
      winbind_enum_groups winbind_enum_users winbind_expand_groups winbind_max_clients winbind_max_domain_connections
      winbind_nested_groups winbind_normalize_names winbind_nss_info winbind_offline_logon winbind_reconnect_delay
      winbind_refresh_tickets winbind_request_timeout winbind_rpc_only winbind_sealed_pipes winbind_separator
      winbind_trusted_domains_only winbind_use_default_domain winbindd_privileged_socket_directory
      winbindd_socket_directory wins_hook wins_proxy wins_server wins_support workgroup write_cache_size write_list
      write_raw writeable wtmp_directory}}} samba-client:samba-client role service shares:<share:{options*:{option*:{key!
      value}} share*:any}> trustdom:{fixme*} trusteddomains:{trusteddomain*:{domain! password!}} version}
    """#
}
