import Model
import Settings
import Testing

@Suite("What is wrong with a config, all at once with file and line")
struct FindingTests {
  private static let head = "[a]\nlinux = /l\ninitrd = /i\npreseed = /p\n"

  @Test(
    "a wrong value names its line and what is allowed",
    arguments: [
      ("cores = 0", "'cores' of [a] is '0', expected a whole number from 1 to 512"),
      ("cores = many", "'cores' of [a] is 'many', expected a whole number from 1 to 512"),
      ("cpu-level = 5", "'cpu-level' of [a] is '5', expected a whole number from 1 to 4"),
      ("ram = 12X", "'ram' of [a] is '12X', expected a size such as 4G, 2 GiB, 1.5 GB or 2048 (bytes)"),
      ("ram = 1M", "'ram' of [a] is '1M', expected at least 64 MiB"),
      ("image_size = -2G", "'image_size' of [a] is '-2G', expected a size such as 4G, 2 GiB, 1.5 GB or 2048 (bytes)"),
      ("keep-raw = maybe", "'keep-raw' of [a] is 'maybe', expected yes or no"),
      ("stall-timeout = soon", "'stall-timeout' of [a] is 'soon', expected a duration such as 90s, 15m, 2h or 1h30m"),
      ("fetch-timeout = 0", "'fetch-timeout' of [a] is '0', expected more than no time at all"),
      (
        "format = qcow3", "'format' of [a] is 'qcow3', expected raw or qcow2 instead of 'qcow3' (did you mean 'qcow2'?)"
      ),
      ("accelerator = xen", "'accelerator' of [a] is 'xen', expected auto, kvm or tcg"),
      ("installer-randomization = x", "'installer-randomization' of [a] is 'x', expected auto, yes or no"),
      (
        "disk-cache = safe",
        "'disk-cache' of [a] is 'safe', expected unsafe, none, writeback, writethrough or directsync"
      ),
      (
        "mirror = ftp://x/y",
        "'mirror' of [a] is 'ftp://x/y', expected URLs starting with http:// or https:// instead of 'ftp://x/y'"
      ),
      (
        "kernel = gopher://x",
        "'kernel' of [a] is 'gopher://x', expected a path or a URL with file:, http:, https:, rsync:, deb: or iso: instead of 'gopher:'"
      ),
      (
        "hostname = -x",
        "'hostname' of [a] is '-x', expected a host name: letters, digits and hyphens, 64 characters at most"
      ),
      ("timezone = a b", "'timezone' of [a] is 'a b', expected a time zone such as Europe/Berlin"),
      (
        "mac = 01:00:00:00:00:00",
        "'mac' of [a] is '01:00:00:00:00:00', expected a unicast MAC address such as 52:54:00:12:34:56"
      ),
      ("vnc = localhost", "'vnc' of [a] is 'localhost', expected LISTEN:DISPLAY such as localhost:10"),
      ("packages = vim 'x", "'packages' of [a] is 'vim 'x', expected package names instead of ''x'"),
      ("kernel-sha256 = abc", "'kernel-sha256' of [a] is 'abc', expected 64 hexadecimal digits"),
      (
        "post-build-command = echo 'x",
        "'post-build-command' of [a] is 'echo 'x', expected words quoted as in a shell, but the quote ' is not closed"
      ),
      (
        "root-password-hash = secret",
        "'root-password-hash' of [a] is '******', expected a crypt(5) hash as 'openssl passwd -6' makes it, or 'locked'"
      ),
      (
        "answer-format = cloud",
        "'answer-format' of [a] is 'cloud', expected preseed, kickstart, autoyast, autoinstall or agama"
      ),
    ])
  func wrongValue(entry: String, message: String) throws {
    // Keys of the head are replaced, not set twice.
    let head = entry.hasPrefix("kernel =") ? "[a]\ninitrd = /i\npreseed = /p\n\n" : Self.head
    let loaded = try ScratchFolder().load(head + entry + "\n")
    #expect(loaded.allFindings(of: ["a"]).first?.line == "test.conf:5: error: \(message)")
    #expect(loaded.config(for: "a").config == nil)
  }

  @Test(
    "a key that nothing knows is an error near a known one, else a warning",
    arguments: [
      ("imge-size = 2G", "error: unknown key 'imge-size' in [a] (did you mean 'image-size'?)"),
      ("fromat = raw", "error: unknown key 'fromat' in [a] (did you mean 'format'?)"),
      (
        "uplod_destinations = x", "error: unknown key 'uplod_destinations' in [a] (did you mean 'upload-destinations'?)"
      ),
      ("presed = x", "error: unknown key 'presed' in [a] (did you mean 'preseed'?)"),
      (
        "owner = me",
        "warning: unknown key 'owner' in [a] (nothing refers to it as a variable either; 'image-factory settings' lists the keys)"
      ),
    ])
  func unknownKey(entry: String, expected: String) throws {
    let loaded = try ScratchFolder().load(Self.head + entry + "\n")
    #expect(loaded.findings.map(\.line) == ["test.conf:5: \(expected)"])
    #expect(loaded.findings.first?.location?.column == 1)
  }

