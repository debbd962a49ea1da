import Testing

/// One thing that a caller may try.
struct Attack: Sendable, CustomTestStringConvertible {
  /// What it is, with the number of python-original.md 5.2 where it is from there.
  let testDescription: String
  /// The words behind the helper's name; marks in braces are replaced by ``AttackGround``.
  let words: [String]
  /// Words between `sudo -n` and the helper's name.
  var sudo: [String] = []
  /// Of the user without the group.
  var byOutsider = false

  init(_ name: String, _ words: String..., sudo: [String] = [], byOutsider: Bool = false) {
    self.init(name, words: words, sudo: sudo, byOutsider: byOutsider)
  }

  init(_ name: String, words: [String], sudo: [String] = [], byOutsider: Bool = false) {
    testDescription = name
    self.words = words
    self.sudo = sudo
    self.byOutsider = byOutsider
  }

  /// The Python tool's own holes come first.
  static let all: [Attack] = [
    environment, environmentOptions, symlinks, mounts, oneWord, foreignFiles, rights, verbs, paths, numbers, kinds,
    outputs,
    oddOutputs, patterns, options, oddOptions, images,
  ].flatMap { $0 }

  private static let rest = ["1048576", "50331648", "ext4"]
  private static let cleanWords = ["clean"] + order + ["--output={output}"]
  private static let order = ["{ext4}", "1048576", "50331648", "ext4"]

  private static func clean(_ name: String, _ words: [String], _ more: String...) -> Attack {
    Attack(name, words: ["clean"] + words + more)
  }

  // --- 19: the environment

  private static let environment: [Attack] =
    [
      "BASH_ENV=/tmp/x", "ENV=/tmp/x", "PATH=/tmp", "LD_PRELOAD=/tmp/x.so", "LD_LIBRARY_PATH=/tmp",
      "LD_AUDIT=/tmp/x.so",
      "GCONV_PATH=/tmp", "NLSPATH=/tmp", "HOSTALIASES=/tmp/x", "SWIFT_BACKTRACE=enable=yes,swift-backtrace=/tmp/x",
      "TMPDIR=/tmp/x", "SUDO_UID=0", "SUDO_USER=root", "SUDO_GID=0", "DRYRUN=1", "IFS=/", "SHELLOPTS=xtrace",
      "PS4=$(id)",
      "PYTHONPATH=/tmp", "PERL5OPT=-Mx",
    ].map { (variable: String) -> Attack in
      let name = variable.split(separator: "=").first.map(String.init) ?? ""
      return Attack("19: \(name) passed through sudo", "--check", sudo: [variable])
    }

  private static let environmentOptions: [Attack] =
    [
      Attack("19: the whole environment kept", "--check", sudo: ["-E"]),
      Attack("19: a variable kept by name", "--check", sudo: ["--preserve-env=USER"]),
      Attack("19: sudo's working folder chosen", "--check", sudo: ["-D", "/etc"]),
      Attack("19: as another user than root", "--check", sudo: ["-u", "daemon"]),
      Attack("19: as user -1", "--check", sudo: ["-u", "#-1"]),
      Attack("19: as user 4294967295", "--check", sudo: ["-u", "#4294967295"]),
      Attack("19: with descriptors kept open", "--check", sudo: ["-C", "99"]),
      Attack("19: in a root of the caller's", "--check", sudo: ["-R", "/tmp"]),
      Attack("19: with another group", "--check", sudo: ["-g", "image-factory"]),
      Attack("19: by a shell of sudo's", "--check", sudo: ["-s"]),
      Attack("19: by a login shell of sudo's", "--check", sudo: ["-i"]),
      Attack("19: by sudo's editor", sudo: ["-e"]),
    ]

  // --- 20: text that names a link

