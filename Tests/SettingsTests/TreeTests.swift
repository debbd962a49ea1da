import Model
import Settings
import SystemPackage
import Testing

@Suite("Trees of layers, as eos-image-builder reads them")
struct TreeTests {
  /// A scratch folder with a checkout `t`, a local folder `l` and a host.
  private func load(
    _ files: [String: String], local: Bool = false, private mode: Int = 0o600, base: String = "", set: [String] = [],
    attributes: (inout TreeAttributes) -> Void = { _ in }
  ) throws -> LoadedConfig {
    let scratch = try ScratchFolder()
    try scratch.write("t/config/README", "")
    for (name, text) in files { try scratch.write(name, text, mode: name.hasSuffix("private.ini") ? mode : 0o644) }
    var tree = TreeRequest(
      checkout: scratch.path.appending("t"), localFolder: local ? scratch.path.appending("l") : nil)
    tree.buildVersion = "201121-090000"
    (tree.attributes.product, tree.attributes.branch, tree.attributes.arch) = ("eos", "eos3.9", "amd64")
    (tree.attributes.platform, tree.attributes.personality) = ("rpi", "en_GB")
    attributes(&tree.attributes)
    var request = LoaderRequest(host: scratch.host)
    request.shipped = false
    request.configFiles = [try scratch.write("base.conf", base)]
    request.tree = tree
    request.overrides = try set.map { try Override.parse($0).get() }
    return ConfigLoader.load(request)
  }

  private func value(_ loaded: LoadedConfig, _ section: String, _ key: String) -> String? {
    loaded.resolved(for: section).values.first { $0.key == key }?.text
  }

