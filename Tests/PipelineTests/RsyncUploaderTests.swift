import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("uploads with rsync")
struct RsyncUploaderTests {
  private func destination(_ target: String, _ arguments: [String] = []) -> UploadDestination {
    var destination = UploadDestination(name: "mirror", type: "rsync", target: target)
    destination.arguments = arguments
    destination.location = SourceLocation(file: "my.conf", line: 5)
    return destination
  }

  @Test("the command line: the user's arguments first, and no file name can become an option")
  func argv() throws {
    let commands = RsyncUploader().commands(
      for: destination("host:/srv/images/", ["-a", "--chmod=F644"]), files: ["/out/a.qcow2", "/out/a.qcow2.sha256sum"])
    #expect(
      commands.map(\.argv) == [
        [
          "rsync", "-a", "--chmod=F644", "--partial-dir=.rsync-partial", "--timeout=600", "--", "/out/a.qcow2",
          "/out/a.qcow2.sha256sum",
          "host:/srv/images/",
        ]
      ])
    // Nobody is there to answer a prompt.
    #expect(commands.first?.environment["RSYNC_RSH"]?.hasPrefix("ssh -o BatchMode=yes -o ConnectTimeout=15") == true)
  }

  @Test(
    "ssh is required for a target behind it only",
    arguments: [
      ("/srv/images", false), ("images/with:colon", false), ("rsync://host/module/", false), ("host::module", false),
      ("host:/srv", true), ("me@host:srv", true), ("host:", true),
    ])
  func tools(target: String, ssh: Bool) {
    let tools = RsyncUploader().requirements(of: destination(target)).map { requirement in
      if case .tool(let tool, _) = requirement { tool } else { "?" }
    }
    #expect(tools == (ssh ? ["rsync", "ssh"] : ["rsync"]))
  }

  @Test("a local folder that is there is fine, and looking leaves nothing in it", needs("rsync"))
  func there() async throws {
    try await TestHost.run { test in
      try Folder.create(test.output)
      for target in [test.output.string, test.output.string + "/"] {
        for arguments in [[], ["-a", "--delete"], ["-rltv", "--remove-source-files"]] {
          let found = await RsyncUploader().check(destination(target, arguments), runner: test.host.runner)
          #expect(found == [], "\(target) \(arguments)")
        }
      }
      #expect(test.names(test.output) == [])
    }
  }

  @Test("a folder whose parent is missing too is an error before anything is built", needs("rsync"))
  func missing() async throws {
    try await TestHost.run { test in
      let target = test.folder.string + "/no/such/folder/"
      let found = await RsyncUploader().check(destination(target), runner: test.host.runner)
      #expect(found.count == 1)
      #expect(found.first?.severity == .error && found.first?.status == .hostNotReady)
      #expect(found.first?.message.hasPrefix("cannot reach the upload destination 'mirror': ") == true)
      #expect(found.first?.message.contains("No such file or directory") == true, "\(found)")
      #expect(found.first?.hint?.contains("'upload-target = \(target)'") == true)
      #expect(found.first?.location?.line == 5)
      #expect(test.names(test.folder) == [])
    }
  }

  @Test("a folder that rsync makes itself is worth a warning: it may be a slip of the pen", needs("rsync"))
  func makes() async throws {
    try await TestHost.run { test in
      for target in [test.folder.string + "/new", test.folder.string + "/new//"] {
        let found = await RsyncUploader().check(destination(target), runner: test.host.runner)
        #expect(found.map(\.severity) == [.warning])
        #expect(found.first?.message.contains("'\(target)' is not there yet") == true, "\(found)")
      }
      #expect(
        await RsyncUploader().check(
          destination(test.folder.string + "/a/b/", ["--mkpath"]), runner: test.host.runner) == [])
      #expect(test.names(test.folder) == [])
    }
  }

  @Test("a file in the folder's place is an error", needs("rsync"))
  func file() async throws {
    try await TestHost.run { test in
      let file = try test.write("file", "x")
      let found = await RsyncUploader().check(destination(file.string), runner: test.host.runner)
      #expect(found.map(\.severity) == [.error])
    }
  }

  @Test("a server that does not answer is an error with rsync's reason", needs("rsync"))
  func unreachable() async throws {
    try await TestHost.run { test in
      // Nobody listens at port 1 of this machine, and the answer is immediate.
      let found = await RsyncUploader().check(
        destination("rsync://127.0.0.1:1/images/"), runner: test.host.runner)
      #expect(found.map(\.severity) == [.error])
      #expect(found.first?.message.contains("Connection refused") == true, "\(found)")
    }
  }

  @Test("a server behind ssh that does not answer is an error with ssh's reason", needs("rsync", "ssh"))
  func unreachableBySSH() async throws {
    try await TestHost.run { test in
      let found = await RsyncUploader().check(
        destination("127.0.0.1:/srv/images/", ["--rsh=ssh -p 1 -o BatchMode=yes"]), runner: test.host.runner)
      #expect(found.map(\.severity) == [.error])
      #expect(found.first?.message.contains("Connection refused") == true, "\(found)")
    }
  }

  @Test("without rsync the finding says so")
  func noTool() async throws {
    let found = await RsyncUploader().check(destination("/srv"), runner: RecordingRunner(tools: []))
    #expect(found.first?.message.contains("cannot find 'rsync'") == true)
  }

  @Test(
    "the question is asked about a name inside the target",
    arguments: [
      ("host:", "host:.image-factory-probe"), ("host:/", "host:/.image-factory-probe"),
      ("host:srv", "host:srv/.image-factory-probe"), ("host::module", "host::module/.image-factory-probe"),
      ("/srv/images/", "/srv/images/.image-factory-probe"),
    ])
  func probe(target: String, asked: String) async throws {
    let runner = RecordingRunner()
    #expect(await RsyncUploader().check(destination(target, ["-a"]), runner: runner) == [])
    #expect(
      runner.commands.all.map(\.argv) == [["rsync", "-a", "--dry-run", "--dirs", "--timeout=20", "/dev/null", asked]])
    #expect(runner.commands.all.first?.timeLimit == .seconds(30))
  }
}
