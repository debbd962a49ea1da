import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

extension RealSudo {
  @Suite("The helper at work, and while others interfere", .serialized, .needs("bash", "setpriv"))
  struct Races {
    let host: HelperHost

    init() throws { host = try #require(HelperHost.current) }

    private static let isSlow = ProcessInfo.processInfo.environment["IMAGE_FACTORY_SLOW"] == "1"

    /// Waits until nothing of the helper is there any more.
    private func areGone(_ busy: BusyHelper, within seconds: Double) async throws -> Bool {
      let deadline = ContinuousClock.now + .seconds(seconds)
      while ContinuousClock.now < deadline {
        let alive = busy.processes.contains { kill($0, 0) == 0 && busy.status($0, "State")?.hasPrefix("Z") == false }
        if !alive, HostState.loops(host) == [] { return true }
        try await Task.sleep(for: .milliseconds(50))
      }
      return false
    }

    @Test("nothing of the caller's and nothing of the host's is in the hands of who works in the guest's tree")
    func confined() async throws {
      let busy = try await BusyHelper(host)
      defer { busy.send(SIGKILL) }
      let (parent, worker) = (busy.processes[0], busy.processes[1])
      // CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER.
      #expect(
        busy.status(worker, "CapEff") == "000000000000000e" && busy.status(worker, "CapPrm") == "000000000000000e")
      #expect(busy.status(worker, "CapBnd") == "0000000000000000" && busy.status(worker, "NoNewPrivs") == "1")
      #expect(busy.status(parent, "NoNewPrivs") == "1" && busy.status(parent, "Umask") == "0077")
      #expect(busy.status(parent, "SigBlk") == "0000000000000000")
      // SIGPIPE, SIGTSTP, SIGTTIN and SIGTTOU: no terminal and no reader decides what becomes of a mounted file system.
      let ignored = busy.status(parent, "SigIgn").flatMap { UInt64($0, radix: 16) } ?? 0
      // Without the two that are the C library's own.
      #expect(ignored & 0x7FFF_FFFF == 0x38_1000)
      let limits = try String(contentsOfFile: "/proc/\(parent)/limits", encoding: .utf8)
      for line in ["Max core file size        0 ", "Max file size             unlimited "] {
        #expect(limits.contains(line), "\(limits)")
      }
      for process in busy.processes {
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd") == "/")
        let files = busy.files(process).filter {
          !$0.hasPrefix("/dev/null") && !$0.contains("/child-") && !$0.hasPrefix("pipe:") && !$0.hasPrefix("/dev/pts/")
        }
        let known = [busy.image.path, host.user.home.appending("busy").string, busy.loop]
        #expect(
          files.allSatisfy { known.contains($0) || $0 == "/" || $0.hasPrefix("/var") || $0.hasPrefix("/etc") },
          "of the guest's or ours: \(files)")
        // The folder that is walked right now: the guest's and not the host's of that name.
        var top = stat()
        #expect(stat("/proc/\(worker)/root/.", &top) == 0)
        for number in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd") {
          let link = "/proc/\(process)/fd/\(number)"
          let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? ""
          var status = stat()
          guard target.hasPrefix("/var") || target.hasPrefix("/etc"), stat(link, &status) == 0 else { continue }
          #expect(status.st_dev == top.st_dev, "\(target)")
        }
      }
      // What is "/" to the worker is no folder of the host's.
      var (inner, outer) = (stat(), stat())
      #expect(stat("/proc/\(worker)/root/.", &inner) == 0 && stat("/", &outer) == 0 && inner.st_dev != outer.st_dev)
      var options = statvfs()
      #expect(statvfs("/proc/\(worker)/root/.", &options) == 0)
      // ST_NOSUID, ST_NODEV, ST_NOEXEC and ST_NOSYMFOLLOW (statfs(2)).
      for bit: UInt in [2, 4, 8, 0x2000] { #expect(options.f_flag & bit != 0, "mount flag \(bit)") }
      #expect(HostState.mounts(host) == [], "the mount is nobody's but the helper's")
    }

    @Test("while a file system is mounted nobody opens the image, and udev leaves the loop device alone")
    func locked() async throws {
      let busy = try await BusyHelper(host)
      defer { busy.send(SIGKILL) }
      let device = open(busy.loop, O_RDONLY | O_CLOEXEC)
      #expect(device >= 0 && flock(device, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      close(device)
      for flags in [O_RDONLY, O_RDWR] {
        #expect(open(busy.image.path, flags | O_NONBLOCK | O_CLOEXEC) < 0 && errno == EWOULDBLOCK)
      }
      busy.send(SIGCONT)
      let result = await busy.call.wait()
      // Who knocked is told of, and the work was done in time.
      #expect(result.status == 0 && result.errors.contains("somebody else opens the image"), "\(result.errors)")
      #expect(try await busy.image.check().status == 0)
    }

