import Model

/// The sections about the finished system: boot loader, services, packet filter, SELinux.
struct AutoYaSTSystem {
  private let answers: InstallAnswers

  init(_ request: RenderRequest) { answers = request.answers }

  var bootLoader: XMLElement {
    var global: [XMLElement] = [.string("os_prober", "false"), .string("update_nvram", "false")]
    // An empty list would take away the distribution's own arguments.
    if !answers.kernelArguments.isEmpty {
      global.append(.string("append", answers.kernelArguments.joined(separator: " "), from: "kernel-arguments"))
    }
    if let serial = SerialConsole.grubCommand(for: answers.kernelArguments) {
      global += [.string("terminal", "console serial"), .string("serial", serial)]
    }
    let type = answers.disk.firmware == .uefi ? "grub2-efi" : "grub2"
    return .map("bootloader", [.string("loader_type", type), .map("global", global)])
  }

  /// Services proper; timers, sockets and masks are the script's.
  var services: XMLElement? {
    var enabled = answers.services.enabled.filter(Self.isService)
    if answers.timeServers != nil, !enabled.contains("chronyd") { enabled.append("chronyd") }
    let disabled = answers.services.disabled.filter(Self.isService)
    guard !enabled.isEmpty || !disabled.isEmpty else { return nil }
    var lists: [XMLElement] = []
    if !enabled.isEmpty { lists.append(.strings("enable", "service", enabled, from: "services-enable")) }
    if !disabled.isEmpty { lists.append(.strings("disable", "service", disabled, from: "services-disable")) }
    return .map("services-manager", [.map("services", lists)])
  }

  /// What YaST's own section cannot switch.
  var serviceCommands: [String] {
    let services = answers.services
    return services.enabled.filter { !Self.isService($0) }.map { "systemctl enable \($0)" }
      + services.disabled.filter { !Self.isService($0) }.map { "systemctl disable \($0)" }
      + services.masked.map { "systemctl mask \($0)" }
  }

  private static func isService(_ unit: String) -> Bool {
    !unit.contains("@") && (!unit.contains(".") || unit.hasSuffix(".service"))
  }

  /// The ports and services that are named, and no other.
  var firewall: XMLElement? {
    guard let firewall = answers.firewall else { return nil }
    var parts: [XMLElement] = [.boolean("enable_firewall", firewall.enabled), .boolean("start_firewall", false)]
    if firewall.enabled {
      let ports = firewall.open.compactMap(SUSEGrammar.port)
      let services = firewall.open.filter { SUSEGrammar.port($0) == nil }
      parts += [
        .string("default_zone", "public"),
        .list(
          "zones",
          [
            .map(
              "zone",
              [
                .string("name", "public"), .strings("services", "service", services, from: "firewall-open"),
                .strings("ports", "port", ports, from: "firewall-open"),
              ])
          ]),
      ]
    }
    return .map("firewall", parts)
  }

  var security: XMLElement? {
    guard let mode = answers.selinux else { return nil }
    let module: [XMLElement] = mode == .disabled ? [] : [.string("lsm_select", "selinux")]
    return .map("security", module + [.string("selinux_mode", mode.rawValue)])
  }
}
