import Model
import SystemPackage

/// What the rules of an image write into: the config itself, and the names of sections that become part of it.
struct ImageDraft: Sendable {
  var config: ImageConfig
  var inherits = ""
  var isTemplate = false
  var users: [String] = []
  var partitions: [String] = []
  var repositories: [String] = []
  var files: [String] = []
  var destinations: [String] = []
  var beforeScripts: [FilePath] = []
  var lateScripts: [FilePath] = []
  var errorScripts: [FilePath] = []
  var rootPassword = PasswordWays()
  var firewall: Bool?
  var firewallOpen: [String] = []
  var ostreeRemote = ""
  var ostreeURL = ""
  var ostreeRef = ""
  var tree = TreeAttributes()
  var mergedOptions: [String] = []
  var hookSecrets: [String] = []
  var eibEnvironment = false

  init(name: String) { config = ImageConfig(name: name) }
}

/// The five attributes that name an image of a tree of layers.
package struct TreeAttributes: Sendable, Hashable {
  package var product = ""
  package var branch = ""
  package var arch = ""
  package var platform = ""
  package var personality = ""

  package init() {}
}
