/// What Agama and its live system read beside dracut's words: openSUSE Leap 16.
///
/// To add one: the documentation's page of boot options and `live/` of agama-project/agama. (branch SLE-16)
enum AgamaBootWords {
  static let all = BootWords(table, DracutBootWords.table)

  private static let table = """
    inst.auto inst.auto_insecure inst.config_url inst.copy_network inst.debug inst.dud inst.dud_insecure
    inst.dud_packages.gpg inst.finish inst.info inst.install inst.install_url inst.listen_on inst.register_url
    inst.script inst.script_insecure inst.self_update inst.web.ssl inst.web.ssl_cert inst.web.ssl_key
    # The older spelling.
    agama.auto agama.config_url agama.info agama.install_url
    live.password live.password_dialog live.password_hash live.password_systemd mediacheck proxy nmtui
    """
}

extension Agama {
  package var bootWords: BootWords { AgamaBootWords.all }
}
