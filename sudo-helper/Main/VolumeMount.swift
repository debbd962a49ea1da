import CPrivileged
import Glibc
import PrivilegedOperations

/// A file system of the caller's image, mounted where nobody sees it.
///
/// The mount is attached to no folder at all and the loop device detaches itself: when this process ends, however it ends, the kernel
/// takes both away. Nothing has to be undone by name.
struct VolumeMount: ~Copyable {
  /// The top of the file system.
  let top: Descriptor
  let loopName: String
  private let image: Descriptor
  private let loop: Descriptor

  /// Checks the image and, unless it is only tried, mounts its file system; throws ``Refusal`` and ``Failure``.
  init?(_ volume: GuestVolume, _ caller: Caller, readOnly: Bool, dryRun: Bool) throws {
    let image = try CallersFile.image(volume.file, writable: !readOnly, caller)
    let length = Int64(try image.status().st_size)
    guard volume.offset + volume.size <= length else { throw Refusal("'\(volume.file)' ends before the file system") }
    try VolumeMount.lease(image, volume.file)
    try Superblock.check(image, at: volume.offset, volume.kind)
    if dryRun { return nil }
    guard privileged_private_mounts() == 0 else { throw Failure.system("have mounts of its own") }
    var name = [CChar](repeating: 0, count: 32)
    let loop = try Descriptor(
      privileged_attach_loop(
        image.number, UInt64(volume.offset), UInt64(volume.size), readOnly ? 1 : 0, &name, name.count),
      to: "attach a loop device")
    let device = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    top = try VolumeMount.mount(volume.kind, device, readOnly: readOnly)
    loopName = device
    self.image = image
    self.loop = loop
  }

  /// Nobody else may have the image open: not a guest that still runs, and not a caller who wants to change it under the kernel's feet.
  private static func lease(_ image: borrowing Descriptor, _ path: String) throws {
    for _ in 0..<20 {
      if privileged_lease(image.number) == 0 { return }
      // A file system that knows no leases (NFS) leaves that to the caller.
      guard errno == EAGAIN else { return }
      // A child that was just started may hold the caller's descriptors for a moment.
      usleep(100_000)
    }
    throw Refusal("'\(path)' is open elsewhere")
  }

  static func mount(_ kind: GuestVolume.Kind, _ device: String, readOnly: Bool) throws -> Descriptor {
    var options: [String]
    switch kind {
    // A copy of a mounted file system has the same UUID.
    case .xfs: options = ["nouuid"] + (readOnly ? ["norecovery"] : [])
    case .btrfs: options = ["subvolid=5"] + (readOnly ? ["rescue=nologreplay"] : [])
    // Without it the superblock decides what an error is for: it can ask for a panic of the host's kernel (ext4(5), errors=).
    case .ext4: options = ["errors=remount-ro"] + (readOnly ? ["noload"] : [])
    }
    options.append("")
    var reason = [CChar](repeating: 0, count: 256)
    let texts = options.map { strdup($0) }
    defer { texts.forEach { free($0) } }
    // The empty one at the end becomes the NULL that ends the list.
    let list = texts.dropLast().map { UnsafePointer($0) } + [nil]
    let number = privileged_mount(kind.rawValue, device, list, readOnly ? 1 : 0, &reason, reason.count)
    let said = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return try Descriptor(number, to: "mount the \(kind) file system\(said.isEmpty ? "" : " (the kernel: \(said))")")
  }

  /// Lets go of everything, in the order in which the kernel can.
  consuming func close(_ kind: GuestVolume.Kind) {
    let name = loopName
    let number = dup(loop.number)
    discard()
    if kind == .btrfs { privileged_forget_btrfs(name) }
    Glibc.close(number)
  }

  private consuming func discard() {}
}
