import CExt2fs

/// Return codes of libext2fs as errors with com_err's text.
enum Ext2Error {
  /// Registers the texts, silences the library and bounds what it keeps, once per process.
  static let tables: Void = {
    initialize_ext2_error_table()
    image_factory_silence_com_err()
    image_factory_return_large_blocks()
  }()

  /// Runs one call and throws when it returns a code: "cannot WHAT: TEXT".
  static func check(_ what: @autoclosure () -> String, _ call: () -> errcode_t) throws {
    let code = call()
    if code != 0 { throw error(what(), code) }
  }

  static func error(_ what: String, _ code: errcode_t) -> DiskImageError {
    let text = error_message(code).map { String(cString: $0) } ?? "error \(code)"
    return DiskImageError(kind(of: code), "cannot \(what): \(text)")
  }

  private static func kind(of code: errcode_t) -> DiskImageError.Kind {
    switch code {
    case EXT2_ET_FILE_NOT_FOUND: .notFound
    case EXT2_ET_BLOCK_ALLOC_FAIL, EXT2_ET_INODE_ALLOC_FAIL, EXT2_ET_DIR_NO_SPACE, EXT2_ET_TOOSMALL: .noSpace
    case EXT2_ET_UNSUPP_FEATURE, EXT2_ET_RO_UNSUPP_FEATURE, EXT2_ET_REV_TOO_HIGH: .unsupported
    case EXT2_ET_NO_DIRECTORY: .wrongType
    case 1..<4096: .system
    default: .corrupt
    }
  }
}
