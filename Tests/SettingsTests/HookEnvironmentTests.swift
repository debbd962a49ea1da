import Model
import Settings
import Testing

@Suite("What hooks are told")
struct HookEnvironmentTests {
  private let text = """
    [DEFAULT]
    ram = 2G
    [my-image.1]
    linux = /l
    initrd = /i
    preseed = /p
    Keep_Raw = TRUE
    append = ${word} $$x
    word = w
    upload_destinations = up-1
    eib-environment = {}
    [up-1]
    upload_type = rsync
    upload_target = t
    post-upload-command = ls ${image}
    [unrelated]
    k = v
    """

  private func environment(_ eib: String) throws -> [String: String] {
    try ScratchFolder().load(text.replacing("{}", with: eib)).environment(for: "my-image.1")
  }

  @Test("every value of the image and of the sections it names, under plain names")
  func names() throws {
    let environment = try environment("no")
    #expect(environment["IMAGE_FACTORY_IMAGE"] == "my-image.1")
    #expect(environment["IMAGE_FACTORY_MY_IMAGE_1_RAM"] == "2G")
    #expect(environment["IMAGE_FACTORY_MY_IMAGE_1_APPEND"] == "w $x")
    #expect(environment["IMAGE_FACTORY_UP_1_UPLOAD_TARGET"] == "t")
    #expect(environment["IMAGE_FACTORY_UP_1_POST_UPLOAD_COMMAND"] == "ls ${image}")
    #expect(!environment.keys.contains { $0.contains("UNRELATED") || $0.hasPrefix("EIB_") })
  }

  @Test("EIB_* names beside them when the image wants it, booleans in small letters")
  func eib() throws {
    let environment = try environment("yes")
    #expect(environment["EIB_MY_IMAGE_1_KEEP_RAW"] == "true")
    #expect(environment["IMAGE_FACTORY_MY_IMAGE_1_KEEP_RAW"] == "TRUE")
    #expect(environment["EIB_UP_1_UPLOAD_TARGET"] == "t")
  }

  @Test("an unknown image has no environment")
  func unknown() throws {
    #expect(try ScratchFolder().load(text).environment(for: "other").isEmpty)
  }
}
