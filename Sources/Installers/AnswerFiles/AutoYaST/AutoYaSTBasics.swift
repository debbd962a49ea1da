import Model

/// The sections about the installation itself, language, time and network.
struct AutoYaSTBasics {
  let sections: [XMLElement]

  init(_ request: RenderRequest) throws {
    sections = [
      Self.general(request), Self.report, try Self.language(request), try Self.keyboard(request),
      .map(
        "timezone", [.string("hwclock", "UTC"), .string("timezone", request.answers.timeZone, from: "timezone")]),
      Self.networking(request),
    ]
  }

  private static func general(_ request: RenderRequest) -> XMLElement {
    .map(
      "general",
      [
        .map(
          "mode",
          [
            .boolean("confirm", false), .boolean("confirm_base_product_license", false),
            .boolean("second_stage", false), .boolean("halt", request.powerOff),
            // These two make scripts that switch the *image* off, or restart it, when it boots first.
            .boolean("final_halt", false), .boolean("final_reboot", false),
          ]),
        .boolean("self_update", false),
        // Each one that is missing is a question on the screen. Keys that are needed lie in the installer's root.
        .map(
          "signature-handling",
          [
            .boolean("accept_unsigned_file", false), .boolean("accept_file_without_checksum", false),
            .boolean("accept_verification_failed", false), .boolean("accept_unknown_gpg_key", false),
            .boolean("accept_non_trusted_gpg_key", false), .boolean("import_gpg_key", false),
          ]),
      ])
  }

  /// Messages are written to the log; shown, they would wait for somebody, or for the time-out.
  private static let report = XMLElement.map(
    "report",
    ["errors", "messages", "warnings", "yesno_messages"].map {
      .map($0, [.boolean("log", true), .boolean("show", false), .integer("timeout", 10)])
    })

  private static func language(_ request: RenderRequest) throws -> XMLElement {
    let language = SUSEGrammar.language(request.answers) ?? "en_US"
    return .map(
      "language", [.string("language", language, from: "locale"), .string("languages", language, from: "locale")])
  }

  private static func keyboard(_ request: RenderRequest) throws -> XMLElement {
    let keymap = try SUSEGrammar.keymap(request)
    guard keymaps.contains(keymap) else {
      throw request.problem(
        "keymap", "YaST has no keyboard layout '\(keymap)'",
        hint: "the layouts are \(keymaps.sorted().joined(separator: " "))")
    }
    return .map("keyboard", [.string("keymap", keymap, from: "keymap")])
  }

  /// Any other one YaST replaces by the language's with a warning. (yast2-country 4.6, keyboards.rb)
  private static let keymaps: Set<String> = [
    "arabic", "be", "br", "br-nativo-us", "ca", "ca-multix", "ch", "ch-fr", "cn", "cz", "cz-qwerty", "de",
    "de-nodeadkeys", "dk", "ee", "es", "es-ast", "fi-kotoistus", "fr", "fr-afnor", "gb", "gr", "hr", "hu", "ir", "is",
    "it", "jp", "khmer", "kr", "latam", "lt", "nl", "no", "pl", "pt", "ro", "rs-latin", "ru", "se", "si", "sk",
    "sk-qwerty", "tr", "tw", "ua-utf", "us", "us-dvorak", "us-dvp", "us-intl",
  ]

  private static func networking(_ request: RenderRequest) -> XMLElement {
    var names: [XMLElement] = [
      .boolean("dhcp_hostname", false), .string("hostname", request.answers.hostname, from: "hostname"),
      .string("resolv_conf_policy", "auto"),
    ]
    if !request.answers.domain.isEmpty { names.append(.string("domain", request.answers.domain, from: "domain")) }
    return .map(
      "networking",
      [
        .boolean("keep_install_network", false), .map("dns", names),
        .list(
          "interfaces",
          [
            .map(
              "interface", [.string("name", "eth0"), .string("bootproto", "dhcp"), .string("startmode", "auto")])
          ]),
      ])
  }
}
