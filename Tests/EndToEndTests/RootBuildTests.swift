import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

extension EndToEnd {
  @Suite("A build as root")
  struct RootBuild {
    let workshop: Workshop
    let build: FinishedBuild

    /// All tests look at the same build.
    init() async throws {
      let workshop = try #require(Workshop.current)
      self.workshop = workshop
      build = try await workshop.rootBuild.value {
        let config = try TestConfig("root", in: workshop, asUser: false)
        let traces = Traces(workshop)
        let build = try await workshop.timedBuild(config, ["--keep-raw"])
        try await traces.check(config)
        return build
      }
    }

    private var raw: FilePath { get throws { FilePath(try build.artifact("raw").path) } }

    @Test("a build as root succeeds and leaves no domain, pool, process or work folder")
    func succeeds() {
      #expect(build.result.status == 0, "\(build.failure)")
      #expect(build.report?.status == .done)
      #expect(build.report?.leftovers == [])
      #expect(build.report?.stages.allSatisfy { $0.state == .done } == true)
    }

    @Test("without a libvirt daemon the factory starts libvirtd and virtlogd, says so, and ends them")
    func startsDaemons() throws {
      for (daemon, socket, wasThere) in [
        ("libvirtd", "libvirt-sock", workshop.foundDaemon), ("virtlogd", "virtlogd-sock", workshop.foundLogDaemon),
      ] {
        // One that somebody else runs is used and stays.
        #expect(build.texts(.step).contains { $0.contains("started \(daemon)") } == !wasThere)
        if !wasThere { #expect(!UnixSockets.answers("/run/libvirt/\(socket)")) }
      }
    }

    @Test("the guest is there within ten seconds of the command")
    func startsQuickly() throws {
      let seconds = try #require(build.seen.guestAfter, "no guest was seen")
      #expect(seconds <= 10)
    }

    @Test("the peak memory of the program stays below 100 MiB")
    func memory() throws {
      #expect(build.seen.peakMemory > 1 << 20, "it was not measured")
      #expect(build.seen.peakMemory < 100 << 20)
      #expect(build.timeReport.contains("Maximum resident set size"))
    }

    @Test("every line of the JSON output is an event and the last one is the report")
    func jsonLines() throws {
      let lines = build.result.output.split(separator: "\n")
      #expect(build.events.count == lines.count - 1)
      #expect(build.events.first?.kind == .buildStarted)
      #expect(build.events.last?.kind == .buildFinished)
      let started = build.events.filter { $0.kind == .stageStarted }.compactMap(\.stage)
      #expect(started == build.report?.stages.map(\.name))
      #expect(build.events.contains { $0.kind == .progress && $0.stage == "install" && ($0.fraction ?? 0) > 0.5 })
      #expect(zip(build.events, build.events.dropFirst()).allSatisfy { $0.elapsed <= $1.elapsed + 0.5 })
    }

    @Test("the file system of the image is clean and its free blocks read as zero")
    func fileSystem() async throws {
      let image = try await ImageInspection(raw: try raw)
      let check = try await image.check()
      #expect(check.status == 0, "\(check.output)")
      #expect(try await image.freeBlocksInUse(scratch: workshop.scratch.path) == 0)
    }

    @Test("the raw image has holes: it takes less room than its size")
    func holes() throws {
      var information = stat()
      try #require(stat(try raw.string, &information) == 0)
      #expect(information.st_size == 256 << 20)
      #expect(information.st_blocks * 512 < 64 << 20)
    }

    @Test("the qcow2 image passes qemu-img check and equals the raw one")
    func qcow2() async throws {
      let image = try build.artifact("qcow2").path
      let check = try await Child.run("qemu-img", "check", image)
      #expect(check.status == 0, "\(check.output)\(check.errors)")
      let compared = try await Child.run("qemu-img", "compare", try raw.string, image)
      #expect(compared.status == 0, "\(compared.output)")
    }

    @Test(
      "sha256sum -c accepts the checksum files, here and where the image was uploaded",
      arguments: ["images", "uploads"])
    func checksums(folder: String) async throws {
      let place = build.config.folder.appending(folder)
      for format in ["raw", "qcow2"] {
        let child = try Child(["sha256sum", "--strict", "-c", "\(build.base).\(format).sha256sum"], folder: place)
        let result = await child.wait()
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("\(build.base).\(format)"))
      }
    }

    @Test("the digests in the report are those of the checksum files")
    func digests() throws {
      for artifact in try #require(build.report?.artifacts) {
        let text = try String(contentsOfFile: artifact.path + ".sha256sum", encoding: .utf8)
        #expect(text.hasPrefix(artifact.sha256))
      }
    }

    @Test("the installer's logs are saved beside the image and are gone inside")
    func logs() async throws {
      let image = try await ImageInspection(raw: try raw)
      #expect(try await !image.exists("/var/log/installer"))
      let folder = build.config.output.appending("\(build.base).installer-logs")
      let saved = try FileManager.default.subpathsOfDirectory(atPath: folder.string)
      #expect(saved.contains { $0.hasSuffix("hardware-summary") }, "\(saved)")
      #expect(saved.contains("syslog") && saved.contains("console.log"), "\(saved)")
      let log = try String(contentsOfFile: build.config.output.appending("\(build.base).log").string, encoding: .utf8)
      #expect(log.contains("[install]") && log.contains("main-menu"))
    }

