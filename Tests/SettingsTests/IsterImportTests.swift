import Model
import Settings
import SystemPackage
import Testing

@Suite("Importing ister templates")
struct IsterImportTests {
  private static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@home"

  private static let good = """
    {"DestinationType": "virtual",
     "PartitionLayout": [
       {"disk": "x.img", "partition": 1, "size": "512M", "type": "EFI"},
       {"disk": "x.img", "partition": 2, "size": "1G", "type": "swap"},
       {"disk": "x.img", "partition": 3, "size": "rest", "type": "linux"}],
     "FilesystemTypes": [
       {"disk": "x.img", "partition": 1, "type": "vfat"},
       {"disk": "x.img", "partition": 2, "type": "swap"},
       {"disk": "x.img", "partition": 3, "type": "ext4", "options": "-b 4096", "label": "main"}],
     "PartitionMountPoints": [
       {"disk": "x.img", "partition": 1, "mount": "/boot"},
       {"disk": "x.img", "partition": 3, "mount": "/"}],
     "Version": "latest", "Bundles": ["vim", "openssh-server"], "SoftwareManager": "dnf",
     "Users": [
       {"username": "joe", "uid": "1001", "sudo": true, "fullname": "Joe $ Doe", "key": "\(key)"},
       {"username": "eve", "password": "$6$salt$0123456789"}],
     "Hostname": "clr-1", "cmdline": "quiet console=ttyS0",
     "PreInstallShell": ["modprobe x"], "PostChroot": ["/usr/bin/setup"], "PostChrootShell": ["echo \\"a b\\" > /x"]}
    """

