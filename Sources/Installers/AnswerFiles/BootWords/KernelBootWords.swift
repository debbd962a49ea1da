/// What the kernel, systemd and udev read on any installer's kernel line.
///
/// To add one: Documentation/admin-guide/kernel-parameters.txt of the kernel; kernel-command-line(7) and systemd(1). A module whose
/// parameters stand here has no others that are let through.
enum KernelBootWords {
  static let table = """
    --- -- 0 1 2 3 4 5 6 S s single emergency rescue
    acpi acpi_backlight acpi_enforce_resources acpi_osi acpi_rsdp acpi_sleep acpi_apic_instance allow_mismatched_32bit_el0
    apic apparmor audit audit_backlog_limit boot_delay bootconfig bootmem_debug cgroup_disable cgroup_enable cgroup_no_v1
    clearcpuid clk_ignore_unused clocksource cma console consoleblank coredump_filter cpuidle.off cpuidle.governor
    cpufreq.off cpufreq.default_governor crashkernel cryptomgr.notests debug debugpat default_hugepagesz
    deferred_probe_timeout delayacct dhash_entries dis_ucode_ldr disable_mtrr_cleanup dma_debug dyndbg early_ioremap_debug
    earlycon earlyprintk edac_report edd efi efi_pstore.pstore_disable elevator enable_mtrr_cleanup enforcing fips fb
    fbcon floppy fsck.mode fsck.repair gpt hashdist hest_disable hibernate highres hpet hugepages hugepagesz
    hvc_iucv hung_task_panic hv_nopvspin ia32_emulation idle ignore_loglevel ima_appraise ima_policy
    init init_on_alloc init_on_free initcall_blacklist initcall_debug initramfs_async initramfs_options initrd
    intel_idle.max_cstate intel_iommu intel_pstate io_delay iommu iommu.passthrough iommu.strict ip
    ipv6.autoconf ipv6.disable ipv6.disable_ipv6 irqaffinity irqfixup irqpoll isolcpus
    kaslr kernelcore keepinitrd keep_bootcon kgdboc kmemleak kpti kvm.* l1tf lapic libata.* log_buf_len loglevel
    loop.max_loop loop.max_part lockdown lpj lsm max_cpus max_loop maxcpus mce mds mem mem_encrypt mem_sleep_default memhp_default_state
    memmap memory_corruption_check memtest migration_debug mitigations mmio_stale_data module.sig_enforce
    module_blacklist modprobe.blacklist modeset msr.allow_writes mtrr_chunk_size
    net.ifnames net.naming-scheme biosdevname netconsole netdev nfsroot nfsrootdebug nmi_watchdog no-kvmclock no-hlt
    no-steal-acc no_console_suspend no_entry_flush no_hash_pointers no_stf_barrier no_timer_check noaliencache noacpi
    noalign noapic noapictimer noautogroup nobiosdevname nocache noclflush noexec nofpu nohibernate nohalt nohlt nohpet
    nohz nohz_full nohugeiomap nokaslr noinitrd nointremap nojitter nolapic nolapic_timer nomce nomodeset
    nomodule nomsi nonmi_ipi nopat nopcid nopku nopti nopvspin norandmaps noreplace-smp noresume nosgx nosmap nosmep
    nosmp nosmt nosoftlockup nospec_store_bypass_disable nospectre_bhb nospectre_v1 nospectre_v2 nosplash noswapaccount
    notsc nousb nouveau.* nox2apic noxsave nowatchdog nr_cpus numa numa_balancing nvme_core.*
    oops ostree ostree-finalize-staged page_alloc.shuffle page_owner page_poison panic panic_on_oops panic_on_warn
    panic_print parport pause_on_oops pci pcie_aspm pcie_port_pm pnp.debug pnpbios possible_cpus preempt print-fatal-signals
    printk.* printk_ratelimit processor.max_cstate profile psi quiet radix_hcall_invalidate ramdisk_size
    random.trust_bootloader random.trust_cpu randomize_kstack_offset rcu_nocbs rcupdate.* rcutree.* rdinit reboot
    reserve resume resume_offset resumedelay resumewait retain_initrd retbleed ro root rootdelay rootflags rootfstype
    rootwait rw sched_verbose scsi_mod.* security selinux serialnumber setup_data show_lapic slab_nomerge slub_debug
    smt softlockup_panic spec_rstack_overflow spec_store_bypass_disable spectre_v2 spectre_v2_user splash split_lock_detect
    srbds stacktrace swapaccount swiotlb switches sysfs.deprecated sysrq_always_enabled
    systemd.clock_usec systemd.condition_first_boot systemd.condition_needs_update systemd.confirm_spawn systemd.cpu_affinity
    systemd.crash_action systemd.crash_chvt systemd.crash_reboot systemd.crash_shell systemd.debug_shell
    systemd.default_debug_tty systemd.default_device_timeout_sec systemd.default_standard_error
    systemd.default_standard_output systemd.default_timeout_start_sec systemd.dump_core systemd.early_core_pattern
    systemd.firstboot systemd.getty_auto systemd.gpt_auto systemd.hostname systemd.image_policy
    systemd.import_credentials systemd.journald.* systemd.legacy_systemd_cgroup_controller systemd.log_color
    systemd.log_level systemd.log_location systemd.log_target systemd.log_tid systemd.log_time
    systemd.log_ratelimit_kmsg systemd.machine_id systemd.mask systemd.mount-extra systemd.network_sysctl
    systemd.random_seed systemd.restore_state systemd.run systemd.run_failure_action systemd.run_success_action
    systemd.service_watchdogs systemd.set_credential systemd.set_credential_binary systemd.setenv systemd.show_status
    systemd.ssh_auto systemd.ssh_listen systemd.status_unit_format systemd.swap systemd.swap-extra
    systemd.sysroot_verity systemd.system_credentials systemd.tty.* systemd.unified_cgroup_hierarchy systemd.unit
    systemd.verity systemd.volatile systemd.wants systemd.watchdog_device systemd.watchdog_pre_sec systemd.watchdog_sec
    locale.LANG locale.LANGUAGE locale.LC_* vconsole.font vconsole.font_map vconsole.font_unimap vconsole.keymap
    vconsole.keymap_toggle vconsole.unicode luks luks.crypttab luks.key luks.name luks.options luks.uuid
    udev.blockdev_read_only udev.children_max udev.event_timeout udev.exec_delay udev.log_level udev.log_priority
    udev.timeout_signal modules_load modules-load quickboot fastboot forcefsck
    plymouth.enable plymouth.debug plymouth.force-scale plymouth.ignore-serial-consoles plymouth.ignore-udev
    plymouth.use-simpledrm plymouth.splash plymouth.tty
    tboot thp_anon tp_printk trace_buf_size trace_clock trace_event traceoff_on_warning transparent_hugepage tsc tsx
    tsx_async_abort uart_detect.* unknown_nmi_panic usbcore.* user_debug vdso vga video vmalloc vmpcoredd vsyscall
    vt.color vt.cur_default vt.default_blu vt.default_grn vt.default_red vt.default_utf8 vt.global_cursor_default
    vt.italic vt.underline watchdog_thresh workqueue.* x2apic_phys xen_nopvspin
    zswap.accept_threshold_percent zswap.compressor zswap.enabled zswap.max_pool_percent zswap.same_filled_pages_enabled
    zswap.shrinker_enabled zswap.zpool
    8250.nr_uarts 8250.skip_txen_test 8250.probe_rsa 8250.share_irqs
    # Environment of the first process.
    HOME LANG PATH TERM
    """
}
