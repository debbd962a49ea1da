import Foundation
import Installers
import Model
import Testing

/// Judges that nobody of this project wrote: debconf, the templates of Debian 13's installer, and that installer's own parser.
@Suite("independent judges of the preseed")
struct PreseedOracleTests {
  private func each(_ body: (String, String) throws -> Void) throws {
    for request in Sample.requests() {
      try withFolder { folder in
        let text = try Sample.text(try Preseed().render(request).files.first)
        let path = folder + "/preseed.cfg"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try body(path, text)
      }
    }
  }

  @Test(
    "debconf reads every line, silently", .enabled(if: Place.tool("debconf-set-selections") != nil, "needs debconf"))
  func debconf() throws {
    try each { path, _ in
      let result = try run("debconf-set-selections", "--checkonly", path)
      #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
    }
  }

  @Test(
    "every question, type and choice is the installer's", .enabled(if: Place.shared != nil, "needs ../shared"),
    .enabled(if: Place.tool("python3") != nil, "needs python3"))
  func keys() throws {
    let checker = try #require(Place.shared) + "/validators/preseed/check-keys.py"
    try each { path, _ in
      let result = try run("python3", checker, path)
      // The table has these as a pattern, which the checker does not expand.
      let found = result.output.split(separator: "\n").filter { !$0.contains("UNKNOWN apt-setup/local") }
      #expect(found.isEmpty, "\(result.output)")
    }
  }

  @Test(
    "the installer's own parser holds every value byte for byte",
    .enabled(if: Place.slow, "downloads 150 MB; set IMAGE_FACTORY_SLOW_TESTS"),
    .enabled(if: Place.shared != nil, "needs ../shared"), .enabled(if: getuid() == 0, "needs root"))
  func installer() throws {
    let script = try #require(Place.shared) + "/validators/preseed/installer-parser.sh"
    try withFolder { folder in
      let prepared = try run("sh", script, "prepare", folder + "/root")
      #expect(prepared.status == 0, "\(prepared.output)")
      try each { path, text in
        let result = try run("sh", script, "check", folder + "/root", path, "initrd")
        #expect(result.status == 0, "\(result.output)")
        let rows = result.output.split(separator: "\n").map {
          $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        let got = Dictionary(
          rows.filter { $0.count == 4 && $0[0].contains("/") }.map { (String($0[0]), String($0[3])) },
          uniquingKeysWith: { first, _ in first })
        for (key, value) in Sample.answers(text) { #expect(got[key] == value, "\(key)") }
        #expect(!result.output.contains("SYNTAX ERROR"))
      }
    }
  }
}
