/// What the answers for Ubuntu's installer may be, at every depth, in the notation of ``AnswerShapes``.
///
/// To bring it up to date: compare with `autoinstall-schema.json` of canonical/subiquity. (branches ubuntu/noble and ubuntu/resolute;
/// 22.04's installer is taken for 24.04's.) The schema leaves most maps open; what it does not name is read by nobody. Top-level keys
/// are in ``AutoinstallRelease``. `user-data` is cloud-init's, `network` netplan's, `storage: config` and `apt: sources` are curtin's:
/// of these only what the schema says.
enum AutoinstallShapes {
  static let all = AnswerShapes(
    #"""
    commands = [text|[text]]
    switch = {install:bool}
    pro = {token:~token}
    autoinstall = {version:positive interactive-sections:[text] early-commands:commands late-commands:commands
      error-commands:commands reporting:reporting user-data:{...} packages:[text] debconf-selections locale
      refresh-installer:{update:bool channel} kernel:{package flavor one(package flavor)}
      kernel-crash-dumps:{enabled!:bool|null} keyboard:{layout! variant toggle:text|null} zdevs:[{id enabled:bool}]
      source:{search_drivers:bool id} network:network ubuntu-pro:pro ubuntu-advantage:pro proxy:text|null apt:apt
      storage:{layout:{name match:any password mode sizing-policy reset-partition:any reset-partition-only:any key:any
      encrypted:any recovery-key:any ...} config:[{...}] swap:any grub:any version:any} identity:identity
      ssh:{install-server:bool authorized-keys:[text] allow-pw:bool} snaps:[{name! channel classic:bool}]
      active-directory:{admin-name domain-name} codecs:switch drivers:switch oem:{install!:bool|'auto'} timezone
      updates:'security'|'all' shutdown:'reboot'|'poweroff' ...}
    reporting = {...}
    apt = {preserve_sources_list:bool primary:[any] mirror-selection:{primary:['country-mirror'|{uri! arches:[text]}]}
      geoip:bool sources:{...} disable_components:['universe'|'multiverse'|'restricted'|'contrib'|'non-free']
      preferences:[{package! pin! pin-priority!:int}] fallback:'abort'|'continue-anyway'|'offline-install' ...}
    identity = {realname username! hostname! password! groups@26.04:[text]|{override:[text] append:[text]}}
    network = netplan|{network!:netplan}
    netplan = {version!:#2 renderer ethernets:{...} wifis:{...} bridges:{...} bonds:{...} tunnels:{...} vlans:{...}
      modems:{...} vrfs:{...} dummy-devices:{...} virtual-ethernets:{...} nm-devices:{...} openvswitch:any}
    """#)

  /// One way to report progress, whatever its name is.
  static let report = AnswerShape.map(
    AnswerShape.Map(members: [AnswerShape.Member(name: "type", shape: .text, isRequired: true)], isOpen: true))
}
