import Foundation
import Model
import SystemPackage
import Testing

@testable import Hypervisor

@Suite("following a log that a guest writes") struct LogTests {
  @Test("lines end at newlines, returns and both together; escape codes and controls are gone")
  func lines() {
    var splitter = ConsoleLineSplitter()
    #expect(splitter.feed(Array("one\r\ntwo\n10%\r20%\rthr".utf8)) == ["one", "two", "10%", "20%"])
    #expect(splitter.feed(Array("ee\n\n\n".utf8)) == ["three"])
    let drawn = "\u{1B}[0m\u{1B}[2;1H\u{1B}(B\u{1B}]0;title\u{7}text\u{8} \u{1B}Pq\u{1B}\\more\n"
    #expect(splitter.feed(Array(drawn.utf8)) == ["text more"])
    #expect(splitter.feed([0xFF, 0x41, 0x9B, 0x0A]) == ["\u{FFFD}A\u{FFFD}"])
    #expect(splitter.feed(Array("Prompt: '?' for help> ".utf8)) == [])
    #expect(splitter.flush() == "Prompt: '?' for help> ")
    #expect(splitter.flush() == nil)
  }

  @Test("a line without end is cut, and the next line is whole again")
  func endless() {
    var splitter = ConsoleLineSplitter()
    let lines = splitter.feed([UInt8](repeating: 0x41, count: 100_000) + Array("\nnext\n".utf8))
    #expect(lines.count == 2)
    #expect(lines.first?.utf8.count == ConsoleLineSplitter.limit + 3)
    #expect(lines.last == "next")
  }

  @Test("a file that comes later, is truncated and is replaced is followed all the way")
  func changes() throws {
    let folder = try Scratch()
    let file = folder.path.appending("console.log")
    var tail = LogTail(path: file)
    #expect(tail.poll() == [])
    try Scratch.write(Array("a\nb".utf8), to: file)
    // Foundation writes in place or by renaming; both are what this is about.
    #expect(tail.poll() == ["a"])
    #expect(tail.lastByte != nil)
    #expect(tail.poll(at: .now + .seconds(1)) == ["b"], "a prompt is given after a while")
    try Scratch.append("c\n", to: file)
    #expect(tail.poll() == ["c"])
    #expect(truncate(file.string, 0) == 0)
    #expect(tail.poll() == [])
    try Scratch.append("d\n", to: file)
    #expect(tail.poll() == ["d"])
    try Scratch.append("last of the old\n", to: file)
    #expect(rename(file.string, file.string + ".0") == 0)
    try Scratch.write(Array("first of the new\n".utf8), to: file)
    #expect(tail.poll() == ["last of the old", "first of the new"])
  }

  @Test("one look at a flooded log reads a bounded share, and nothing is lost")
  func flood() throws {
    let folder = try Scratch()
    let file = folder.path.appending("flood.log")
    try Scratch.write(Array(String(repeating: "0123456789\n", count: 30_000).utf8), to: file)
    var tail = LogTail(path: file)
    let first = tail.poll().count
    #expect(first * 11 <= LogTail.share)
    var all = first
    while case let more = tail.poll().count, more > 0 { all += more }
    #expect(all == 30_000)
  }

  @Test("something else than a file under the name of the log is not read")
  func pipe() throws {
    let folder = try Scratch()
    let file = folder.path.appending("pipe")
    #expect(mkfifo(file.string, 0o600) == 0)
    var tail = LogTail(path: file)
    #expect(tail.poll() == [])
  }
}

@Suite("secrets in an installer's log") struct LogRedactorTests {
  private let hash = "$6$saltsalt$NDkLUhXcF1gdoeHhTcZq3bSQFaXMkl9V0d1"

  @Test("values of secret questions never pass, whoever sets, reads or prints them")
  func debconf() {
    var redactor = LogRedactor()
    let lines = [
      "Nov 21 09:12:06 debconf: --> SET passwd/root-password-crypted marker-password",
      "Nov 21 09:12:06 debconf: --> GET passwd/root-password",
      "Nov 21 09:12:06 debconf: <-- 0 marker-password",
      "Nov 21 09:12:06 debconf: --> GET netcfg/wireless_wep",
      "Nov 21 09:12:06 debconf: <-- 0 marker-password",
      "d-i passwd/root-password password marker-password",
      "d-i passwd/user-password-crypted password marker-password",
      "d-i Wireless/WPA_Key string marker-password", "d-i pass\u{212A}/to\u{212A}en password marker-password",
      "é debconf: --> SET passwd/user-password marker-password", "x/tokenx password marker-password",
      "usermod --password=\(hash) root",
    ]
    for line in lines {
      let shown = redactor.redact(line)
      #expect(!shown.contains("marker-password") && !shown.contains(hash), "\(shown)")
    }
  }

  @Test("other values stay readable")
  func harmless() {
    var redactor = LogRedactor()
    let lines = [
      "Nov 21 09:12:06 debconf: --> GET netcfg/get_hostname", "Nov 21 09:12:06 debconf: <-- 0 debian",
      "Nov 21 09:12:06 debconf: --> INPUT critical passwd/root-password",
      "Nov 21 09:12:06 debconf: <-- 30 question skipped", "Nov 21 09:12:06 debconf: --> GET passwd/root-password",
      "Nov 21 09:12:06 debconf: <-- 10 passwd/root-password doesn't exist", "costs 5$ and $6 more",
    ]
    for line in lines { #expect(redactor.redact(line) == line) }
  }

  @Test("secrets known beforehand are masked anywhere, the longer of two first")
  func known() {
    var redactor = LogRedactor(secrets: [Secret("token"), Secret("token-and-more"), Secret("ab")])
    #expect(redactor.redact("a token-and-more b token ab") == "a ****** b ****** ab")
    for place in 0..<40 {
      let around = String(repeating: "t", count: place)
      #expect(redactor.redact("\(around)token\(around)") == "\(around)******\(around)")
    }
  }
}
