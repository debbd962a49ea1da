import CLibvirt
import Dispatch
import Foundation
import Model
import Synchronization

/// The library-wide switches of libvirt, set once, and the threads its calls run on.
enum LibvirtLibrary {
  /// libvirt's calls block, some for seconds; the cooperative pool has as many threads as there are cores.
  private static let calls = DispatchQueue(label: "image-factory.libvirt", attributes: .concurrent)

  /// Initialises the library, silences its printing on stderr, and starts the one thread that delivers events.
  private static let ready: CInt = {
    let result = virInitialize()
    virSetErrorFunc(nil) { _, _ in }
    guard result == 0, virEventRegisterDefaultImpl() == 0 else { return -1 }
    let thread = Thread {
      while true {
        // A failing loop would spin: libvirt returns at once and keeps returning.
        if virEventRunDefaultImpl() < 0 { usleep(50_000) }
      }
    }
    thread.name = "libvirt-events"
    thread.start()
    return 0
  }()

  /// Runs blocking calls on a thread of their own; `body` reads libvirt's last error itself, on that thread.
  static func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws(LibvirtError) -> Value
  ) async throws(LibvirtError) -> Value {
    let result: Result<Value, LibvirtError> = await withCheckedContinuation { continuation in
      calls.async {
        continuation.resume(returning: attempt(body))
      }
    }
    return try result.get()
  }

  /// As ``run(_:)``, but gives up waiting after `timeout`: the thread stays behind until libvirt answers, and a value that
  /// comes too late goes to `discard`.
  static func run<Value: Sendable>(
    timeout: Duration, purpose: String, discard: @escaping @Sendable (Value) -> Void,
    _ body: @escaping @Sendable () throws(LibvirtError) -> Value
  ) async throws(LibvirtError) -> Value {
    let answered = Once()
    let result: Result<Value, LibvirtError> = await withCheckedContinuation { continuation in
      calls.async {
        let result = attempt(body)
        if answered.first() {
          continuation.resume(returning: result)
        } else if case .success(let value) = result {
          discard(value)
        }
      }
      calls.asyncAfter(deadline: .now() + timeout.seconds) {
        guard answered.first() else { return }
        let text = "\(purpose): libvirt did not answer within \(timeout.timeSpan)"
        continuation.resume(
          returning: .failure(LibvirtError(code: LibvirtError.Code.operationTimeout, domain: 0, message: text)))
      }
    }
    return try result.get()
  }

  private static func attempt<Value>(
    _ body: () throws(LibvirtError) -> Value
  ) -> Result<Value, LibvirtError> {
    guard ready == 0 else {
      return .failure(
        LibvirtError(code: LibvirtError.Code.internalError, domain: 0, message: "libvirt cannot be initialised"))
    }
    do throws(LibvirtError) { return .success(try body()) } catch { return .failure(error) }
  }

  /// Says to the first who asks that it is the first.
  private final class Once: Sendable {
    private let taken = Mutex(false)

    func first() -> Bool {
      taken.withLock { taken in
        defer { taken = true }
        return !taken
      }
    }
  }
}
