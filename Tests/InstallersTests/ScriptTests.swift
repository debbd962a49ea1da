import Foundation
import Installers
import Testing

@Suite("the scripts beside the preseed")
struct ScriptTests {
  /// What reads a script without running it; SC2016 would have shell expansions in a full name quoted as such.
  static let readers: [[String]] = [["sh", "-n"], ["busybox", "ash", "-n"], ["shellcheck", "-ssh", "-eSC2016"]]

  @Test("are accepted by sh, by BusyBox's ash and by shellcheck", arguments: readers.indices)
  func accepted(reader: Int) throws {
    let words = Self.readers[reader]
    guard Place.tool(words[0]) != nil else {
      withKnownIssue("skipped: '\(words[0])' is not installed", isIntermittent: true) {}
      return
    }
    for request in Sample.requests() {
      try withFolder { folder in
        for file in try Preseed().render(request).files where file.name.hasSuffix(".sh") {
          let path = folder + "/" + file.name
          try Data(file.contents).write(to: URL(fileURLWithPath: path))
          let result =
            words.count == 3 ? try run(words[0], words[1], words[2], path) : try run(words[0], words[1], path)
          #expect(result.status == 0 && result.output.isEmpty, "\(file.name): \(result.output)")
        }
      }
    }
  }

  @Test("quote a full name so that the shell sees one word")
  func quoting() throws {
    let late = try Sample.text(try Preseed().render(Sample.request(Sample.full())).file("late.sh"))
    let line = try #require(late.split(separator: "\n").first { $0.contains(" useradd ") })
    // The command itself is replaced: what the shell makes of the words is printed, one per line.
    let result = try run("sh", "-c", "chroot() { printf '%s\\n' \"$@\"; }; " + line)
    #expect(
      result.output.contains("\n--comment\nAda O'Lovelace, $(reboot) `id`\n--uid\n1815\n--groups\nadm,sudo\nada\n"))
  }

  @Test("close debconf's descriptor for the log's pump")
  func pump() throws {
    var request = Sample.request(Sample.plain())
    request.logPort = "ttyS2"
    let early = try Sample.text(try Preseed().render(request).file("early.sh"))
    #expect(early.contains("</dev/null >/dev/ttyS2 2>&1 3>&- &"))
  }

  @Test("ask for a serial login only when the finished system has a serial console")
  func serial() throws {
    let without = try Preseed().render(Sample.request(Sample.plain()))
    #expect(try Sample.text(without.file("seal.sh")).contains("rm -f /target/etc/systemd/system/getty.target.wants"))
    #expect(try !Sample.text(without.file("late.sh")).contains("console serial"))
    let with = try Preseed().render(Sample.request(Sample.full()))
    #expect(try !Sample.text(with.file("seal.sh")).contains("getty.target.wants"))
    #expect(try Sample.text(with.file("late.sh")).contains("serial --unit=0 --speed=115200"))
  }

  @Test("leave guest tools and microcode to the config unless firmware look-up is on")
  func hardware() throws {
    let off = try Preseed().render(Sample.request(Sample.plain()))
    #expect(try Sample.text(off.file("trim.sh")).contains("finish-install.d/08hw-detect"))
    #expect(try Sample.text(off.file("early.sh")).contains("place_hook /trim.sh"))
    let on = try Preseed().render(Sample.requests()[3])
    #expect(try !Sample.text(on.file("trim.sh")).contains("08hw-detect"))
    #expect(try !Sample.text(on.files.first).contains("firmware-lookup"))
  }
}
