/// What any Linux guest says on its console when it is in trouble, whatever installer runs in it.
enum GuestSigns {
  static func read(_ line: String) -> [InstallerObservation] {
    if let range = line.firstRange(of: "Kernel panic - not syncing") {
      let words = line[range.upperBound...].drop { $0 == ":" || $0 == " " }
      let reason = "the guest's kernel panicked" + (words.isEmpty ? "" : ": \(words.prefix(200))")
      return [.failure(InstallerProblem(reason, hint: panicHint(line), isPanic: true))]
    }
    if line.contains("Out of memory: Kill") || line.contains("invoked oom-killer") {
      return [.failure(InstallerProblem("the guest ran out of memory", hint: "give the machine more 'memory'"))]
    }
    // SeaBIOS, OVMF.
    if line.contains("No bootable device") || line.contains("No bootable option or device") {
      return [.failure(InstallerProblem("the guest's firmware found nothing to boot"))]
    }
    for sign in ["Buffer I/O error on dev", "I/O error, dev ", "EXT4-fs error"] where line.contains(sign) {
      return [.warning("the guest's disk has errors: \(line.prefix(200))")]
    }
    return []
  }

  private static func panicHint(_ line: String) -> String? {
    line.contains("Unable to mount root fs")
      ? "the initrd is damaged, of another kernel, or does not fit into the guest's memory" : nil
  }
}
