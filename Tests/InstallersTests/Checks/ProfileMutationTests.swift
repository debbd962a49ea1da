import Foundation
import Model
import Testing

@testable import Installers

/// Breaks profiles in every place where they can be broken, and asks YaST's own schema and our table about each.
@Suite("mutations of the AutoYaST profile")
struct ProfileMutationTests {
  private static let schema = Place.shared.map { $0 + "/validators/autoyast/SLE-15-SP6/rng/profile.rng" }

  /// A document with one change, and what was changed.
  struct Mutant {
    var name: String
    var root: XMLOutline.Node
  }

  @Test(
    "what YaST's schema rejects is found here, and nothing else is",
    .enabled(if: Place.shared != nil, "needs ../shared"), .enabled(if: Place.tool("xmllint") != nil, "needs xmllint"))
  func mutants() throws {
    var mutants: [Mutant] = []
    var seen: Set<String> = []
    for request in SUSESample.requests(dialect: "SLE-15-SP6").map(Optional.some) + [nil] {
      let text = try request.map { try Sample.text(try AutoYaST().render($0).files.first) } ?? Self.rich
      let root = try #require(XMLOutline(text).root)
      mutants.append(Mutant(name: "none", root: root))
      mutants += Self.mutants(of: root, at: "profile", seen: &seen)
    }
    // All of them take half a minute and more.
    mutants = mutants.enumerated().filter { Place.slow || $0.offset % 4 == 0 }.map(\.element)
    let rejected = try Self.rejected(mutants.map { Self.text($0.root) })
    var missed: [String] = []
    var extra: [String] = []
    for (mutant, isRejected) in zip(mutants, rejected) {
      var check = ElementCheck(AutoYaSTShapes.all)
      for section in mutant.root.children where AutoYaSTShapes.all[section.name] != nil {
        check.check(section, .named(section.name))
      }
      if isRejected, check.problems.isEmpty { missed.append(mutant.name) }
      if !isRejected, !check.problems.isEmpty { extra.append("\(mutant.name): \(check.problems[0].message)") }
    }
    print("AutoYaST: \(mutants.count) mutants, \(rejected.filter { $0 }.count) rejected, \(missed.count) missed")
    #expect(missed == [])
    #expect(extra == [])
    #expect(rejected.filter { $0 }.count > 80)
  }

  /// Sections that we never render.
  private static let rich = """
    <profile xmlns="http://www.suse.com/1.0/yast2ns" xmlns:config="http://www.suse.com/1.0/configns">
      <general><ask-list config:type="list"><ask><question>q</question><type>integer</type><timeout t="integer">3</timeout>
        <selection t="list"><entry><value>a</value><label>b</label></entry></selection></ask></ask-list>
        <signature-handling><import_gpg_key t="boolean">true</import_gpg_key></signature-handling></general>
      <add-on><add_on_products t="list"><listentry><media_url>http://a/</media_url><priority t="integer">3</priority>
        <signature-handling><accept_unknown_gpg_key><all t="boolean">true</all></accept_unknown_gpg_key>
        </signature-handling></listentry></add_on_products></add-on>
      <networking><interfaces t="list"><interface><device>eth0</device><bootproto>dhcp</bootproto></interface></interfaces>
        <routing><ipv4_forward t="boolean">false</ipv4_forward><routes t="list"><route><destination>default</destination>
        </route></routes></routing><dns><nameservers t="list"><nameserver>::1</nameserver></nameservers></dns></networking>
      <kdump><crash_kernel t="list"><listentry>1M</listentry></crash_kernel><general><KDUMP_CPUS>1</KDUMP_CPUS></general></kdump>
      <host><hosts t="list"><hosts_entry><host_address>::1</host_address><names t="list"><name>a</name></names>
        </hosts_entry></hosts></host>
      <files t="list"><file><file_path>/a</file_path><file_contents>b</file_contents></file></files>
      <services-manager><services><enable t="list"><service>a</service></enable></services></services-manager>
      <sysconfig t="list"><sysconfig_entry><sysconfig_key>a</sysconfig_key><sysconfig_path>/a</sysconfig_path>
        <sysconfig_value>b</sysconfig_value></sysconfig_entry></sysconfig>
      <partitioning t="list"><drive><device>/dev/vda</device><skip_list t="list"><listentry><skip_key>a</skip_key>
        <skip_value>b</skip_value></listentry></skip_list><partitions t="list"><partition><subvolumes t="list">
        <subvolume><path>a</path><copy_on_write t="boolean">false</copy_on_write></subvolume><listentry>b</listentry>
        </subvolumes><filesystem t="symbol">btrfs</filesystem></partition></partitions></drive></partitioning>
      <suse_register><addons t="list"><addon><name>a</name><version>b</version></addon></addons></suse_register>
      <timezone><hwclock>UTC</hwclock><timezone>Etc/UTC</timezone></timezone>
      <nfs_server><nfs_exports t="list"><nfs_export><allowed t="list"><allowed_clients>*(rw)</allowed_clients></allowed>
        <mountpoint>/a</mountpoint></nfs_export></nfs_exports><start_nfsserver t="boolean">true</start_nfsserver></nfs_server>
    </profile>
    """

