/// One question that the Debian installer puts to an installation from the network though the priority is critical.
struct PreseedQuestion: Sendable {
  let key: String
  /// The line that answers it, or what else does.
  let hint: String
  /// Whether it is asked with these answers.
  let isAsked: @Sendable (PreseedAnswers) -> Bool

  init(_ key: String, _ hint: String, isAsked: @escaping @Sendable (PreseedAnswers) -> Bool) {
    self.key = key
    self.hint = hint
    self.isAsked = isAsked
  }
}

/// The questions of Debian 13's installer at critical priority, on a machine with one network card and one empty disk.
///
/// What belongs here: a question that stops such an installation unless it is answered; in `notAsked` the others that are put at
/// critical priority, and why they are not here. To add one: an entry.
/// Sources: user-setup 1.107, partman-auto 177, partman-base 237, partman-basicfilesystems 174, grub-installer 1.212,
/// localechooser 2.112, console-setup 1.242, choose-mirror 2.133, finish-install 2.124.
enum PreseedQuestions {
  /// The questions that `answers` leave open, at the priority that they set.
  static func open(_ answers: PreseedAnswers) -> [PreseedQuestion] {
    (answers.asksHigh ? all + high : all).filter { $0.isAsked(answers) }
  }

  static let all: [PreseedQuestion] = language + mirror + accounts + partitions + ending

  private static let language = [
    PreseedQuestion("debian-installer/locale", "d-i debian-installer/locale string en_US.UTF-8") {
      !$0.isFilled("debian-installer/locale") && !$0.isFilled("debian-installer/language")
    },
    PreseedQuestion("keyboard-configuration/xkb-keymap", "d-i keyboard-configuration/xkb-keymap select us") {
      !$0.isFilled("keyboard-configuration/xkb-keymap")
    },
  ]

  private static let mirror = ["hostname", "directory"].flatMap { part in
    ["http", "https"].map { scheme in
      PreseedQuestion("mirror/\(scheme)/\(part)", "d-i mirror/\(scheme)/\(part) string …") {
        // A country other than 'manual', given or guessed, has a mirror that is taken unasked.
        $0.value("mirror/country") == "manual" && ($0.value("mirror/protocol") ?? "http") == scheme
          && !$0.has("mirror/\(scheme)/\(part)")
      }
    }
  }

  private static let accounts = [
    PreseedQuestion("passwd/root-password", "d-i passwd/root-password-crypted password HASH, or * for a locked root") {
      asksRoot($0) && !$0.isFilled("passwd/root-password")
    },
    PreseedQuestion("passwd/root-password-again", "repeat the answer to 'passwd/root-password', or give a hash") {
      asksRoot($0) && $0.isFilled("passwd/root-password")
        && $0.value("passwd/root-password-again") != $0.value("passwd/root-password")
    },
    PreseedQuestion("passwd/user-fullname", "d-i passwd/make-user boolean false, or d-i passwd/user-fullname string …")
    {
      makesUser($0) && !$0.has("passwd/user-fullname")
    },
    PreseedQuestion("passwd/username", "d-i passwd/username string …") {
      makesUser($0) && !$0.isFilled("passwd/username")
    },
    PreseedQuestion("passwd/user-password", "d-i passwd/user-password-crypted password HASH") {
      makesUser($0) && !$0.isFilled("passwd/user-password-crypted") && !$0.isFilled("passwd/user-password")
    },
    PreseedQuestion("passwd/user-password-again", "repeat the answer to 'passwd/user-password', or give a hash") {
      makesUser($0) && !$0.isFilled("passwd/user-password-crypted") && $0.isFilled("passwd/user-password")
        && $0.value("passwd/user-password-again") != $0.value("passwd/user-password")
    },
  ]

  /// '!' counts as no answer.
  private static func asksRoot(_ answers: PreseedAnswers) -> Bool {
    answers.value("passwd/root-login") != "false"
      && ["", "!"].contains(answers.value("passwd/root-password-crypted") ?? "")
  }

  /// Without a root there always is a user.
  private static func makesUser(_ answers: PreseedAnswers) -> Bool {
    answers.value("passwd/make-user") != "false" || answers.value("passwd/root-login") == "false"
  }

  private static let partitions = [
    PreseedQuestion("partman-auto/method", "d-i partman-auto/method string regular") {
      !$0.isFilled("partman-auto/method") && !$0.isFilled("partman-auto/init_automatically_partition")
    },
    PreseedQuestion("partman/choose_partition", "d-i partman/choose_partition select finish") {
      !$0.isFilled("partman/choose_partition")
    },
    confirmation("partman") { _ in true },
    confirmation("partman-lvm") { ["lvm", "crypto"].contains($0.value("partman-auto/method") ?? "") },
    confirmation("partman-crypto") { $0.value("partman-auto/method") == "crypto" },
    confirmation("partman-md") { $0.value("partman-auto/method") == "raid" },
    // Its recipes have swap; only one of the user's own may have none.
    PreseedQuestion("partman-basicfilesystems/no_swap", "d-i partman-basicfilesystems/no_swap boolean false") {
      let recipe = $0.value("partman-auto/expert_recipe") ?? ""
      return !recipe.isEmpty && !recipe.contains("method{ swap }")
        && $0.value("partman-basicfilesystems/no_swap") != "false"
    },
  ]

  /// An empty disk has nothing to overwrite: it is this question, not `confirm`.
  private static func confirmation(
    _ part: String, when isUsed: @escaping @Sendable (PreseedAnswers) -> Bool
  ) -> PreseedQuestion {
    PreseedQuestion("\(part)/confirm_nooverwrite", "d-i \(part)/confirm_nooverwrite boolean true") {
      isUsed($0) && $0.value("\(part)/confirm_nooverwrite") != "true"
    }
  }

  private static let ending = [
    PreseedQuestion("grub-installer/bootdev", "d-i grub-installer/bootdev string default") {
      !$0.isUEFI && !$0.isFilled("grub-installer/bootdev") && !$0.isFilled("grub-installer/choose_bootdev")
    },
    PreseedQuestion("finish-install/reboot_in_progress", "d-i finish-install/reboot_in_progress note") {
      !$0.has("finish-install/reboot_in_progress")
    },
  ]
}