  @Test("a key that some value refers to is a variable; with --strict one that none does is an error")
  func variables() throws {
    let scratch = try ScratchFolder()
    let used = try scratch.load("[DEFAULT]\ndist = x\n" + Self.head + "append = ${dist} ${own}\nown = 1\n") {
      $0.strict = true
    }
    #expect(used.findings.isEmpty)
    let unused = try scratch.load(Self.head + "distant = x\n") { $0.strict = true }
    #expect(unused.findings.map(\.severity) == [.error])
  }

  @Test("an unknown key of --set is an error, a variable is not")
  func setKeys() throws {
    let loaded = try ScratchFolder().load(Self.head + "append = ${flavour}\n") {
      $0.overrides = [
        Override(key: "flavour", value: "x", origin: "--set"), Override(key: "rams", value: "1G", origin: "--set"),
      ]
    }
    #expect(loaded.findings.map(\.line) == ["--set: error: unknown key 'rams' (did you mean 'ram'?)"])
    #expect(loaded.resolved(for: "a").values.first { $0.key == "append" }?.text == "x")
  }

  @Test(
    "sections that do not fit together are errors with their line",
    arguments: [
      (
        "[a]\ninherits = b\n",
        "test.conf:2: error: [a] inherits from 'b', which is no section (known sections are listed by 'image-factory show-config')"
      ),
      (
        "[a]\ninherits = bas\n[base]\ntemplate = yes\n",
        "test.conf:2: error: [a] inherits from 'bas', which is no section (did you mean 'base'?)"
      ),
      ("[a]\ninherits = a\n", "test.conf:2: error: [a] inherits from itself: a → a (remove one 'inherits')"),
      ("[a]\nlinux = /l\npreseed = /p\n", "test.conf:2: error: [a] sets 'kernel' but not 'initrd' (set both or none)"),
      (
        "[a]\npreseed = /p\n",
        "test.conf:1: error: [a] names no installer (write 'inherits = debian', or set 'kernel' and 'initrd')"
      ),
      (
        head + "kickstart = /k\n",
        "test.conf:4: error: [a] has more than one answer file: 'kickstart' and 'preseed' (keep one; an empty value takes an inherited one back)"
      ),
      (
        "[a]\nlinux = /l\ninitrd = /i\n",
        "test.conf:1: error: [a] names kernel and initrd but no answer file (set 'preseed', 'kickstart' or 'autoyast' to a file, or 'answer-format')"
      ),
      (
        "[a]\ninstaller_image = /x.iso\npreseed = /p\n",
        "test.conf:2: error: [a] has an 'installer-image' but no kernel to boot it with (write 'kernel = iso:/casper/vmlinuz' and 'initrd = iso:/casper/initrd', or where they are in this image)"
      ),
      (
        "[a]\nkernel = iso:/casper/vmlinuz\ninitrd = iso:/casper/initrd\npreseed = /p\n",
        "test.conf:2: error: [a] takes 'iso:/casper/vmlinuz' out of an image and names none (set 'installer-image', or 'image-path')"
      ),
      (
        head + "installer = pinned\npin = p\ndepot = no\n",
        "test.conf:7: error: [a] asks for the pinned installer without the depot, which serves its components (set 'depot = yes', or 'installer = current')"
      ),
      (
        head + "installer = pinned\n",
        "test.conf:5: error: [a] asks for the pinned installer but names none (set 'pin')"
      ),
      (
        head + "cache_dir = /x\ncache-dir = /y\n",
        "test.conf:6: error: 'cache_dir' and 'cache-dir' in [a] are the same setting (remove one of them)"
      ),
      (
        head + "upload_destinations = up\n",
        "test.conf:5: error: 'upload-destinations' of [a] names 'up', but there is no section [up] (add the section)"
      ),
      (
        head + "upload_destinations = up\n[up]\nupload_type = rsync\n",
        "test.conf:6: error: [up] does not set 'upload-target' (add a line 'upload-target = …')"
      ),
      (
        head + "upload_destinations = up\n[up]\nupload_type = ftp\nupload_target = x\n",
        "test.conf:7: error: 'upload_type' of [up] is 'ftp', expected rsync"
      ),
      (
        head + "users = bob\n[user:bod]\n",
        "test.conf:5: error: 'users' of [a] names 'bob', but there is no section [user:bob] (did you mean [user:bod]?)"
      ),
      (
        head + "users = Bob\n[user:Bob]\n",
        "test.conf:5: error: 'Bob' cannot be a user's name (a small letter, then small letters, digits, _ and -)"
      ),
      (
        head + "users = bob\n[user:bob]\nssh-keys = ssh-rsa AAAA me\n",
        "test.conf:7: error: 'ssh-keys' of [user:bob] is 'ssh-rsa AAAA me', expected a line 'TYPE BASE64 COMMENT', but the base64 part is broken"
      ),
      (
        head + "users = b c\n[user:b]\nuid=7\n[user:c]\nuid=7\n",
        "test.conf:5: error: users 'b' and 'c' of [a] have the same uid 7"
      ),
      (
        head + "partitions = x\n[partition:x]\nmount-point = /srv\n",
        "test.conf:5: error: nothing is mounted at '/' in the partitions of [a] (give one partition 'mount-point = /')"
      ),
      (
        head + "partitions = x y\n[partition:x]\nmount-point = /\n[partition:y]\nmount-point = /srv\n",
        "test.conf:8: error: more than one takes the rest of the disk in the partitions of [a] (give all but one a 'size')"
      ),
      (
        head + "partitions = x y\n[partition:x]\nmount-point = /\n[partition:y]\nsize = 1G\n",
        "test.conf:8: error: 'y' has no mount point in the partitions of [a] (set 'mount-point', or 'file-system = swap')"
      ),
      (
        head + "partitions = x y\n[partition:x]\nmount-point = /\n[partition:y]\nsize = 1G\nmount-point = /\n",
        "test.conf:8: error: '/' is mounted twice in the partitions of [a] (change one mount point)"
      ),
      (
        head + "image-size = 1G\npartitions = x\n[partition:x]\nmount-point = /\nsize = 2G\n",
        "test.conf:6: error: 2 GiB do not fit into the disk of 1 GiB in the partitions of [a] (raise 'image-size' or lower a 'size')"
      ),
      (
        head + "ostree-url = http://x\n",
        "test.conf:5: error: [a] sets only some of 'ostree-remote', 'ostree-url' and 'ostree-ref' (set all three or none)"
      ),
      (
        "[a/b]\nlinux = /l\ninitrd = /i\npreseed = /p\n",
        "test.conf:1: error: 'a/b' cannot be the name of an image (use letters, digits and . _ + -, not starting with . or -, 100 characters at most)"
      ),
      (
        "[DEFAULT]\ninherits = a\n" + head,
        "test.conf:2: error: 'inherits' cannot stand in [DEFAULT] (write it in each image)"
      ),
      (
        "[a]\nram = 2G\n",
        "test.conf:1: warning: [a] sets 'ram' but is neither an image nor used by one (an image says 'inherits = debian' or names 'kernel' and 'initrd')"
      ),
    ])
  func sections(text: String, expected: String) throws {
    let loaded = try ScratchFolder().load(text)
    #expect(loaded.allFindings(of: loaded.images).map(\.line) == [expected])
  }