  /// Every file a tree may have, in the order it is read.
  private static let order: [String] = {
    let values = [
      ("product", ["eos"]), ("branch", ["eos3.9"]), ("arch", ["amd64"]), ("platform", ["rpi"]),
      ("personality", ["en", "en_GB"]),
    ]
    var one = ["config/defaults.ini"]
    for (name, own) in values { one += own.map { "config/\(name)/\($0).ini" } }
    for (first, second) in [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)] {
      for a in values[first].1 {
        for b in values[second].1 { one.append("config/\(values[first].0)-\(values[second].0)/\(a)-\(b).ini") }
      }
    }
    return one.map { "t/\($0)" } + ["etc/eos-image-builder/config.ini"] + one.map { "l/\($0)" } + ["t/config/local.ini"]
  }()

  @Test(
    "five singles with the prefixes of the personality, ten pairs, the host, the local tree, local.ini: each is read and the later wins"
  )
  func order() throws {
    var files: [String: String] = [:]
    for (index, name) in Self.order.enumerated() {
      // Each file sets a key of its own, one that all set, and adds to a merged list.
      files[name] = "[image]\nlast = \(index)\nkey\(index) = x\nhooks_add = h\(index)\n"
    }
    let loaded = try load(files, local: true)
    #expect(loaded.findings.map(\.line) == [])
    #expect(
      loaded.files.dropFirst().map { path in
        Self.order.firstIndex { path.string.hasSuffix("/\($0)") }
      } == Array(Self.order.indices))
    #expect(Self.order.count == 2 * (1 + 6 + 14) + 2)
    #expect(value(loaded, "image", "last") == "\(Self.order.count - 1)")
    #expect(value(loaded, "image", "hooks") == Self.order.indices.map { "h\($0)" }.joined(separator: "\n"))
  }

  @Test("a word is kept when it is added more often than taken away")
  func counting() throws {
    let loaded = try load([
      "t/config/defaults.ini": "[image]\nhooks_add =\n  one\n  # comment\n  two three\nhooks_del = gone\n",
      "t/config/product/eos.ini": "[image]\nhooks_add = two four\nhooks_del = one two\n",
      "t/config/local.ini": "[image]\nhooks_add = gone\n",
    ])
    #expect(value(loaded, "image", "hooks") == "two\nthree\nfour")
    #expect(loaded.resolved(for: "image").values.map(\.key) == ["hooks", "icon_grid", "settings", "settings_locks"])
  }

  @Test("a suffixed key is overridden by its name, and usable in references")
  func suffixes() throws {
    let loaded = try load([
      "t/config/defaults.ini":
        "[flatpak-remote-x]\napps_add = a b\nexclude_add = ${apps_add_defaults} z\n[other]\nk = ${flatpak-remote-x:apps_add_defaults}\n",
      "t/config/product/eos.ini": "[flatpak-remote-x]\napps_add = c ${build:product}\n",
      "t/config/local.ini": "[flatpak-remote-x]\napps_add_product_eos = d\n",
    ])
    #expect(value(loaded, "flatpak-remote-x", "apps") == "a\nb\nd")
    #expect(value(loaded, "flatpak-remote-x", "exclude") == "a\nb\nz")
    // The parts are gone after merging, as in the original: what refers to them is an error.
    #expect(loaded.resolved(for: "other").findings.count == 1)
  }

  @Test("a plain option wins over all that adds to it")
  func plain() throws {
    let loaded = try load([
      "t/config/defaults.ini": "[check]\nhooks_add = a\nhooks = only\n",
      "t/config/local.ini": "[check]\nhooks_add = b\n",
    ])
    #expect(loaded.resolved(for: "check").values.map(\.text) == ["only"])
  }

  @Test("the list of merged options is config: replaced, added to and taken from")
  func ownList() throws {
    let files = [
      "t/config/defaults.ini":
        "[build]\nmerged_options_add = my-*:list\nmerged_options_del = image:hooks\n[my-a]\nlist_add = x y\nlist_del_z = y\n[image]\nhooks_add = h\n"
    ]
    let loaded = try load(files)
    #expect(value(loaded, "my-a", "list") == "x")
    #expect(value(loaded, "image", "hooks_add") == "h" && value(loaded, "image", "hooks") == nil)
    let replaced = try load(files, base: "[DEFAULT]\nmerged-options = image:hooks\n")
    #expect(value(replaced, "image", "hooks_add") == "h" && value(replaced, "image", "settings") == nil)
  }

  @Test("the merged INI is what the original prints, byte for byte")
  func golden() throws {
    let loaded = try load(
      [
        "t/config/defaults.ini":
          "[image]\nsize = 4G\nname: ${build:product}-${size}\nhooks_add =\n    50-a\n    60-b\n",
        "l/config/personality/en.ini": "[image]\nhooks_del = 50-a\n",
      ], local: true)
    let root = try #require(loaded.files.first).removingLastComponent()
    #expect(
      loaded.mergedText() == """
        [build]
        product = eos
        branch = eos3.9
        personality = en_GB
        dry_run = false
        use_production_ostree = false
        series = eos3
        arch = amd64
        platform = rpi
        localdir = \(root)/l
        localdatadir = ${localdir}/data
        srcdir = \(root)/t
        cachedir = /var/cache/eos-image-builder
        sysconfdir = \(root)/etc/eos-image-builder
        build_version = 201121-090000

        [image]
        size = 4G
        name = ${build:product}-${size}
        hooks = 60-b
        icon_grid =\u{20}
        settings =\u{20}
        settings_locks =\u{20}


        """)
    let sections = loaded.resolvedSections().sections
    #expect(sections.map(\.name) == ["build", "image"])
    #expect(sections[0].values.first { $0.key == "localdatadir" }?.text == "\(root)/l/data")
    #expect(sections[1].values.first { $0.key == "name" }?.text == "eos-4G")
  }

  @Test(
    "the command line wins over the tree, in what is built and in what is shown, and adds to merged lists as a file does"
  )
  func commandLine() throws {
    let image = "eos-eos3.9-amd64-rpi-en_GB"
    let files = [
      "t/config/defaults.ini":
        "[image-factory]\nlinux = /l\ninitrd = /i\npreseed = /p\nhostname = theirs\ncores = 2\n"
        + "partitions = p\n[image]\nsize = 4G\nhooks_add = a b\nhooks_del = c\n",
      "t/config/private.ini": "[image]\nkey = \(Self.marker)\n",
    ]
    let base = "[partition:p]\nmount-point = /\n"
    let loaded = try load(
      files, base: base,
      set: [
        "[image-factory]hostname=mine", "cores=3", "[image]size=8G", "[image]hooks_add=c c d", "[image]hooks_del=a",
        "[partition:p]file-system=xfs",
      ])
    #expect(loaded.findings.map(\.line) == [])
    let (config, findings) = loaded.config(for: image)
    #expect(findings.map(\.line) == [])
    #expect(config?.answers.hostname == "mine" && config?.machine.cores == 3)
    #expect(config?.origins["hostname"] == SourceLocation(file: "--set"))
    #expect(config?.answers.disk.partitions.first?.fileSystem == .xfs)
    #expect(value(loaded, "image", "size") == "8G")
    #expect(value(loaded, "image", "hooks") == "b\nc\nd")
    #expect(loaded.mergedText().contains("size = 8G\n") && loaded.mergedText().contains("hostname = mine\n"))
    #expect(!loaded.mergedText().contains(Self.marker))
    let plain = try load(files, base: base, set: ["[image]hooks=only"])
    #expect(value(plain, "image", "hooks") == "only")
  }

  private static let marker = "TOPSECRET"

  @Test("private files work in the build and appear in nothing that is shown")
  func privateFiles() throws {
    let loaded = try load(
      [
        "t/config/defaults.ini":
          "[image-factory]\nlinux = /l\ninitrd = /i\npreseed = /p\nhostname = public\nkernel-arguments = token=${keys:token}\n[image]\nhooks_add = a\n",
        "etc/eos-image-builder/private.ini": "[keys]\ntoken = \(Self.marker)\n",
        "l/config/private.ini": "[image]\nhooks_add = \(Self.marker)\n",
        "t/config/private.ini": "[image-factory]\nhostname = \(Self.marker)\ncores = \(Self.marker)\n",
      ], local: true)
    let (config, findings) = loaded.config(for: "eos-eos3.9-amd64-rpi-en_GB")
    #expect(findings.map(\.message) == ["'cores' of [image-factory] is '******', expected another value"])
    #expect(config == nil)
    #expect(loaded.findings.map(\.line) == [])
    let environment = loaded.environment(for: "eos-eos3.9-amd64-rpi-en_GB")
    let shown =
      "\(loaded.mergedText()) \(loaded.resolvedSections()) \(findings) \(environment)"
      + "\(loaded.resolved(for: "image-factory")) \(loaded.resolved(for: "image")) \(loaded.findings)"
    #expect(!shown.contains(Self.marker))
    #expect(value(loaded, "image-factory", "hostname") == "public")
    #expect(value(loaded, "image-factory", "kernel-arguments") == "******")
    #expect(value(loaded, "image", "hooks") == "a")
    #expect(environment["EIB_IMAGE_HOOKS"] == nil)
    let asked = loaded.environment(for: "eos-eos3.9-amd64-rpi-en_GB", privateNames: ["keys:token"])
    #expect(asked["EIB_KEYS_TOKEN"] == Self.marker && asked["IMAGE_FACTORY_KEYS_TOKEN"] == Self.marker)
  }

  @Test("a private file that others may read is refused", arguments: [0o644, 0o640, 0o604])
  func readable(mode: Int) throws {
    let loaded = try load(["t/config/private.ini": "[a]\nk = \(Self.marker)\n"], private: mode)
    let path = try #require(loaded.findings.first?.location?.file)
    #expect(
      loaded.findings.map(\.line) == [
        "private.ini: error: cannot read '\(path)': others than its owner may read it (chmod 600 '\(path)')"
      ])
    #expect(!loaded.mergedText().contains(Self.marker))
  }

  @Test(
    "the schema is checked before anything runs",
    arguments: [
      (
        "compression_required = TRUE", "",
        "schema.ini:2: error: [image] 'compression' is missing (the schema says that it is required)"
      ),
      ("compression_required = true", "compression = gz", ""),
      (
        "compression_values = gz\n  xz", "compression = bz2",
        "defaults.ini:2: error: [image] 'compression' is 'bz2', expected gz or xz"
      ),
      ("compression_values = gz\n  xz", "compression = xz", ""),
      (
        "logo_type = path", "logo = /nowhere/x y",
        "defaults.ini:2: error: [image] 'logo' names '/nowhere/x y', which does not exist (the schema says that it is a path)"
      ),
      ("logo_type = path", "logo =", ""),
      (
        "logos_type = paths", "logos = / /nowhere/x",
        "defaults.ini:2: error: [image] 'logos' names '/nowhere/x', which does not exist (the schema says that it is a path)"
      ),
      ("logos_type = paths", "logos = /\n  /", ""),
      (
        "logo_type = file", "logo = x",
        "schema.ini:2: error: 'logo_type' of [image] is 'file' in the schema, expected path or paths"
      ),
      (
        "settings = paths", "",
        "schema.ini:2: warning: 'settings' of [image] in the schema checks nothing (end it with _required, _values or _type)"
      ),
      (
        "icon_grid_tipe = path", "",
        "schema.ini:2: warning: 'icon_grid_tipe' of [image] in the schema checks nothing (end it with _required, _values or _type)"
      ),
    ])
  func schema(rule: String, value: String, expected: String) throws {
    let loaded = try load([
      "t/config/schema.ini": "[image]\n\(rule)\n", "t/config/defaults.ini": "[image]\n\(value)\n",
    ])
    #expect(loaded.findings.map(\.line) == (expected.isEmpty ? [] : [expected]))
  }

  @Test(
    "attributes come from the command line, then from settings of the same names, then from the original's defaults")
  func attributes() throws {
    let loaded = try load([:], base: "[DEFAULT]\nproduct = ours\nbranch = b\n") {
      $0 = TreeAttributes()
      $0.product = "given"
    }
    #expect(loaded.images == ["given-b-amd64-amd64-base"])
    let wrong = try load([:]) {
      $0.product = "../x"
      $0.arch = "vax"
    }
    #expect(
      wrong.findings.map(\.line) == [
        ": error: '../x' cannot be the product of an image (use letters, digits and . _ + @ -)",
        ": error: 'vax' cannot be the arch of an image (use i386, amd64 or arm64)",
      ])
  }

  @Test("a tree without [image-factory] says what is missing when its image is asked for")
  func noInstallation() throws {
    let loaded = try load([:])
    #expect(
      loaded.config(for: "eos-eos3.9-amd64-rpi-en_GB").findings.map(\.line) == [
        ": error: the tree does not say how 'eos-eos3.9-amd64-rpi-en_GB' is installed (add a section [image-factory], for example with 'inherits = debian-13')"
      ])
  }

  @Test("a checkout without config is an error")
  func noCheckout() throws {
    let scratch = try ScratchFolder()
    let loaded = try scratch.load("") { $0.tree = TreeRequest(checkout: "/nowhere") }
    #expect(
      loaded.findings.map(\.line) == [
        ": error: '/nowhere', named by --tree, has no folder 'config' (name the checkout)"
      ])
  }
}
