import Model

/// The parts of the late script that take away what belongs to the build and to the machine it was made on.
///
/// What the installer writes after its last command (`/var/log/installer`) is the config's to clean.
enum AutoinstallSeal {
  /// What cloud-init was told to do once, at the first boot: without it an image looks for its own data source, as Ubuntu's cloud
  /// images do, and cloud-init stays off where there is none. (subiquity, models/subiquity.py: `_cloud_init_files`)
  static let cloudInit = """
    phase "cloud-init"
    rm -f /target/etc/cloud/cloud.cfg.d/99-installer.cfg /target/etc/cloud/cloud.cfg.d/20-disable-cc-dpkg-grub.cfg
    rm -f /target/etc/cloud/ds-identify.cfg /target/etc/cloud/clean.d/99-installer /target/etc/cloud/cloud-init.disabled
    rm -rf /target/var/lib/cloud /target/var/log/cloud-init.log /target/var/log/cloud-init-output.log
    """

  /// Every network card asks for an address, whatever its name; sorted last, so that a network that cloud-init or a person
  /// configures wins over it.
  static let network = """
    phase network
    rm -f /target/etc/netplan/*.yaml /target/etc/cloud/cloud.cfg.d/90-installer-network.cfg
    rm -f /target/etc/cloud/cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg
    mkdir -p /target/etc/netplan
    cat >/target/etc/netplan/90-image-factory.yaml <<'END'
    network:
      version: 2
      ethernets:
        zz-any:
          match:
            name: "e*"
          dhcp4: true
    END
    chmod 600 /target/etc/netplan/90-image-factory.yaml
    """

  /// Package lists are old when the image is used; the proxy is the build's.
  static let caches = """
    phase "traces of the build"
    rm -f /target/etc/apt/apt.conf.d/90curtin-aptproxy /target/etc/apt/sources.list.curtin.old
    rm -f /target/etc/systemd/system/snapd.service.d/snap_proxy.conf
    rm -rf /target/var/lib/apt/lists/* /target/var/cache/apt/*.bin /target/var/cache/apt/archives/*.deb /target/var/crash/*
    """

  static func check(_ request: RenderRequest) throws -> String {
    var text = """
      phase "last look"
      for kernel in /target/boot/vmlinuz-*; do
        [ -s "/target/boot/initrd.img-${kernel##*/vmlinuz-}" ] || { echo "kernel ${kernel##*/} has no initramfs"; exit 1; }
      done
      """
    if let host = try AutoinstallApt.proxyHost(request) {
      text += """

        if grep -rF '\(host)' /target/etc/apt /target/etc/environment; then
          echo "the build's proxy is left in apt's configuration"
          exit 1
        fi
        """
    }
    return text
  }
}
