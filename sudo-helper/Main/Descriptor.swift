import Glibc

/// The one owner of an open file; closed when it is gone.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes over the result of a call; a negative one is a failure to do `what`, with the reason in `errno`.
  init(_ number: Int32, to what: @autoclosure () -> String) throws {
    guard number >= 0 else { throw Failure.system(what()) }
    self.number = number
  }

  deinit { close(number) }

  /// What it is, by itself and not by a name.
  func status() throws -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw Failure.system("look at an open file") }
    return status
  }
}

extension stat {
  func isA(_ kind: mode_t) -> Bool { st_mode & S_IFMT == kind }
}
