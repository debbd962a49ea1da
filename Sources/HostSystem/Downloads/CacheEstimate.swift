import Glibc
package import Model
package import SystemPackage

/// What a cache has of a file, by a look at names and lengths only: for counting how much room a build needs.
package enum CacheEstimate {
  /// The length of the kept file with the wanted digest, or without one of what a source gave last; nil when nothing is kept.
  package static func size(of file: FetchPlan, in folder: FilePath) -> ByteSize? {
    let store = CacheStore(folder: folder)
    if let digest = file.sha256 { return size(sha256: digest, in: folder) }
    if let digest = file.sha512 {
      return store.entry(CacheStore.key("sha512:\(digest.lowercased())")).flatMap { length(store.content($0.sha256)) }
    }
    for text in file.sources {
      let source: String
      switch SourceURL(text) {
      case .web(let address): source = address
      case .rsync(let place): source = "rsync:\(place)"
      default: continue
      }
      if let known = store.entry(CacheStore.key(source)), let length = length(store.content(known.sha256)) {
        return length
      }
    }
    return nil
  }

  /// The length of the kept file with this digest; nil when there is none.
  package static func size(sha256: String, in folder: FilePath) -> ByteSize? {
    length(CacheStore(folder: folder).content(sha256.lowercased()))
  }

  private static func length(_ path: FilePath) -> ByteSize? {
    var information = stat()
    guard lstat(path.string, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
    return ByteSize(bytes: Int64(information.st_size))
  }
}
