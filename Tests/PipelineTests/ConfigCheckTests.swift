import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("settings that exclude or need each other")
struct ConfigCheckTests {
  private func findings(_ change: (inout ImageConfig) -> Void) async throws -> [Finding] {
    try await TestHost.run { test in
      ConfigCheck.findings(
        of: try test.config {
          for (number, key) in ["depot", "linux", "format", "preseed"].enumerated() {
            $0.origins[key] = SourceLocation(file: "my.conf", line: number + 1)
          }
          change(&$0)
        })
    }
  }

  @Test("a good config has no findings")
  func good() async throws {
    #expect(try await findings { _ in } == [])
  }

  @Test("the pinned installer without the depot that it needs")
  func pinnedWithoutDepot() async throws {
    let found = try await findings {
      $0.source.choice = .pinned
      $0.source.depot = false
    }
    #expect(found.map(\.message) == ["'installer = pinned' needs the package depot, which 'depot = no' turns off"])
    #expect(found.first?.location == SourceLocation(file: "my.conf", line: 1))
    #expect(found.first?.severity == .error && found.first?.status == .configInvalid)
  }

  @Test("a kernel without an initrd, and the other way round")
  func half() async throws {
    for change in [{ $0.source.initrd = [] }, { $0.source.kernel = [] }] as [(inout ImageConfig) -> Void] {
      let found = try await findings(change)
      #expect(found.map(\.message) == ["'linux' and 'initrd' belong together, only one is set"])
      #expect(found.first?.location?.line == 2)
    }
  }

  @Test("two answer files of one's own")
  func twoFiles() async throws {
    let found = try await findings { $0.answerFile.own = ["preseed": "/etc/hostname", "kickstart": "/etc/hostname"] }
    #expect(found.map(\.message) == ["'kickstart' and 'preseed' are set, an installation takes one answer file"])
    #expect(found.first?.location?.line == 4)
  }

  @Test("an answer file that cannot be read, or is a folder")
  func unreadable() async throws {
    for path in ["/no/such/preseed.cfg", "/etc"] as [FilePath] {
      let found = try await findings { $0.answerFile.own = ["preseed": path] }
      #expect(found.map(\.message) == ["cannot read the answer file '\(path)' of 'preseed'"])
      #expect(found.first?.location?.line == 4)
    }
  }

  @Test("an upload type that nobody knows")
  func uploadType() async throws {
    let found = try await findings {
      var destination = UploadDestination(name: "mirror", type: "carrier-pigeon", target: "x")
      destination.location = SourceLocation(file: "my.conf", line: 9)
      $0.publishing.destinations = [destination]
    }
    #expect(found.map(\.message) == ["unknown upload-type 'carrier-pigeon' in [mirror]"])
    #expect(found.first?.hint == "known: rsync")
    #expect(found.first?.location?.line == 9)
  }

  @Test("no disk format")
  func noFormat() async throws {
    let found = try await findings { $0.disk.formats = [] }
    #expect(found.map(\.message) == ["no disk format is asked for"])
    #expect(found.first?.location?.line == 3)
  }

  @Test("a display that more than this machine can reach is worth a warning")
  func display() async throws {
    for local in ["127.0.0.1:5901", "127.1.2.3:0", "localhost:5901", "[::1]:5901", ":5901", ":1"] {
      #expect(try await findings { $0.machine.vnc = local } == [], "\(local)")
    }
    for open in [
      "0.0.0.0:5901", "[::]:1", "[::1234]:1", "127.example.org:1", "localhost.example.org:1", "127.0.0.1.2:1",
    ] {
      let found = try await findings { $0.machine.vnc = open }
      #expect(found.map(\.severity) == [.warning], "\(open)")
      #expect(found.first?.message.hasPrefix("'vnc = \(open)' lets everybody") == true)
    }
  }

  @Test("an image name that no file name can start with", arguments: ["-rf", "a/b", "a,b"])
  func imageName(name: String) async throws {
    let found = try await findings { $0.name = name }
    #expect(found.map(\.message) == ["the image name '\(name)' cannot be the start of a file name"])
  }

  @Test("everything is said at once, by the planner too")
  func together() async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      let config = try test.config {
        $0.disk.formats = []
        $0.source.initrd = []
        $0.publishing.destinations = [UploadDestination(name: "m", type: "pigeon", target: "x")]
      }
      let result = await Planner(host: test.host, shippedFolder: nil).plan(config, hookEnvironment: [:])
      for part in ["no disk format", "belong together", "unknown upload-type"] {
        #expect(result.findings.contains { $0.message.contains(part) }, "\(part)")
      }
    }
  }
}