    @Test(
      "a helper that is killed leaves no mount, loop device or process; the next one finds nothing in its way",
      arguments: ["btrfs", "ext4", "xfs"])
    func killed(kind: String) async throws {
      for index in 0..<2 {
        let busy = try await BusyHelper(host, kind: kind)
        busy.send(SIGKILL, to: busy.processes[index])
        if index == 1 { busy.send(SIGCONT, to: busy.processes[0]) }
        #expect(try await areGone(busy, within: 20), "\(kind), process \(index)")
        #expect(await busy.call.wait().status != 0)
        #expect(HostState.mounts(host) == [])
        let output = try host.user.file("after")
        let again = try await host.sudo(["clean"] + busy.image.words + ["--output=\(output)", "--remove=/var/many"])
        #expect(again.status == 0, "\(again.errors)")
        let checked = try await busy.image.check()
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        #expect(try await busy.image.look("ls -d var/many || true") == "")
        unlink(busy.image.path)
      }
    }

    @Test(
      "who opens the image gets it when the file system is unmounted, and not before",
      .enabled(if: isSlow, "takes half a minute: set IMAGE_FACTORY_SLOW=1"))
    func leaseBroken() async throws {
      let busy = try await BusyHelper(host)
      // The worker does not go on: no end of the work is in sight.
      busy.send(SIGCONT, to: busy.processes[0])
      let started = ContinuousClock.now
      let opener = try Child(host.user.command(["sh", "-c", "exec 9<>\"$1\"; date >&9", "sh", busy.image.path]))
      #expect(try await areGone(busy, within: 44), "the kernel lets the opener in after 45 seconds")
      #expect(ContinuousClock.now - started > .seconds(20))
      #expect(await opener.wait().status == 0)
      #expect(await busy.call.wait().status != 0)
    }

    @Test("files, links and folders that change places all the time lead to nothing that is not the caller's")
    func swapped() async throws {
      let canary = try host.scratch.makeFolder("canary", mode: 0o700).string
      try host.scratch.write("root's secret\n", to: "canary/secret", mode: 0o600)
      try host.scratch.write("", to: "canary/empty", mode: 0o600)
      let image = try await GuestImage("ext4", in: host)
      let home = host.user.home.string
      let folder = try host.user.folder("\(home)/swap")
      let script = """
        cd "$1"
        mkdir real; ln -s "$2" link
        cp --sparse=always "$3" real/image; : >real/output
        mkdir decoy; ln -s "$2/secret" decoy/image; ln -s "$2/empty" decoy/output
        echo ready
        while :; do
          mv -T real folder; mv -T folder real
          mv -T decoy folder; mv -T folder decoy
          mv -T link folder; mv -T folder link
          : >|real/output
        done
        """
      let swapper = try Child(
        host.user.command(["bash", "-c", script, "bash", folder, canary, image.path]),
        environment: host.user.environment)
      defer { kill(-swapper.pid, SIGKILL) }
      let deadline = ContinuousClock.now + .seconds(10)
      while !swapper.output.contains("ready"), ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(10))
      }
      let before = HostState(host)
      var statuses: Set<Int32> = []
      for _ in 0..<60 {
        let words = ["\(folder)/folder/image"] + image.words.dropFirst() + ["--output=\(folder)/folder/output"]
        let result = try await host.sudo(["--dry-run", "clean"] + words)
        statuses.insert(result.status)
      }
      #expect(statuses.isSubset(of: [0, 2]), "\(statuses)")
      #expect(HostState(host) == before)
    }

    @Test("a mount point that changes into a link all the time is never left by a mount")
    func swappedMountPoint() async throws {
      let image = try await GuestImage("ext4", in: host)
      let made = try await Child.run(
        "losetup", "--find", "--show", "--offset", "1048576", "--sizelimit", "\(image.size)", image.path)
      let loop = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
      let canary = try host.scratch.makeFolder("canary", mode: 0o755).string
      let place = "/tmp/image-factory.race_\(UUID().uuidString.prefix(8))"
      let script = """
        cd /tmp
        while :; do mkdir -m 700 "$1"; rmdir "$1"; ln -sT "$2" "$1"; rm "$1"; done 2>/dev/null
        """
      let swapper = try Child(
        host.user.command(["bash", "-c", script, "bash", place, canary]), environment: host.user.environment)
      for _ in 0..<60 {
        _ = try await host.sudo(["mount", loop, place])
        let mounts = HostState.mounts(host).filter { $0.contains(loop) }
        #expect(mounts.allSatisfy { $0.contains(" \(place) ") }, "\(mounts)")
        _ = try await host.sudo(["umount", place])
        #expect(HostState.mounts(host).allSatisfy { !$0.contains(canary) })
      }
      kill(-swapper.pid, SIGKILL)
      _ = await swapper.wait()
      while try await host.sudo(["umount", place]).status == 0 {}
      try await Child.run("losetup", "-d", loop)
      rmdir(place)
      unlink(place)
      #expect(HostState.mounts(host) == [] && HostState.loops(host) == [])
    }
  }
}
