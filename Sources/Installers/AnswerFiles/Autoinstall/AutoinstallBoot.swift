import Model

/// Boot loader settings of the finished system, as lines of the late script.
enum AutoinstallBoot {
  /// curtin gives the finished system the installer's own console; a file read later says what it shall have.
  static func loader(_ request: RenderRequest) throws -> String {
    let arguments = request.answers.kernelArguments
    for word in arguments where !AnswerGrammar.isKernelWord(word) {
      throw request.problem("kernel-arguments", "'\(word.printable)' cannot be written into the boot loader's settings")
    }
    var settings = ["GRUB_CMDLINE_LINUX_DEFAULT=\"\"", "GRUB_CMDLINE_LINUX=\"\(arguments.joined(separator: " "))\""]
    if let serial = SerialConsole.grubCommand(for: arguments) {
      settings += ["GRUB_TERMINAL=\"console serial\"", "GRUB_SERIAL_COMMAND=\"\(serial)\""]
    }
    let removable = request.answers.disk.firmware == .uefi ? "\n" + Self.removable : ""
    return """
      phase "boot loader"
      mkdir -p /target/etc/default/grub.d
      cat >/target/etc/default/grub.d/99-image-factory.cfg <<'END'
      \(settings.joined(separator: "\n"))
      END
      in_target update-grub\(removable)
      """
  }

  /// An image has no entry in the variables of the firmware it will meet: it boots from the path for removable media.
  private static let removable = """
    folder=/target/boot/efi/EFI
    if [ ! -e "$folder/BOOT/BOOTX64.EFI" ]; then
      mkdir -p "$folder/BOOT"
      cp "$folder/ubuntu/shimx64.efi" "$folder/BOOT/BOOTX64.EFI"
      cp "$folder/ubuntu/grubx64.efi" "$folder/BOOT/grubx64.efi"
    fi
    """
}
