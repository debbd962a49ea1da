import HostSystem
import Synchronization
import SystemPackage

/// One set of connections per cache folder, made when first asked for and closed together.
final class DownloadsPool: Sendable {
  private let opened = Mutex<[FilePath: Downloads]>([:])
  private let runner: any CommandRunner

  init(runner: any CommandRunner) { self.runner = runner }

  func downloads(in folder: FilePath) -> any Downloader {
    opened.withLock { opened in
      if let known = opened[folder] { return known }
      let new = Downloads(folder: folder, runner: runner)
      opened[folder] = new
      return new
    }
  }

  func close() async {
    let all = opened.withLock { opened in
      defer { opened = [:] }
      return Array(opened.values)
    }
    for downloads in all { await downloads.close() }
  }
}