  private static let symlinks: [Attack] = [
    Attack("20: chmod through a link to /etc", "chmod", "o+rw", "{scratch}/etc/shadow"),
    Attack("20: chmod -R through a link to /etc", "chmod", "-R", "o+rwx", "{scratch}/etc"),
    Attack("20: chmod of a link to a file of root's", "chmod", "o+r", "{scratch}/secret"),
    Attack("20: mount on a link to /etc", "mount", "/dev/loop0", "{scratch}/etc"),
    Attack("20: umount through a link to /etc", "umount", "{scratch}/etc"),
    Attack("20: umount of a link to a mount", "umount", "{scratch}/proc"),
    Attack("20: the mount point is a link to /etc", "mount", "{loop}", "{link}"),
    Attack("20: umount where the mount point is a link", "umount", "{link}"),
    Attack("20: chmod where the mount point is a link", "chmod", "o+r", "{link}"),
    Attack("20: chmod below a mount point that is a link", "chmod", "o+r", "{link}/shadow"),
    Attack("20: chmod -R of the caller's own unmounted folder", "chmod", "-R", "o+rwx", "{scratch}"),
    Attack("20: chmod up and out", "chmod", "o+r", "{scratch}/../../etc/shadow"),
    Attack("20: chmod of the mount point's neighbour", "chmod", "o+r", "/tmp/image-factory."),
    Attack("20: mount up and out", "mount", "{loop}", "/tmp/image-factory.x/../../etc"),
    Attack("20: mount on a folder of root's", "mount", "{loop}", "{rootscratch}"),
    Attack("20: mount on a folder that others can write", "mount", "{loop}", "{openscratch}"),
    Attack("20: mount below the mount point", "mount", "{loop}", "{scratch}/inner"),
    Attack("20: mount on a file", "mount", "{loop}", "{filescratch}"),
    Attack("20: the name continues behind a line end", "umount", "/tmp/image-factory.x\n/etc"),
  ]

  // --- 21: what is mounted

  private static let mounts: [Attack] = [
    Attack("21: a loop device of root's file", "mount", "{rootloop}", "{scratch}"),
    Attack("21: a loop device of another user's file", "mount", "{otherloop}", "{scratch}"),
    Attack("21: a loop device without a file", "mount", "/dev/loop4095", "{scratch}"),
    Attack("21: /dev/loop without a number", "mount", "/dev/loop", "{scratch}"),
    Attack("21: /dev/loop-control", "mount", "/dev/loop-control", "{scratch}"),
    Attack("21: a partition of a loop device", "mount", "/dev/loop0p1", "{scratch}"),
    Attack("21: a number with a leading zero", "mount", "/dev/loop00", "{scratch}"),
    Attack("21: a number too large", "mount", "/dev/loop99999", "{scratch}"),
    Attack("21: a disk", "mount", "/dev/sda", "{scratch}"),
    Attack("21: the host's disk", "mount", "/dev/vda", "{scratch}"),
    Attack("21: memory", "mount", "/dev/mem", "{scratch}"),
    Attack("21: proc", "mount", "proc", "{scratch}"),
    Attack("21: an image file", "mount", "{ext4}", "{scratch}"),
    Attack("21: up and out of /dev", "mount", "/dev/loop0/../sda", "{scratch}"),
    Attack("21: options before", "mount", "-o", "suid,dev,exec", "{loop}", "{scratch}"),
    Attack("21: options behind", "mount", "{loop}", "{scratch}", "-o", "suid"),
    Attack("21: a bind mount", "mount", "--bind", "/etc", "{scratch}"),
    Attack("21: a remount", "mount", "-o", "remount,suid", "{scratch}"),
    Attack("21: a move", "mount", "--move", "/etc", "{scratch}"),
    Attack("21: a kind of file system", "mount", "-t", "fuse", "{loop}", "{scratch}"),
    Attack("21: all of fstab", "mount", "-a"),
    Attack("21: everything unmounted", "umount", "-a"),
    Attack("21: unmounted lazily", "umount", "-l", "{scratch}"),
    Attack("21: the host's root unmounted", "umount", "/"),
    Attack("21: /proc unmounted", "umount", "/proc"),
    Attack("21: somebody else's mount unmounted", "umount", "{foreignmount}"),
    Attack("21: somebody else's mount opened", "chmod", "-R", "o+rwx", "{foreignmount}"),
    Attack("21: nothing is mounted there", "umount", "{scratch}"),
  ]

  // --- 22: words that are matched joined and used apart

  private static let oneWord: [Attack] = [
    Attack("22: verb and device in one word", "mount /dev/loop0", "/tmp/image-factory.x"),
    Attack("22: everything in one word", "mount /dev/loop0 /tmp/image-factory.x"),
    Attack("22: umount in one word", "umount /tmp/image-factory.x"),
    Attack("22: chmod in one word", "chmod o+rwx /tmp/image-factory.x"),
    Attack("22: -R in the same word", "chmod", "-R o+rwx", "/tmp/image-factory.x"),
    Attack("22: two paths in one word", "umount", "/tmp/image-factory.x /etc"),
    Attack("22: a word too many", "umount", "/tmp/image-factory.x", "/etc"),
    Attack("22: an empty word between", "mount", "", "/dev/loop0", "/tmp/image-factory.x"),
    Attack("22: an empty word behind", "umount", "/tmp/image-factory.x", ""),
    Attack("22: a blank behind the verb", "umount ", "/tmp/image-factory.x"),
  ]

