/// What Ubuntu's live system reads: subiquity, casper, cloud-init and initramfs-tools.
///
/// To add one: subiquity/cmd/server.py and server.py of canonical/subiquity, casper(7), initramfs-tools(7), cloud-init's page
/// "Kernel command line".
enum SubiquityBootWords {
  static let all = BootWords(
    """
    autoinstall rp-partuuid subiquity.autoinstallpath subiquity-channel subiquity-fake-pci-devices subiquity-log-snapd
    subiquity-server-force-no-gpgpu subiquity-storage-version
    cc ci.datasource ci.di.* ci.ds cloud-config-url cloud-init cloud-init.disabled ds network-config url
    BOOT_IMAGE boot bootfrom casper file hostname ignore_uuid integrity-check iso-chooser-menu iso-scan/filename keyboard
    keyboard-configuration/layoutcode keyboard-configuration/variantcode layerfs-path live-media live-media-offset
    live-media-path live-media-timeout locale maybe-ubiquity netboot noeject nopersistent noprompt only-ubiquity
    persistent persistent-path preseed/file showmounts toram userfullname username
    BOOTIF break nameserver nfsopts nfsroot overlayroot
    """)
}

extension Autoinstall {
  package var bootWords: BootWords { SubiquityBootWords.all }
}
