import Foundation
import Model
import Testing

@testable import Installers

/// Breaks JSON and YAML documents in every place, and asks the installers' own schemas and our tables about each.
@Suite("mutations of Agama's profile and of Ubuntu's answers")
struct DocumentMutationTests {
  @Test(
    "what Agama's schema rejects is found here", .enabled(if: Place.shared != nil, "needs ../shared"),
    .enabled(if: SchemaJudge.python != nil, "needs Python's jsonschema: run Tests/oracles/setup"))
  func agama() throws {
    var documents = try SUSESample.requests(dialect: "Leap_16.0").map {
      try Sample.text(try Agama().render($0).files.first)
    }
    documents.append(Self.richAgama)
    let mutants = try Self.mutants(of: documents.map { try JSONOutline.read($0) })
    let texts = mutants.map { Self.text($0.root) }
    let lines = try SchemaJudge.judge(texts).split(separator: "\n")
    let rejected = Set(lines.compactMap { Int($0.prefix { $0 != "." }) })
    try judge("Agama", mutants, rejected) { index in
      var check = ShapeCheck(AgamaShapes.all)
      check.check(mutants[index].root, "profile", .named("profile"))
      return check.problems.map(\.message)
    }
  }

  @Test(
    "what subiquity's schema rejects is found here",
    .enabled(
      if: Place.shared != nil && AutoinstallSample.python != nil, "needs ../shared and the Python of Tests/oracles"),
    arguments: [("24.04", "noble"), ("26.04", "resolute")])
  func autoinstall(dialect: String, codename: String) throws {
    var documents: [AnswerNode] = []
    for request in AutoinstallSample.requests() where request.dialect == dialect {
      documents.append(try #require(try YAMLReader.read(AutoinstallSample.userData(request)).member("autoinstall")))
    }
    documents.append(try #require(try YAMLReader.read(Self.richAutoinstall).member("autoinstall")))
    let mutants = try Self.mutants(of: documents)
    let schema = try #require(Place.shared) + "/validators/autoinstall/autoinstall-schema.ubuntu-\(codename).json"
    let rejected = try Self.rejected(mutants.map { Self.text($0.root) }, schema)
    // As a user's file is read: with its reader, and everything else that is looked at.
    try judge("autoinstall \(dialect)", mutants, rejected) { index in
      let text = "#cloud-config\nautoinstall: \(Self.text(mutants[index].root))\n"
      let found = Autoinstall().check(text, file: "x", dialect: dialect).map(\.message)
      // Sense that is no matter of shape.
      let sense = [
        "neither 'identity'", "starts again at the end", "not hashed", "is no layout", "does not count",
        "makes the installer ask",
      ]
      return found.filter { message in !sense.contains { message.contains($0) } }
    }
  }

  private func judge(
    _ what: String, _ mutants: [Mutant], _ rejected: Set<Int>, _ problems: (Int) throws -> [String]
  ) throws {
    var missed: [String] = []
    var extra: [String] = []
    for index in mutants.indices {
      let found = try problems(index)
      if rejected.contains(index), found.isEmpty { missed.append(mutants[index].name) }
      // The schemas leave maps open where nobody reads other names, and Ubuntu's does not look into `storage`.
      if !rejected.contains(index), !mutants[index].name.contains(".storage."),
        let other = found.first(where: { !$0.contains("is no key") })
      {
        extra.append("\(mutants[index].name): \(other)")
      }
    }
    print("\(what): \(mutants.count) mutants, \(rejected.count) rejected, \(missed.count) missed")
    #expect(missed == [])
    #expect(extra == [])
    #expect(rejected.count > 100 && !mutants.enumerated().contains { $1.name == "none" && rejected.contains($0) })
  }

  struct Mutant {
    var name: String
    var root: AnswerNode
  }

  private static func mutants(of documents: [AnswerNode]) throws -> [Mutant] {
    var seen: Set<String> = []
    let all = documents.flatMap { document in
      [Mutant(name: "none", root: document)] + mutants(of: document, at: "", seen: &seen)
    }
    // All of them take a minute and more.
    return all.enumerated().filter { Place.slow || $0.offset % 4 == 0 }.map(\.element)
  }

  private static func mutants(of node: AnswerNode, at path: String, seen: inout Set<String>) -> [Mutant] {
    var result: [Mutant] = []
    if seen.insert("\(path) \(node.kind)").inserted {
      result += values(node).map { Mutant(name: "\($0.kind) for \(node.kind) at \(path)", root: $0) }
      for (index, member) in node.members.enumerated() {
        var members = node.members
        members[index].key += "x"
        result.append(Mutant(name: "rename \(path).\(member.key)", root: AnswerNode(line: 1, value: .object(members))))
        members.remove(at: index)
        result.append(Mutant(name: "remove \(path).\(member.key)", root: AnswerNode(line: 1, value: .object(members))))
      }
    }
    for (index, member) in node.members.enumerated() {
      result += mutants(of: member.node, at: "\(path).\(member.key)", seen: &seen).map { mutant in
        var members = node.members
        members[index].node = mutant.root
        return Mutant(name: mutant.name, root: AnswerNode(line: 1, value: .object(members)))
      }
    }
    for (index, item) in node.items.enumerated() {
      result += mutants(of: item, at: path + "[]", seen: &seen).map { mutant in
        var items = node.items
        items[index] = mutant.root
        return Mutant(name: mutant.name, root: AnswerNode(line: 1, value: .list(items)))
      }
    }
    return result
  }

  /// Values of other kinds, and other words.
  private static func values(_ node: AnswerNode) -> [AnswerNode] {
    let values: [AnswerNode.Value] = [
      .string("foo"), .boolean(true), .integer(-1), .integer(3), .number, .null, .list([]),
      .list([AnswerNode(line: 1, value: .integer(3))]), .object([]),
      .object([("foo", AnswerNode(line: 1, value: .string("bar")))]),
    ]
    return values.map { AnswerNode(line: 1, value: $0) }
  }

  static func text(_ node: AnswerNode) -> String {
    switch node.value {
    case .string(let text): JSONNode.quoted(text)
    case .boolean(let isTrue): "\(isTrue)"
    case .integer(let number): "\(number)"
    case .number, .unknown: "1.5"
    case .null: "null"
    case .list(let nodes): "[" + nodes.map(text).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { "\(JSONNode.quoted($0.key)): \(text($0.node))" }.joined(separator: ", ") + "}"
    }
  }

  private static func rejected(_ texts: [String], _ schema: String) throws -> Set<Int> {
    try withFolder { folder in
      for (index, text) in texts.enumerated() {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(index).json"))
      }
      let program = """
        import glob, json, os, sys
        from jsonschema import validators
        schema = json.load(open(sys.argv[1]))
        judge = validators.validator_for(schema)(schema)
        for path in glob.glob(sys.argv[2] + '/*.json'):
            if not judge.is_valid(json.load(open(path))): print(os.path.basename(path).split('.')[0])
        """
      let result = try AutoinstallSample.python(["-c", program, schema, folder])
      try #require(result.status == 0, "\(result.output)")
      return Set(result.output.split(separator: "\n").compactMap { Int($0) })
    }
  }

  private static let richAgama = """
    {"product": {"id": "Leap_16.0", "addons": [{"id": "a", "version": "1"}]},
     "user": {"fullName": "A", "userName": "a", "password": "x", "hashedPassword": true},
     "files": [{"destination": "/a", "content": "b", "permissions": "0644"}, {"destination": "/b", "url": "http://a/"}],
     "security": {"sslCertificates": [{"fingerprint": "AB", "algorithm": "SHA1"}]},
     "software": {"patterns": {"add": ["a"], "remove": ["b"]}, "extraRepositories": [{"alias": "a", "url": "b",
       "gpgFingerprints": ["AB 12"], "enabled": true}], "onlyRequired": true},
     "questions": {"policy": "auto", "answers": [{"class": "a", "answer": "b", "data": {"c": "d"}}]},
     "bootloader": {"timeout": 3},
     "network": {"connections": [{"id": "a", "mtu": 1500, "vlan": {"id": 3, "parent": "eth0", "flags": ["gvrp"]},
       "bond": {"mode": "balance-rr", "ports": ["a"]}, "wireless": {"ssid": "a", "band": "a", "pmf": 1},
       "ieee-8021x": {"eap": ["tls"], "peapVersion": "0"}}]},
     "scripts": {"pre": [{"name": "a", "url": "http://a/"}], "post": [{"name": "a", "body": "#!/bin/sh", "chroot": true}]},
     "iscsi": {"targets": [{"address": "a", "port": 1, "name": "b", "interface": "c", "startup": "onboot"}]},
     "storage": {"boot": {"configure": true}, "drives": [
       {"search": {"condition": {"size": {"greater": "10 GiB"}}, "sort": [{"size": "desc"}, "name"], "max": 1},
        "partitions": [{"search": "*", "delete": true}, {"generate": "default"},
         {"generate": {"partitions": "mandatory", "encryption": {"luks2": {"password": "x", "label": "y"}}}},
         {"size": {"min": "1 GiB", "max": "2 GiB"}, "filesystem": {"path": "/", "type": {"btrfs": {"snapshots": true}}}},
         {"size": ["1 GiB", "current"], "id": "swap", "encryption": "random_swap"}]},
       {"alias": "b", "filesystem": {"type": "xfs", "mountBy": "uuid", "mkfsOptions": ["a"]}}],
      "volumeGroups": [{"name": "v", "physicalVolumes": ["a", {"generate": ["b"]}], "logicalVolumes": [
        {"name": "l", "size": 1024, "stripes": 2}, {"pool": true, "alias": "p"}, {"usedPool": "p", "size": "1 GiB"}]}],
      "mdRaids": [{"name": "m", "level": "raid1", "devices": ["a", "b"], "partitions": [{"size": "1 GiB"}]}]}}
    """

  private static let richAutoinstall = """
    autoinstall:
      version: 1
      interactive-sections: []
      identity: {username: a, hostname: b, password: "$6$salt$0123456789abcdef", realname: c}
      kernel: {flavor: hwe}
      network: {version: 2, ethernets: {any: {match: {name: "en*"}, dhcp4: true}}}
      proxy: null
      refresh-installer: {update: true, channel: stable}
      keyboard: {layout: us, variant: "", toggle: null}
      snaps: [{name: a, channel: b, classic: true}]
      active-directory: {admin-name: a, domain-name: b}
      codecs: {install: true}
      ubuntu-pro: {token: C1NWcZTHLteJXGVMM6YhvHDpGrhyy7}
      debconf-selections: "a a/b string c"
      apt:
        mirror-selection: {primary: [country-mirror, {uri: "http://a/", arches: [amd64]}]}
        disable_components: [universe]
        preferences: [{package: a, pin: b, pin-priority: 1}]
        fallback: abort
        geoip: false
      ssh: {install-server: true, authorized-keys: [a], allow-pw: false}
      late-commands: [a, [b, c]]
      shutdown: poweroff
    """
}