  @Test("whoever writes the answers is told where each named section starts")
  func sectionOrigins() throws {
    let text = """
      partitions = p
      users = u
      repositories = r
      files = f
      [partition:p]
      mount-point = /
      [user:u]
      uid = 7
      [repository:r]
      source = deb http://x stable main
      [file:f]
      path = /etc/motd
      source = /motd

      """
    let loaded = try ScratchFolder().load(Self.head + text)
    let (config, findings) = loaded.config(for: "a")
    let origins = try #require(config, "\(findings.map(\.line))").origins
    for (key, line) in [("partition:p", 9), ("user:u", 11), ("repository:r", 13), ("file:/etc/motd", 15)] {
      #expect(origins[key]?.line == line, "\(key)")
    }
  }

  @Test("findings come sorted by file and line, each once, though many images share the broken line")
  func sorted() throws {
    let images = (1...5).map { "[i\($0)]\nlinux = /l\ninitrd = /i\npreseed = /p\nvnc = \($0)\n" }.joined()
    let loaded = try ScratchFolder().load("[DEFAULT]\ncores = 0\n" + images)
    #expect(loaded.allFindings(of: loaded.images).compactMap { $0.location?.line } == [2, 7, 12, 17, 22, 27])
  }

  @Test("a long or hostile value is cut and made harmless in the message")
  func hostile() throws {
    let loaded = try ScratchFolder().load(Self.head + "cores = \u{1B}[2J" + String(repeating: "x", count: 500) + "\n")
    let message = try #require(loaded.allFindings(of: ["a"]).first?.message)
    #expect(!message.contains("\u{1B}") && message.count < 150)
  }
}
