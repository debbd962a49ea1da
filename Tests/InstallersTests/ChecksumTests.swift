import Installers
import Model
import Testing

@Suite("lists of digests")
struct ChecksumTests {
  private let digest = String(repeating: "0a", count: 32)

  @Test("a .treeinfo gives the SHA-256 digests of its files, and whose tree it is")
  func treeInfo() throws {
    let tree = try TreeInfo(
      """
      [checksums]
      images/install.img = sha256:\(digest.uppercased())
      images/pxeboot/vmlinuz=sha256:\(digest)
      images/old.img = md5:0123
      images/short.img = sha256:0a0a

      [general]
      ; WARNING.0 = This section is for older tools.
      family = Rocky Linux
      version = 9.6
      [release]
      name = Rocky Linux
      version = 9.6
      """, name: "x/.treeinfo")
    #expect(tree.digests == ["images/install.img": digest, "images/pxeboot/vmlinuz": digest])
    #expect(tree.family == "Rocky Linux" && tree.version == "9.6")
  }

  @Test(
    "what is no .treeinfo is refused with its first words",
    arguments: ["<!DOCTYPE html><p>log in", "", "[general]\nfamily = Fedora\n"])
  func noTreeInfo(text: String) {
    let error = #expect(throws: FactoryError.self) { try TreeInfo(text, name: "http://x/.treeinfo") }
    #expect(error?.status == .fetchFailed)
    #expect(error?.message.hasPrefix("'http://x/.treeinfo' is no .treeinfo with digests") == true)
  }

  @Test("lines of both styles are read, comments and other digests are not")
  func sums() {
    let sums = SHA256Sums(
      """
      # Fedora-Server-netinst-x86_64-43-1.6.iso: 1164931072 bytes
      SHA256 (Fedora-Server-netinst-x86_64-43-1.6.iso) = \(digest)
      SHA512 (other.iso) = \(digest)\(digest)
      \(digest) *ubuntu-24.04.3-live-server-amd64.iso
      \(digest)  ./boot/x86_64/loader/linux
      """)
    #expect(
      Set(sums.digests.keys) == [
        "Fedora-Server-netinst-x86_64-43-1.6.iso", "ubuntu-24.04.3-live-server-amd64.iso", "boot/x86_64/loader/linux",
      ])
  }

  @Test("the newest of the names that a star stands for, compared by their numbers")
  func newest() {
    func image(_ point: String) -> String { "ubuntu-24.04\(point)-live-server-amd64.iso" }
    let pattern = image("*")
    #expect(NewestMatch.find(pattern, in: [image(".2"), image(".10"), image(".9"), image("")]) == image(".10"))
    #expect(NewestMatch.find(pattern, in: [image(""), "ubuntu-24.04-desktop-amd64.iso"]) == image(""))
    #expect(NewestMatch.find(pattern, in: ["netboot/\(image(".1"))", "ubuntu-24.04/x-live-server-amd64.iso"]) == nil)
    #expect(NewestMatch.find("a.iso", in: ["a.iso", "b.iso"]) == "a.iso")
    #expect(NewestMatch.find("a.iso", in: ["aXiso"]) == nil)
    #expect(NewestMatch.find("*a*b*c", in: [String(repeating: "ab", count: 40)]) == nil)
  }

  @Test("armored keys are read as they are, with headers, text before and several blocks; broken ones are not")
  func armor() {
    func block(_ body: String) -> [UInt8] {
      Array("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\(body)\n-----END PGP PUBLIC KEY BLOCK-----\n".utf8)
    }
    let one = block("Version: GnuPG v2\nComment: a: b\n\nmQGi\nBDo=\n=abcd")
    #expect(ArmoredKeys.isArmored(one))
    #expect(ArmoredKeys.binary(one) == [0x99, 0x01, 0xA2, 0x04, 0x3A])
    #expect(ArmoredKeys.binary(Array("pub  rsa4096\n".utf8) + one + one)?.count == 10)
    #expect(ArmoredKeys.binary(block("\nno base64!")) == nil)
    #expect(ArmoredKeys.binary(Array("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQGi\n".utf8)) == nil)
    #expect(!ArmoredKeys.isArmored([0x99, 0x01]) && !ArmoredKeys.isArmored([]))
  }
}