  // --- 23 to 25: the host's files and disks

  private static let foreignFiles: [Attack] =
    [
      "/etc/shadow", "/etc/passwd", "/dev/vda", "/dev/sda", "/dev/mem", "/dev/zero", "/dev/null", "/dev/loop-control",
      "/dev/stdin",
      "/proc/self/mem", "/proc/self/fd/0", "/proc/1/root/etc/shadow", "/proc/kcore", "/", "/etc", "{canary}/secret",
      "{canary}",
      "{linktosecret}", "{linktoimage}", "{throughlink}", "{otherimage}", "{hardlink}", "{fifo}", "{folder}",
      "{socket}",
      "{missing}", "{rootinside}", "{setuid}", "{setgid}", "{acl}", "{ramfs}", "/proc/self/root{ext4}",
      "/proc/self/cwd/ext4.raw",
    ].map { (file: String) -> Attack in clean("23-25: the image is \(file)", [file] + rest, "--output={output}") }

  // --- 25 and 26: who calls, and what others may do

  private static let rights: [Attack] = [
    Attack("25: --check by a user outside of the group", "--check", byOutsider: true),
    Attack(
      "25: clean by a user outside of the group", words: ["clean"] + order + ["--output={output}"], byOutsider: true),
    Attack("25: umount by a user outside of the group", "umount", "{scratch}", byOutsider: true),
    Attack("25: an unknown verb by a user outside of the group", "sh", byOutsider: true),
    Attack("26: rights of the group", "chmod", "g+rwx", "{scratch}"),
    Attack("26: rights of all", "chmod", "a+rwx", "{scratch}"),
    Attack("26: the set-user-id bit", "chmod", "u+s", "{scratch}"),
    Attack("26: the set-user-id bit with others'", "chmod", "o+rwxs", "{scratch}"),
    Attack("26: the sticky bit", "chmod", "o+t", "{scratch}"),
    Attack("26: an octal mode", "chmod", "4755", "{scratch}"),
    Attack("26: two changes", "chmod", "o+r,u+s", "{scratch}"),
    Attack("26: an assignment", "chmod", "o=rwx", "{scratch}"),
    Attack("26: a reference", "chmod", "--reference=/etc", "{scratch}"),
    Attack("26: no rights", "chmod", "o+", "{scratch}"),
    Attack("26: -R twice", "chmod", "-R", "-R", "o+r", "{scratch}"),
    Attack("26: -v", "chmod", "-v", "o+r", "{scratch}"),
  ]

  // --- verbs

  private static let verbs: [Attack] =
    [
      [], [""], ["sh"], ["/bin/sh"], ["bash", "-c", "id"], ["-c", "id"], ["losetup", "-f"],
      ["losetup", "-d", "/dev/loop0"],
      ["zerofree", "/dev/vda"], ["chown", "root", "/etc"], ["rm", "-rf", "/"], ["cat", "/etc/shadow"], ["MOUNT"],
      ["Clean"],
      ["--help"], ["--version"], ["-h"], ["--"], ["--", "--check"], ["--check", "x"], ["--check=x"],
      ["--check", "--check"],
      ["--dry-run"], ["--dry-run", "--dry-run", "--check"], ["--check", "--dry-run"], ["--dry-run=no", "--check"],
      ["check;id"], ["$(id)"], ["`id`"], ["|id"], ["clean\n"], ["\u{1B}[2J"], ["cle\u{430}n"], ["../../bin/sh"],
      ["%s%s%n"],
    ].map { (words: [String]) -> Attack in Attack("verb: \(words)", words: words) }

  // --- paths

  private static let paths: [Attack] =
    [
      "", ".", "..", "image.raw", "./image.raw", "//etc/shadow", "{home}//image.raw", "{home}/./ext4.raw",
      "{home}/../x/ext4.raw",
      "{home}/ext4.raw/", "{home}/ext4.raw\n", "{home}/\u{1B}[31m", "{home}/é.raw", "{home}/$(id)", "{home}/`id`",
      "{home}/;id",
      "{home}/'", "{home}/\"", "{home}/*", "file:///etc/shadow", "-", "--output=/etc/shadow", "{ext4}?offset=0",
      "{long}",
    ].map { (file: String) -> Attack in clean("path: \(file)", [file] + rest, "--output={output}") }

  // --- numbers