    @Test("what belongs to one machine is gone: machine-id, host keys, leases, random seed, history, the build's proxy")
    func identity() async throws {
      let image = try await ImageInspection(raw: try raw)
      #expect(try await image.read("/etc/machine-id") == "")
      #expect(try await image.names(in: "/etc/ssh").filter { $0.hasPrefix("ssh_host_") } == [])
      #expect(try await image.names(in: "/var/lib/dhcp").filter { $0.hasSuffix(".leases") } == [])
      for gone in [
        "/var/lib/dbus/machine-id", "/var/lib/systemd/random-seed", "/root/.bash_history", "/etc/apt/apt.conf",
        "/var/log/bootstrap.log", "/var/log/dpkg.log",
      ] {
        #expect(try await !image.exists(gone), "\(gone)")
      }
      #expect(try await image.names(in: "/var/log/journal") == [])
    }

    @Test("nothing but the trap that a hostile guest sets is followed: the host's files are as before")
    func hostFiles() async throws {
      let image = try await ImageInspection(raw: try raw)
      // The miniature links a log to /etc/shadow; inside the image that means its own.
      #expect(try await image.read("/etc/shadow")?.contains("root:") == true)
      #expect(FileManager.default.fileExists(atPath: "/etc/shadow"))
    }

    @Test("the answers have reached the installed system")
    func answers() async throws {
      let image = try await ImageInspection(raw: try raw)
      #expect(try await image.read("/etc/hostname") == "golden\n")
      // The miniature writes down what a real system's useradd and chpasswd would have been called with.
      let saved = build.config.output.appending("\(build.base).installer-logs/var_log_installer_commands")
      let commands = try String(contentsOfFile: saved.string, encoding: .utf8)
      #expect(commands.contains("useradd") && commands.contains("tester"), "\(commands)")
      #expect(commands.contains("chpasswd --encrypted"))
      #expect(try await image.read("/etc/sudoers.d/image-factory-1") == "tester ALL=(ALL:ALL) NOPASSWD: ALL\n")
      let sources = try await image.read("/etc/apt/sources.list") ?? ""
      for line in ["debian trixie main", "trixie-security main", "trixie-updates main"] {
        #expect(sources.contains(line))
      }
      #expect(
        try await image.read("/etc/systemd/system/image-factory-ssh-host-keys.service")?.contains("ssh-keygen") != false
      )
    }

    @Test("hooks run in order with their words as written and the settings in their environment")
    func hooks() throws {
      let qcow2 = try build.artifact("qcow2").path
      #expect(try recorded("after-upload.args") == "\(qcow2)\na  b\n\n")
      #expect(try recorded("after-upload-2.args") == "\(qcow2)\n")
      #expect(try recorded("after-build.args") == "two words\nit's\n\(qcow2)\n")
      for record in ["after-upload", "after-build"] {
        let environment = try recorded("\(record).env")
        #expect(environment.contains("IMAGE_FACTORY_IMAGE=e2e\n"))
        #expect(environment.contains("IMAGE_FACTORY_E2E_HOSTNAME=golden\n"))
        #expect(environment.contains("IMAGE_FACTORY_SHELF_UPLOAD_TYPE=rsync\n"))
      }
      #expect(build.report?.uploads.map(\.succeeded) == [true])
    }

    @Test("a password hash is in no event, log, report, plan, hook or process list")
    func secrets() async throws {
      #expect(build.seen.looks > 20, "the process list was looked at")
      #expect(build.seen.leaks.isEmpty)
      #expect(!build.words.contains(Workshop.marker))
      let folders = [build.config.output, build.config.folder, workshop.scratch.path.appending("state")]
      for folder in folders {
        // The configuration itself and the images hold the hashes, nothing else does.
        let found = try await Child.run(
          "grep", "-rl", "--exclude=e2e.conf", "--exclude=*.raw", "--exclude=*.qcow2", Workshop.marker, folder.string)
        #expect(found.output == "" && found.status == 1)
      }
      let plan = try await Child.run(
        Workshop.binary.string, "plan", TestConfig.image, "--json", "--config", build.config.file.string,
        environment: workshop.rootEnvironment)
      #expect(plan.status == 0 && plan.output.contains("\"baseName\""), "\(plan.errors)")
      #expect(!(plan.output + plan.errors).contains(Workshop.marker))
    }

    @Test(
      "a second build of the day is numbered, leaves the first as it is, and one failed hook makes it incomplete, not lost"
    )
    func secondBuild() async throws {
      let first = build
      let digest = try first.artifact("qcow2").sha256
      let second = try await workshop.secondBuild.value { [workshop] in
        try await workshop.build(first.config, ["--set", "[shelf]post-upload-command=/bin/false ${image}"])
      }
      #expect(second.result.status == 8, "\(second.failure)")
      #expect(second.base == "\(first.base)-2")
      #expect(second.words.contains("/bin/false"))
      #expect(second.report?.uploads.map(\.succeeded) == [false])
      let now = try await Child.run("sha256sum", try first.artifact("qcow2").path)
      #expect(now.output.hasPrefix(digest))
      #expect(FileManager.default.fileExists(atPath: try second.artifact("qcow2").path))
      #expect(second.events.first?.expected != nil, "the first build's time is the second one's expectation")
    }

    private func recorded(_ name: String) throws -> String {
      try String(contentsOfFile: build.config.folder.appending(name).string, encoding: .utf8)
    }
  }
}
