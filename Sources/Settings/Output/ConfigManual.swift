/// The whole manual page image-factory.conf(5): what a file may say, then every setting of the table.
package enum ConfigManual {
  /// Roff source (man macros); ends with a line end. `image-factory settings --man` prints it.
  package static func page(kinds: KnownKinds = KnownKinds()) -> String {
    var lines = [".TH IMAGE\\-FACTORY.CONF 5", ".SH NAME", "image\\-factory.conf \\- what image\\-factory(1) builds"]
    for (title, paragraphs) in chapters {
      lines.append(".SH " + Roff.quoted(title))
      for (index, paragraph) in paragraphs.enumerated() {
        if index > 0 { lines.append(".PP") }
        lines.append(Roff.text(paragraph))
      }
    }
    lines +=
      [".SH EXAMPLE", ".nf"]
      + example.split(separator: "\n", omittingEmptySubsequences: false).map { Roff.text(String($0)) }
    lines.append(".fi")
    return lines.joined(separator: "\n") + "\n" + SettingsTable.man(kinds: kinds)
  }

  private static let chapters: [(String, [String])] = [
    (
      "DESCRIPTION",
      [
        "Each image is a section of an INI file. Values of all files are laid over each other; later files win.",
        "A section is an image when it says 'inherits' or names its installer with 'kernel' and 'initrd', unless it says "
          + "'template = yes'. Files of the Python image-factory load unchanged.",
      ]
    ),
    (
      "FILES",
      [
        "configs/defaults.conf, configs/distros/*.conf, configs/images/*.conf: shipped. Found beside the source tree or below the "
          + "install prefix, or where IMAGE_FACTORY_CONFIGS or --configs say; left out with --no-shipped.",
        "/etc/image-factory.conf, then /etc/image-factory.d/*.conf by name, then ~/.config/image-factory.conf. "
          + "IMAGE_FACTORY_CONFIG names one file to read instead of these, --config one or more.",
        "The command line wins: --set KEY=VALUE for the image that is built, --set '[SECTION]KEY=VALUE' for any section.",
      ]
    ),
    (
      "FORMAT",
      [
        "As Python's configparser reads it: 'key = value' or 'key: value'; keys in any case, '_' and '-' are one in known keys; "
          + "lines indented deeper than their key continue its value; lines starting with '#' or ';' are comments. "
          + "A section or key that is written twice in one file is an error. Files are UTF-8.",
        "${key} and ${section:key} stand for other values, $$ for a dollar sign, at most ten levels deep. A reference is looked up "
          + "in the image that is built, when it is built: a later file changes what earlier ones refer to. ${config-folder} is the "
          + "folder of the file a value stands in.",
        "A key that is no setting is a variable when some value refers to it; else it is a warning, with --strict an error, "
          + "and an error in any case when it looks like a mistyped setting.",
      ]
    ),
    (
      "INHERITANCE",
      [
        "An image sees its own values, then those of the section it inherits from, and so on, then those of [DEFAULT]. "
          + "An empty value takes an inherited one back. Lists are replaced as a whole; write "
          + "'packages = ${debian:packages} vim' to add to one."
      ]
    ),
    (
      "VALUES",
      [
        "Yes or no: yes, no, on, off, true, false, 1, 0 in any case. Sizes: 2G, 2 GiB, 1.5 GB, 512B, 2048; letters alone and with "
          + "iB are powers of 1024, with B powers of 1000. Durations: 90s, 15m, 2h, 1h30m; a number alone is seconds. "
          + "Lists: words separated by blanks, commas or lines. Commands: words quoted as in a shell; no shell is run.",
        "Relative paths start at the working folder. In the shipped configs, and in those of --configs and --tree, they start at the "
          + "folder of the file that names them. ~/ is the home folder.",
      ]
    ),
    (
      "TREES",
      [
        "With --tree CHECKOUT the layers of eos-image-builder are read from CHECKOUT/config: defaults.ini; product, branch, arch, "
          + "platform and personality, each from a folder of its name, a personality by its prefixes; the ten pairs of these; "
          + "/etc/eos-image-builder/config.ini; the same tree below --localdir; config/local.ini. OPT_add and OPT_del are merged. "
          + "private.ini in these three places is used and never shown, and refused when others than its owner may read it.",
        "How the image of a tree is installed stands in its section [image-factory], which may inherit from any shipped section. "
          + "'merged_options' in [build] is the list of merged options as SECTION:OPTION, with _add and _del of its own.",
      ]
    ),
  ]

  private static let example = """
    [web]
    inherits = debian-13
    image-size = 8G
    packages = ${debian:packages} nginx
    users = admin
    upload-destinations = mirror-fra

    [user:admin]
    sudo = yes
    ssh-keys = ~/.ssh/id_ed25519.pub

    [mirror-fra]
    upload-type = rsync
    upload-target = images@mirror.example.org:/srv/images/
    """
}