  private static let numbers: [Attack] =
    [
      ("-512", "50331648"), ("+512", "50331648"), ("0x100000", "50331648"), ("1e6", "50331648"), ("1M", "50331648"),
      ("01048576", "50331648"), ("", "50331648"), (" 1048576", "50331648"), ("1048577", "50331648"),
      ("1048576", "50331649"),
      ("1048576", "0"), ("1048576", "512"), ("1048576", "-1"), ("1048576", "99999999999999999999"),
      ("1048576", "999999999999872"),
      ("9223372036854775807", "65536"), ("999999999999488", "999999999999488"), ("\u{661}\u{660}", "50331648"),
      ("0", "50331648"), ("1048576", "1099511627776"),
    ].map { (offset: String, size: String) -> Attack in
      clean("numbers: \(offset) and \(size)", ["{ext4}", offset, size, "ext4"], "--output={output}")
    }

  // --- kinds of file system

  private static let kinds: [Attack] =
    [
      "vfat", "ext2", "EXT4", "ext4,suid", "proc", "overlay", "fuse", "nfs", "auto", "", "ext4\n", "../ext4", "xfs",
      "btrfs",
    ].map { (kind: String) -> Attack in
      clean("kind: \(kind)", ["{ext4}", "1048576", "50331648", kind], "--output={output}")
    }

  // --- the output

  private static let outputs: [Attack] =
    [
      "/etc/shadow", "/etc/cron.d/x", "/etc/sudoers.d/x", "{canary}/secret", "{linktosecret}", "{hardlink}", "{full}",
      "{ext4}",
      "{fifo}", "{folder}", "{missing}", "/dev/null", "/dev/vda", "/proc/self/mem", "{otherimage}", "", "relative",
      "{emptysetuid}", "{emptysetgid}", "{emptyacl}", "{emptyramfs}", "/proc/self/fd/1", "/dev/stdout",
      "{home}/../../etc/x",
    ].map { (file: String) -> Attack in clean("output: \(file)", order, "--output=\(file)") }

  private static let oddOutputs: [Attack] =
    [
      clean("output: none", order), clean("output: in two words", order, "--output", "{output}"),
      clean("output: twice", order, "--output={output}", "--output={output}"),
      clean("output: not first", order, "--host-keys", "--output={output}"),
    ]

  // --- patterns

  private static let patterns: [Attack] =
    [
      "", "/", "relative", "/..", "/../etc", "/var/../../etc/shadow", "/var/log/..", "//etc", "/var//log", "/var/log/",
      "/[a]",
      "/{a,b}", "/a\nb", "/a;id", "/$(id)", "/é", "/a\\b", "/.",
    ].map { (pattern: String) -> Attack in
      clean("pattern: \(pattern)", order, "--output={output}", "--remove=\(pattern)")
    }

  // --- options

  private static let options: [Attack] =
    [
      ["--exec=id"], ["-x"], ["remove=/x"], ["--remove"], ["--REMOVE=/x"], ["--host-keys=yes"],
      ["--host-keys", "--host-keys"],
      ["--proxy"], ["--proxy="], ["--proxy=a b:1"], ["--proxy=.*:1"], ["--proxy=x:99999999"],
      ["--proxy=a:1", "--proxy=a:1"],
      ["--read=/etc/passwd"], ["--dry-run"], ["--options=suid"], ["--part=/"], ["--part", "--part"], ["part"],
    ].map { (words: [String]) -> Attack in Attack("option: \(words)", words: cleanWords + words) }

  private static let oddOptions: [Attack] =
    [
      Attack(
        "option: inspect does not remove", words: ["inspect"] + order + ["--output={output}", "--remove=/etc/passwd"]),
      Attack(
        "option: inspect does not save", words: ["inspect"] + order + ["--output={output}", "--save=/etc/passwd"]),
      Attack(
        "option: too many",
        words: cleanWords + [String](repeating: "--remove=/x", count: 2000)),
    ]

  // --- hostile images

  private static let images: [Attack] =
    [
      ("24: a first sector that looks like qcow2", "{qcow2}", "ext4"),
      ("an ext4 with its journal on a disk of the host's", "{journal}", "ext4"),
      ("an ext4 with mount options of its own", "{options}", "ext4"), ("an ext4 of noise", "{noise}", "ext4"),
      ("an xfs of noise", "{noisexfs}", "xfs"), ("an xfs with its log elsewhere", "{logxfs}", "xfs"),
      ("a btrfs on two devices", "{twobtrfs}", "btrfs"), ("a btrfs of noise", "{noisebtrfs}", "btrfs"),
      ("an image that is open elsewhere", "{open}", "ext4"), ("nothing but zeros", "{zeros}", "btrfs"),
    ].map { (name: String, file: String, kind: String) -> Attack in
      clean("image: \(name)", [file, "1048576", "50331648", kind], "--output={output}")
    }
}
