import Installers
import Model
import SystemPackage
import Testing

/// One request per format that uses as much of the answers as the format knows; what suites about all formats start from.
enum FormatSample {
  static let names = AnswerFiles.all.map { $0.name }

  static func format(_ name: String) throws -> any AnswerFileFormat {
    try #require(AnswerFiles.format(named: name))
  }

  private static func answers(_ format: String) -> InstallAnswers {
    switch format {
    case "kickstart": KickstartSample.full()
    case "autoyast", "agama": SUSESample.full()
    case "autoinstall": AutoinstallSample.full()
    default: Sample.full()
    }
  }

  private static let dialects = [
    "kickstart": "RHEL10", "autoyast": "SLE-15-SP6", "autoinstall": "24.04", "agama": "Leap_16.0",
  ]

  /// Every list has something in it; scripts say whose they are.
  static func request(_ format: String) -> RenderRequest {
    var request = RenderRequest(answers: answers(format)) { path in
      path.string.hasSuffix(".asc") ? [0x99, 0x01, 0x0D, 0x04] : Array("#!/bin/sh\necho \(path)\n".utf8)
    }
    request.dialect = dialects[format] ?? ""
    request.diskSize = .gibibytes(16)
    request.hasInstallerImage = true
    return request
  }

  /// The least that the format accepts.
  static func plain(_ format: String) -> RenderRequest {
    var request = request(format)
    let archive = request.answers.archive
    request.answers = InstallAnswers()
    request.answers.archive.mirror = archive.mirror
    request.answers.archive.suite = archive.suite
    return request
  }

  /// Everything that reaches the installer, as one list of texts; the first of each pair names the place.
  static func output(_ format: String, _ request: RenderRequest, _ tuning: InstallerTuning) throws -> [String] {
    let format = try self.format(format)
    let files = try format.render(request).files
    return files.map { "\($0.name) \($0.mode) " + String(decoding: $0.contents, as: UTF8.self) }
      + (try format.kernelArguments(request, tuning: tuning))
  }

  static let tuning = InstallerTuning()
}
