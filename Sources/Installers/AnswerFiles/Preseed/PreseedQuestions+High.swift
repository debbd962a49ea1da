/// What Debian 13's installer asks beyond the critical questions when nothing sets its priority, which is `high` then.
///
/// What belongs here: as in ``PreseedQuestions/all``; in ``PreseedQuestions/notAskedHigh`` the others. The name of the machine and its
/// domain are asked before a file is read, and looked at in ``PreseedCheck``.
/// Sources: the same, and tzsetup 0.122, tasksel 3.82, pkgsel 0.85, partman-auto-lvm 103, keyboard-configuration 1.242.
extension PreseedQuestions {
  static let high: [PreseedQuestion] = placeQuestions + mirrorQuestions + diskQuestions + packageQuestions

  private static let placeQuestions = [
    PreseedQuestion("debian-installer/country", "d-i debian-installer/country string …, or give the whole locale") {
      !$0.isFilled("debian-installer/locale") && $0.isFilled("debian-installer/language")
        && !$0.isFilled("debian-installer/country")
    },
    PreseedQuestion("keyboard-configuration/toggle", "d-i keyboard-configuration/toggle select No toggling") {
      twoAlphabets.contains(String(($0.value("keyboard-configuration/xkb-keymap") ?? "").prefix { $0.isLetter }))
        && !$0.isFilled("keyboard-configuration/toggle")
    },
    PreseedQuestion("time/zone", "d-i time/zone string Etc/UTC") {
      !$0.isFilled("time/zone") && manyZones.contains(country($0))
    },
  ]

  /// Layouts that come with a Latin one, between which a key changes. (`unsupported_layout` and the like of keyboard-configuration.config)
  private static let twoAlphabets: Set<String> = [
    "am", "ara", "bg", "by", "ge", "gr", "il", "ir", "kz", "mk", "mn", "rs", "ru", "th", "tj", "ua",
  ]

  /// Countries with several time zones: the templates `tzsetup/country/…`.
  private static let manyZones: Set<String> = [
    "AQ", "AU", "BR", "CA", "CD", "CL", "CY", "EC", "ES", "FM", "GL", "ID", "KI", "KZ", "MN", "MX", "NZ", "PF", "PG",
    "PT",
    "RU", "UM", "US",
  ]

  /// What is set, or the locale's.
  private static func country(_ answers: PreseedAnswers) -> String {
    if let country = answers.value("debian-installer/country"), !country.isEmpty { return country }
    let parts = (answers.value("debian-installer/locale") ?? "").split(separator: "_")
    return parts.count > 1 ? String(parts[1].prefix { $0.isLetter }) : ""
  }

  private static let mirrorQuestions = [
    PreseedQuestion("mirror/country", "d-i mirror/country string manual, with a host name and a directory") {
      !$0.isFilled("mirror/country") && !$0.isFilled("mirror/\(scheme($0))/countries")
    },
    PreseedQuestion("mirror/http/mirror", "d-i mirror/http/mirror select …, or d-i mirror/country string manual") {
      $0.value("mirror/country") != "manual" && scheme($0) == "http" && !$0.isFilled("mirror/http/mirror")
    },
    PreseedQuestion("mirror/https/mirror", "d-i mirror/https/mirror select …, or d-i mirror/country string manual") {
      $0.value("mirror/country") != "manual" && scheme($0) == "https" && !$0.isFilled("mirror/https/mirror")
    },
    // An empty answer is one: no proxy.
    PreseedQuestion("mirror/http/proxy", "d-i mirror/http/proxy string") {
      scheme($0) == "http" && !$0.has("mirror/http/proxy")
    },
    PreseedQuestion("mirror/https/proxy", "d-i mirror/https/proxy string") {
      scheme($0) == "https" && !$0.has("mirror/https/proxy")
    },
  ]

  private static func scheme(_ answers: PreseedAnswers) -> String { answers.value("mirror/protocol") ?? "http" }

  private static let diskQuestions = [
    // A recipe of one's own is no choice any more.
    PreseedQuestion("partman-auto/choose_recipe", "d-i partman-auto/choose_recipe select atomic") {
      !$0.isFilled("partman-auto/choose_recipe") && !$0.isFilled("partman-auto/expert_recipe")
        && !$0.isFilled("partman-auto/expert_recipe_file") && $0.value("partman-auto/method") != "raid"
    },
    PreseedQuestion("partman-auto-lvm/guided_size", "d-i partman-auto-lvm/guided_size string max") {
      ["lvm", "crypto"].contains($0.value("partman-auto/method") ?? "") && !$0.isFilled("partman-auto-lvm/guided_size")
    },
  ]

  private static let packageQuestions = [
    PreseedQuestion("tasksel/first", "tasksel tasksel/first multiselect standard") {
      !$0.has("tasksel/first") && $0.value("pkgsel/run_tasksel") != "false"
    },
    PreseedQuestion(
      "popularity-contest/participate", "popularity-contest popularity-contest/participate boolean false"
    ) { !$0.isFilled("popularity-contest/participate") },
  ]

  /// Questions at priority `high`, or at one that depends, which no installation from the network onto one empty disk meets.
  static let notAskedHigh: [String: String] = [
    "apt-setup/cdrom/set-first": "only when installing from a CD",
    "base-installer/kernel/skip-install": "only when no kernel suits the machine",
    "base-installer/use_unclean_target": "the disk is empty", "di-utils-shell/do-shell": "an entry of the menu",
    "disk-detect/module_select": "the disk is found by the installer's own modules",
    "ethdetect/module_select": "the network card is found by the initrd's own modules",
    "ethdetect/use_firewire_ethernet": "there is no such card",
    "grub-installer/choose_bootdev": "'grub-installer/bootdev' is asked for at critical priority",
    "hw-detect/load_firmware": "virtual machines need no firmware",
    "localechooser/translation/no-select": "only for languages that are not translated",
    "localechooser/translation/none-yet": "only for languages that are not translated",
    "partman-partitioning/bootable_logical": "only when partitioning by hand",
  ]
}
