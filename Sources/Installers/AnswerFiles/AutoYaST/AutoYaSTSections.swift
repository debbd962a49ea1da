/// The names that a profile's sections and elements have, and had.
///
/// To add one: the schema of YaST's SLE-15-SP6 branches (`profile.rnc`) and the clients that are installed beside it.
enum AutoYaSTSections {
  static let known: Set<String> = [
    "add-on", "audit-laf", "auth-client", "backup", "bootloader", "classes", "configuration_management", "deploy_image",
    "dhcp-server", "dns-server", "fcoe-client", "files", "firewall", "firstboot", "ftp-server", "general",
    "geo-cluster", "groups", "host", "http-server", "iscsi-client", "kdump", "keyboard", "language", "login_settings",
    "mail", "networking", "nfs", "nfs_server", "nis", "nis_server", "ntp-client", "online_update_configuration",
    "partitioning", "printer", "proxy", "pxe", "report", "runlevel", "samba-client", "samba-server", "scripts",
    "security", "services-manager", "software", "sound", "squid", "ssh_import", "suse_register", "sysconfig",
    "tftp-server", "timezone", "upgrade", "user_defaults", "users",
    // Not in the schema, but read: linuxrc's own, and those of s390.
    "dasd", "init", "install", "linuxrc", "zfcp",
  ]

  /// Sections whose YaST modules are gone. (yast2-autoinstallation 4.6, importer.rb)
  static let obsolete: Set<String> = ["autofs", "ca_mgm", "cobbler", "inetd", "restore", "sshd"]

  /// Elements of older profiles, and what to write instead.
  static let removed: [(path: [String], advice: String)] = [
    (["language", "rootlang"], "remove it"),
    (["ntp-client", "start_at_boot"], "'ntp_sync' says when the time is set"),
    (["ntp-client", "start_in_chroot"], "remove it"),
    (["ntp-client", "configure_dhcp"], "'ntp_policy' says so"),
    (["ntp-client", "peers"], "'ntp_servers' lists them"),
    (["runlevel", "default"], "use 'services-manager' with 'default_target'"),
    (["runlevel", "services"], "use 'services-manager' with 'enable' and 'disable'"),
    (["scripts", "post-scripts", "script", "network_needed"], "remove it"),
    (["scripts", "pre-scripts", "script", "network_needed"], "remove it"),
    (["partitioning_advanced"], "use 'partitioning'"),
  ]

  /// The known name that a misspelt one most likely means: the same letters without hyphens and underscores, or one letter off.
  static func nearest(_ name: String) -> String? {
    func bare(_ word: String) -> String { word.lowercased().filter { $0 != "-" && $0 != "_" } }
    let wanted = bare(name)
    if let same = known.first(where: { bare($0) == wanted }) { return same }
    return known.sorted().first { isOneOff(bare($0), wanted) }
  }

  private static func isOneOff(_ left: String, _ right: String) -> Bool {
    let (short, long) = left.count <= right.count ? (Array(left), Array(right)) : (Array(right), Array(left))
    guard long.count - short.count <= 1, long.count > 2 else { return false }
    let same = zip(short, long).prefix { $0 == $1 }.count
    return short.count == long.count
      ? Array(short[min(same + 1, short.count)...]) == Array(long[min(same + 1, long.count)...])
      : Array(short[same...]) == Array(long[(same + 1)...])
  }
}
