import Crypto
import Glibc

/// The text of a suite's `Release` file, as the installer's net-retriever and apt read it.
enum ReleaseText {
  /// - Parameters:
  ///   - files: path below the suite's folder and contents, in the order they are listed.
  ///   - time: seconds since 1970.
  static func render(suite: String, architecture: String, files: [(path: String, bytes: [UInt8])], time: Int) -> String
  {
    var text = """
      Origin: image-factory
      Label: image-factory
      Suite: \(suite)
      Codename: \(suite)
      Date: \(date(time))
      Architectures: \(architecture)
      Components: main
      Description: pinned components of the Debian installer
      SHA256:

      """
    for file in files {
      let digest = SHA256.hash(data: file.bytes).map { byte in
        byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
      }
      text += " \(digest.joined()) \(file.bytes.count) \(file.path)\n"
    }
    return text
  }

  /// The time as Release files write it, in UTC: `Sat, 06 Sep 2025 09:12:33 UTC`. Names as in the C locale whatever ours.
  static func date(_ time: Int) -> String {
    var seconds = time_t(time)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let two: (Int32) -> String = { $0 < 10 ? "0\($0)" : "\($0)" }
    let day = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
    return "\(day) \(parts.tm_year + 1900) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) UTC"
  }
}
