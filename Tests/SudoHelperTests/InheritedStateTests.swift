import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// Something that goes from a process to the program it starts without standing in an argument.
struct InheritedState: Sendable, CustomTestStringConvertible {
  enum Ending: Sendable {
    case done
    case refused
    /// Done or failed, but never by half: root of a container may not raise every limit again.
    case either
  }

  let testDescription: String
  /// For bash, before `"$@"`; `$IMAGE` is the image.
  let shell: String
  let ending: Ending
  /// In place of the end of the shell's script.
  var call = "exec \"$@\""

  static let all: [InheritedState] = [
    InheritedState(testDescription: "no standard streams", shell: "exec 0<&- 1>&- 2>&-", ending: .done),
    InheritedState(testDescription: "a mask that takes every right", shell: "umask 0777", ending: .done),
    InheritedState(testDescription: "no mask", shell: "umask 0", ending: .done),
    InheritedState(
      testDescription: "signals ignored and blocked", shell: "", ending: .done,
      call: "exec env --ignore-signal=CHLD,PIPE,ALRM,POLL,HUP --block-signal=ALRM,POLL,TERM,CHLD \"$@\""),
    InheritedState(
      testDescription: "a folder that is gone", shell: "cd \"$(mktemp -d)\"; rmdir \"$PWD\"", ending: .done),
    InheritedState(testDescription: "no byte may be written to files", shell: "ulimit -f 0", ending: .either),
    InheritedState(testDescription: "core dumps", shell: "ulimit -c unlimited", ending: .done),
    InheritedState(testDescription: "a second of work", shell: "ulimit -t 1", ending: .either),
    InheritedState(testDescription: "no processes", shell: "ulimit -u 1", ending: .done),
    InheritedState(testDescription: "three descriptors", shell: "ulimit -n 3", ending: .either),
    InheritedState(testDescription: "twelve descriptors", shell: "ulimit -n 12", ending: .either),
    InheritedState(testDescription: "little memory", shell: "ulimit -v 60000", ending: .either),
    InheritedState(testDescription: "a small stack", shell: "ulimit -s 64", ending: .either),
    InheritedState(testDescription: "descriptors of the host's root", shell: "exec 3</ 9</etc/passwd", ending: .done),
    InheritedState(testDescription: "the image as standard input", shell: "exec 0<>\"$IMAGE\"", ending: .refused),
    InheritedState(testDescription: "the image as standard output", shell: "exec 1>>\"$IMAGE\"", ending: .refused),
    InheritedState(
      testDescription: "variables of loaders, runtimes and libraries",
      shell: """
        export LD_PRELOAD=$HOME/x.so LD_LIBRARY_PATH=$HOME LD_AUDIT=$HOME/x.so LD_DEBUG=all LD_DEBUG_OUTPUT=$HOME/trace
        export GLIBC_TUNABLES=glibc.malloc.check=3 MALLOC_TRACE=$HOME/trace GCONV_PATH=$HOME TZ=:/etc/shadow
        export LANG=../../x LC_ALL=../../../etc LANGUAGE=%n%n LOCPATH=$HOME NLSPATH=$HOME/%N HOSTALIASES=$HOME/x
        export SWIFT_BACKTRACE=enable=yes,swift-backtrace=$HOME/trace SWIFT_DEBUG_HELP=YES TMPDIR=$HOME
        export SUDO_ASKPASS=$HOME/trace SUDO_UID=0 SUDO_USER=root SUDO_GID=0 COLUMNS=1 TERM=../../x
        """, ending: .done),
  ]
}

extension RealSudo {
  @Suite("What a caller hands on without a word", .serialized)
  struct Inherited {
    @Test("an output that nobody reads ends nothing")
    func brokenPipe() async throws {
      let host = try #require(HelperHost.current)
      let script = "exec 3> >(exit 0); sleep 0.3; exec \"$@\" >&3"
      let words = ["bash", "-c", script, "bash", "sudo", "-n", host.helper.string, "--check"]
      let result = try await Child(host.user.command(words), environment: host.user.environment).wait()
      #expect(result.status == 0, "\(result.status): \(result.errors)")
    }

    @Test("does not change what is done: all, or nothing", arguments: InheritedState.all)
    func clean(state: InheritedState) async throws {
      let host = try #require(HelperHost.current)
      let image = try await GuestImage("ext4", in: host)
      let output = try host.user.file("inherited")
      let (before, digest) = (HostState(host), try await Child.run("sha256sum", image.path).output)
      let names = try FileManager.default.contentsOfDirectory(atPath: host.user.home.string).sorted()
      let words =
        ["bash", "-c", "\(state.shell)\n\(state.call)", "bash", "sudo", "-n", host.helper.string, "clean"] + image.words
        + ["--output=\(output)", "--save=/var/log/installer", "--remove=/var/lib/bulk"]
      var variables = host.user.environment
      variables["IMAGE"] = image.path
      let result = try await Child(host.user.command(words), environment: variables, folder: host.user.home).wait()
      let said = "\(result.status): \(result.output)\(result.errors)"
      #expect(HostState(host) == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: host.user.home.string).sorted() == names)
      let isDone = result.status == 0
      switch state.ending {
      case .done: #expect(isDone, "\(said)")
      case .refused: #expect(result.status == 2, "\(said)")
      case .either: break
      }
      if isDone {
        #expect(try Records(output).files["/var/log/installer/syslog"] == "the installer's log\n")
        #expect(try await image.look("ls var/lib; ls var/log") == "keep\n")
        #expect(try await image.check().status == 0)
        var status = stat()
        #expect(stat(output, &status) == 0 && status.st_mode & 0o7777 == 0o600 && status.st_uid == host.user.number)
      } else {
        #expect(try await Child.run("sha256sum", image.path).output == digest, "\(said)")
      }
      unlink(image.path)
    }
  }
}
