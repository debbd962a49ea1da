package import SystemPackage

/// Removes the storage pools that virt-install leaves behind.
///
/// virt-install makes a persistent pool of every folder it finds a disk in. Taken before the command, asked again after it:
/// what appeared for our folders goes, what was there before stays. A running domain does not need the pool of its disk.
package struct StoragePoolSweep: Sendable {
  private let connection: LibvirtConnection
  private let known: Set<String>
  private let folders: Set<FilePath>

  /// Remembers the pools there are now. `folders` are those of the build's disk and boot files; throws when the daemon cannot be asked.
  package init(before connection: LibvirtConnection, folders: [FilePath]) async throws(LibvirtError) {
    self.connection = connection
    self.folders = Set(folders.map { $0.lexicallyNormalized() })
    known = Set(try await connection.storagePools().map(\.uuid))
  }

  /// Removes the pools that appeared for these folders; gives their names, and throws the first refusal after trying all.
  @discardableResult
  package func sweep() async throws(LibvirtError) -> [String] {
    var removed: [String] = []
    var refusal: LibvirtError?
    for pool in try await connection.storagePools() where isOurs(pool) {
      do throws(LibvirtError) {
        try await connection.removePool(pool)
        removed.append(pool.name)
      } catch {
        refusal = refusal ?? error
      }
    }
    if let refusal { throw refusal }
    return removed
  }

  private func isOurs(_ pool: StoragePool) -> Bool {
    guard !known.contains(pool.uuid), let target = pool.target else { return false }
    return folders.contains(target.lexicallyNormalized())
  }
}
