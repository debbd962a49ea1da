/// Serial consoles among kernel arguments.
enum SerialConsole {
  /// The numbers of the ports that `console=ttySN` names.
  static func units(in arguments: [String]) -> [Int] {
    arguments.compactMap { word in
      guard word.hasPrefix("console=ttyS") else { return nil }
      return Int(word.dropFirst("console=ttyS".count).prefix { $0.isNumber })
    }
  }

  /// GRUB's own command for the last serial console, with its speed; nil when there is none.
  static func grubCommand(for arguments: [String]) -> String? {
    guard let word = arguments.last(where: { $0.hasPrefix("console=ttyS") }), let unit = units(in: [word]).first else {
      return nil
    }
    let options = word.split(separator: ",").dropFirst().first ?? ""
    let speed = Int(options.prefix { $0.isNumber }) ?? 9600
    return "serial --unit=\(unit) --speed=\(speed)"
  }
}
