/// What Anaconda and the dracut before it say when they need somebody or give up.
///
/// To add one: a line with the words and what they mean. Words of the screen are English only in an English installation; those of
/// the log always are. (pyanaconda of rhel-9, rhel-10 and fedora-43; dracut 057 and 105)
enum AnacondaSigns {
  /// Prompts that wait for ever.
  static let questions: [String] = [
    "Please make a selection from the above", "User interaction required on", "Installation complete. Press",
    "Press ENTER to", "Please respond 'yes' or 'no'", "'c' to continue",
  ]

  /// The end of the installation; the reason stands in the same line.
  static let failures: [(words: String, problem: InstallerProblem)] = [
    (
      "failed to fetch stage2 from",
      InstallerProblem(
        "the installer's second stage could not be fetched",
        hint: "kernel, initrd and images/install.img must be of one state of the mirror; check 'mirror'")
    ),
    ("Warning: can't find /", InstallerProblem("the Kickstart file is not in the initrd")),
    ("Warning: Could not boot.", InstallerProblem("the installer's second stage did not start")),
    ("Entering emergency mode", InstallerProblem("the installer's initrd gave up")),
    ("Starting Dracut Emergency Shell", InstallerProblem("the installer's initrd gave up")),
    (
      "There was an error running the kickstart script at line",
      InstallerProblem("a script of the Kickstart file failed")
    ),
    ("Hardware error occurred", InstallerProblem("Anaconda met a hardware error")),
  ]

  /// What stands before the reason, which follows in the next lines.
  static let announcements: [String] = [
    "The exact error message is:", "An error occurred during reading the kickstart file:",
  ]

  /// The same, but part of the reason.
  static let unanswered = "The following mandatory spokes are not completed:"

  /// The last line of such a reason.
  static let reasonEnd = "The installer will now terminate."

  /// Exceptions by which Anaconda ends a non-interactive installation, as its log has them.
  static let exceptions: [String] = ["NonInteractiveError: ", "CmdlineError: "]

  /// Kept for their own tests by Anaconda's developers.
  static let success = "Installation successfully finished."
}
