import CLibvirt
import Glibc
package import SystemPackage

/// A storage pool of a connection: a folder (or more) that libvirt lists as a place for disks.
package struct StoragePool: Sendable, Hashable {
  package var name: String
  package var uuid: String
  /// Where its volumes are; nil for kinds without a path.
  package var target: FilePath?
  package var isActive: Bool
  package var isPersistent: Bool
}

extension LibvirtConnection {
  /// All pools, active or not; none for a driver that has no storage.
  package func storagePools() async throws(LibvirtError) -> [StoragePool] {
    do throws(LibvirtError) {
      return try await call { handle throws(LibvirtError) in
        var list: UnsafeMutablePointer<virStoragePoolPtr?>?
        let count = Int(try LibvirtError.check(virConnectListAllStoragePools(handle, &list, 0)))
        defer { free(list) }
        guard let list else { return [] }
        return UnsafeBufferPointer(start: list, count: count).compactMap { pool in
          guard let pool else { return nil }
          defer { virStoragePoolFree(pool) }
          return StoragePool(reading: pool)
        }
      }
    } catch {
      if error.isUnsupported { return [] }
      throw error
    }
  }

  /// Stops and forgets a pool, leaving its files alone; one that is gone already is no error.
  package func removePool(_ pool: StoragePool) async throws(LibvirtError) {
    do throws(LibvirtError) {
      try await call { handle throws(LibvirtError) in
        let found = try LibvirtError.check(virStoragePoolLookupByUUIDString(handle, pool.uuid))
        defer { virStoragePoolFree(found) }
        if virStoragePoolIsActive(found) == 1 { try LibvirtError.check(virStoragePoolDestroy(found)) }
        // A transient pool is gone by now.
        if virStoragePoolIsPersistent(found) == 1 { try LibvirtError.check(virStoragePoolUndefine(found)) }
      }
    } catch {
      if !error.isMissing { throw error }
    }
  }
}

extension StoragePool {
  /// Reads a pool; nil when it vanished meanwhile.
  fileprivate init?(reading pool: virStoragePoolPtr) {
    guard let name = virStoragePoolGetName(pool) else { return nil }
    var uuid = [CChar](repeating: 0, count: Int(VIR_UUID_STRING_BUFLEN))
    guard virStoragePoolGetUUIDString(pool, &uuid) == 0 else { return nil }
    guard let xml = virStoragePoolGetXMLDesc(pool, 0) else { return nil }
    defer { free(xml) }
    self.name = String(cString: name)
    self.uuid = String(decoding: uuid.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    target = PoolDescription.target(in: String(cString: xml))
    isActive = virStoragePoolIsActive(pool) == 1
    isPersistent = virStoragePoolIsPersistent(pool) == 1
  }
}

/// The one thing we want from a pool's XML, read without an XML parser: libvirt writes the document itself, always alike.
enum PoolDescription {
  /// The text of `<target><path>…</path>`; nil when there is none.
  static func target(in xml: String) -> FilePath? {
    guard let target = text(of: "target", in: xml[...]), let path = text(of: "path", in: target) else { return nil }
    return FilePath(unescape(String(path)))
  }

  private static func text(of element: String, in xml: Substring) -> Substring? {
    let (open, close) = ("<\(element)>", "</\(element)>")
    guard let start = xml.firstRange(of: open), let end = xml[start.upperBound...].firstRange(of: close) else {
      return nil
    }
    return xml[start.upperBound..<end.lowerBound]
  }

  private static func unescape(_ text: String) -> String {
    var result = text
    // The ampersand last, so that `&amp;lt;` stays `&lt;`.
    for (name, value) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
      result = result.replacing(name, with: value)
    }
    return result
  }
}