  @Test("the layout, users, hostname, arguments, packages and scripts arrive in a config that loads without a finding")
  func good() throws {
    let imported = ConfigImport.ister(Self.good, ImportRequest(file: "/tmp/min-good.json", inherits: "base"))
    #expect(imported.findings.map(\.line) == [])
    let scratch = try ScratchFolder()
    let loaded = try scratch.load("[base]\ntemplate = yes\nlinux=/l\ninitrd=/i\npreseed=/p\n" + (imported.text ?? ""))
    #expect(loaded.allFindings(of: loaded.images).map(\.line) == [])
    let answers = try #require(loaded.config(for: "min-good").config).answers
    #expect(answers.disk.partitions.map(\.mountPoint) == ["/boot", nil, "/"])
    #expect(answers.disk.partitions.map(\.fileSystem) == [.vfat, .swap, .ext4])
    #expect(answers.disk.partitions.map(\.size) == [.mebibytes(512), .gibibytes(1), nil])
    #expect(
      answers.disk.partitions[2].mkfsOptions == ["-b", "4096"] && answers.disk.partitions[2].fileSystemLabel == "main")
    #expect(answers.disk.label == .gpt && answers.disk.firmware == .uefi)
    #expect(answers.packages == ["vim", "openssh-server"] && answers.hostname == "clr-1")
    #expect(answers.kernelArguments == ["quiet", "console=ttyS0"])
    #expect(answers.users.map(\.name) == ["joe", "eve"] && answers.users[0].sudo && answers.users[0].uid == 1001)
    #expect(answers.users[0].fullName == "Joe $ Doe" && answers.users[0].sshKeys == [Self.key])
    #expect(answers.users[1].passwordHash == Secret("$6$salt$0123456789"))
    #expect(answers.scripts.map(\.moment) == [.before, .after])
    #expect(imported.files.map(\.name) == ["min-good-before.sh", "min-good-late.sh"])
    #expect(imported.files.last?.content == "#!/bin/sh\nset -e\n/usr/bin/setup\necho \"a b\" > /x\n")
  }

  @Test(
    "what ister refuses is refused with its JSON path",
    arguments: [
      (
        "\"partition\": 2, \"size\"", "\"partition\": 1, \"size\"",
        "PartitionLayout[1]: disk 'x.img' has partition 1 already"
      ),
      (
        "\"size\": \"1G\"", "\"size\": \"rest\"",
        "PartitionLayout[1].size: only the last partition can take the rest of the disk"
      ),
      (
        "\"size\": \"1G\"", "\"size\": \"0G\"",
        "PartitionLayout[1].size: is '0G', expected a number with M, G or T, or 'rest'"
      ),
      ("\"type\": \"linux\"", "\"type\": \"EFI\"", "PartitionLayout[2]: is a second EFI partition"),
      ("\"type\": \"linux\"", "\"type\": \"bsd\"", "PartitionLayout[2].type: is 'bsd', expected EFI, linux or swap"),
      (
        "\"disk\": \"x.img\", \"partition\": 3, \"size\"", "\"disk\": \"y.img\", \"partition\": 3, \"size\"",
        "PartitionLayout: names 2 disks; an image is one"
      ),
      (
        "\"partition\": 3, \"type\"", "\"partition\": 4, \"type\"",
        "FilesystemTypes[2]: disk 'x.img' partition 4 is not in PartitionLayout"
      ),
      (
        "\"partition\": 3, \"mount\"", "\"partition\": 4, \"mount\"",
        "PartitionMountPoints[1]: disk 'x.img' partition 4 is not in FilesystemTypes"
      ),
      (
        "\"type\": \"vfat\"", "\"type\": \"ntfs\"",
        "FilesystemTypes[0].type: is 'ntfs', expected ext2, ext3, ext4, vfat, btrfs, xfs or swap"
      ),
      ("\"mount\": \"/\"", "\"mount\": \"/srv\"", "PartitionMountPoints: nothing is mounted at '/'"),
      ("\"mount\": \"/boot\"", "\"mount\": \"/srv\"", "PartitionMountPoints: nothing is mounted at '/boot'"),
      ("\"mount\": \"/boot\"", "\"mount\": \"/\"", "PartitionMountPoints[1].mount: '/' is mounted twice"),
      ("\"uid\": \"1001\"", "\"uid\": \"0\"", "Users[0].uid: is '0', expected a number from 1"),
      ("\"username\": \"eve\"", "\"username\": \"joe\"", "Users[1].username: 'joe' stands twice"),
      ("\"username\": \"eve\"", "\"username\": \"E v\"", "Users[1].username: 'E v' cannot be a user's name"),
      ("AAAAC3Nza", "!!!!", "Users[0].key: is neither a public ssh key 'TYPE BASE64 COMMENT' nor a file"),
      ("\"password\": \"$6$salt$0123456789\"", "\"sudo\": true", "Users[1]: sudo needs a key or a password"),
      ("\"password\": \"$6$salt$0123456789\"", "\"password\": \"MARKER\"", "Users[1].password: is no crypt(5) hash"),
      ("\"sudo\": true", "\"sudo\": \"password\"", "Users[0].sudo: is a text, expected true or false"),
      ("clr-1", "clr_1", "Hostname: is 'clr_1', expected letters, digits and hyphens, 64 at most"),
      ("\"latest\"", "\"old\"", "Version: is 'old', expected a number or 'latest'"),
      ("\"latest\"", "0", "Version: is 0, expected a number from 1 or 'latest'"),
      ("\"virtual\"", "\"cloud\"", "DestinationType: is 'cloud', expected physical or virtual"),
      ("\"Version\": \"latest\", ", "", "Version: is missing"),
      ("\"dnf\"", "\"apt\"", "SoftwareManager: is 'apt', expected swupd or dnf"),
      (
        "\"Hostname\"", "\"Static_IP\": {\"address\": \"10.0.0.2\", \"gateway\": \"10.0.0.1\"}, \"Hostname\"",
        "Static_IP.address: has no mask: write ADDRESS/BITS"
      ),
      (
        "\"Hostname\"", "\"Static_IP\": {\"address\": \"10.0.0.2/24\", \"gateway\": \"10.0.0.2\"}, \"Hostname\"",
        "Static_IP.gateway: is the address itself"
      ),
      (
        "\"label\": \"main\"", "\"encryption\": {\"name\": \"x\", \"passphrase\": \"MARKER\"}",
        "FilesystemTypes[2].encryption: encrypted partitions are not supported: a golden image would share its key"
      ),
      ("\"ext4\"", "\"ext3\"", "FilesystemTypes[2].type: 'ext3' is not supported: installers make ext4"),
    ])
  func refused(old: String, new: String, expected: String) {
    let imported = ConfigImport.ister(Self.good.replacing(old, with: new), ImportRequest(file: "x.json"))
    let errors = imported.findings.filter { $0.severity == .error }
    #expect(errors.map(\.message).contains(expected), "\(errors.map(\.message))")
    #expect(imported.text == nil)
    #expect(!"\(imported.findings)".contains("MARKER"))
  }

  @Test("what has no home is named with the reason, and no key is skipped in silence")
  func unsupported() {
    let more = """
      "LegacyBios": true, "MirrorURL": "http://m.example/", "HTTPSProxy": "http://p.example:80", "PostNonChroot": ["a"],
      "IsterCloudInitSvc": "http://c.example", "DisabledNewPartitions": true, "Frobnicate": 1, "Hostname"
      """
    let template = Self.good.replacing("\"Hostname\"", with: more).replacing("\"latest\"", with: "1000")
      .replacing("\"virtual\"", with: "\"physical\"").replacing(
        "\"label\": \"main\"", with: "\"disable_format\": false, \"colour\": 1")
    let imported = ConfigImport.ister(template, ImportRequest(file: "x.json"))
    #expect(imported.text != nil)
    #expect(imported.findings.allSatisfy { $0.severity == .warning })
    #expect(
      imported.findings.compactMap { $0.message.split(separator: ":").first.map(String.init) }.sorted() == [
        "DestinationType", "DisabledNewPartitions", "FilesystemTypes[2].colour", "FilesystemTypes[2].disable_format",
        "Frobnicate",
        "HTTPSProxy", "IsterCloudInitSvc", "MirrorURL", "PostNonChroot", "Version",
      ])
  }

  @Test(
    "broken JSON is an error with its line",
    arguments: [
      ("{\n\"a\": }", "x.json:2: error: the template: a value is missing"),
      ("{\n\n\"a\": \"x", "x.json:3: error: the template: a text is not closed"),
      ("{\"a\": 1, \"a\": 2}", "x.json:1: error: the template: the key 'a' stands twice"),
      ("{} x", "x.json:1: error: the template: something follows the end of the document"),
      (String(repeating: "[", count: 1000), "x.json:1: error: the template: nesting deeper than 64 levels"),
      ("{\"a\": \"\\ud800x\"}", "x.json:1: error: the template: an escape that is no character"),
    ])
  func brokenJSON(text: String, expected: String) {
    #expect(ConfigImport.ister(text, ImportRequest(file: "x.json")).findings.map(\.line) == [expected])
  }
}