  /// Every change at every place below the root; a place that has been seen in another document is left out.
  private static func mutants(of root: XMLOutline.Node, at path: String, seen: inout Set<String>) -> [Mutant] {
    var result: [Mutant] = []
    for (index, child) in root.children.enumerated() {
      let place = "\(path)/\(child.name)"
      let kind = "\(place) \(child.attributes.keys.sorted())"
      if seen.insert(kind).inserted {
        // An unknown section passes the schema; it and one that is there twice are told by another check.
        for (name, change) in changes(child)
        where path != "profile" || !["rename", "rename-case", "twice"].contains(name) {
          var copy = root
          copy.children.replaceSubrange(index...index, with: change)
          result.append(Mutant(name: "\(name) \(place)", root: copy))
        }
      }
      result += mutants(of: child, at: place, seen: &seen).map { mutant in
        var copy = root
        copy.children[index] = mutant.root
        return Mutant(name: mutant.name, root: copy)
      }
    }
    return result
  }

  /// What may become of an element.
  private static func changes(_ node: XMLOutline.Node) -> [(String, [XMLOutline.Node])] {
    var inner = XMLOutline.Node(name: "listentry", line: 1, attributes: [:])
    inner.text = "x"
    var changes: [(String, [XMLOutline.Node])] = [
      ("rename", changed(node) { $0.name += "x" }), ("rename-case", changed(node) { $0.name = $0.name.uppercased() }),
      ("remove", []), ("twice", [node, node]), ("untyped", changed(node) { $0.attributes = [:] }),
      ("attribute", changed(node) { $0.attributes["size"] = "1" }),
      ("two-types", changed(node) { $0.attributes["type"] = "list" }),
      ("child", changed(node) { $0.children.append(inner) }), ("words", changed(node) { $0.text += "word" }),
    ]
    for type in ["boolean", "integer", "list", "map", "string", "symbol", "nothing"] {
      changes.append(("type-\(type)", changed(node) { $0.attributes = ["t": type] }))
    }
    if node.children.isEmpty {
      for text in ["no", "", "1", "true"] { changes.append(("text-\(text)", changed(node) { $0.text = text })) }
    } else {
      changes.append(("emptied", changed(node) { $0.children = [] }))
    }
    return changes
  }

  private static func changed(
    _ node: XMLOutline.Node, _ change: (inout XMLOutline.Node) -> Void
  ) -> [XMLOutline.Node] {
    var copy = node
    change(&copy)
    return [copy]
  }

  static func text(_ node: XMLOutline.Node) -> String {
    func escaped(_ text: String) -> String {
      text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
        "\"", with: "&quot;")
    }
    let spaces =
      node.name == "profile"
      ? " xmlns=\"http://www.suse.com/1.0/yast2ns\" xmlns:config=\"http://www.suse.com/1.0/configns\"" : ""
    let attributes = node.attributes.filter { !$0.key.hasPrefix("xmlns") }.sorted { $0.key < $1.key }.map {
      " \($0.key)=\"\(escaped($0.value))\""
    }
    return "<\(node.name)\(spaces)\(attributes.joined())>" + escaped(node.text) + node.children.map(text).joined()
      + "</\(node.name)>"
  }

  /// Whether YaST's schema rejects each of the documents; one run reads the schema once.
  private static func rejected(_ texts: [String]) throws -> [Bool] {
    try withFolder { folder in
      var words = ["xmllint", "--noout", "--nonet", "--relaxng", try #require(schema)]
      for (index, text) in texts.enumerated() {
        words.append("\(folder)/\(index).xml")
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(index).xml"))
      }
      let lines = Set(try run(words).output.split(separator: "\n"))
      return try texts.indices.map { index in
        let isValid = lines.contains("\(folder)/\(index).xml validates")
        try #require(isValid || lines.contains("\(folder)/\(index).xml fails to validate"))
        return !isValid
      }
    }
  }
}
