import Model
import SystemPackage
import Testing

@testable import DiskImages

@Suite("runs of an image")
struct ImageExtentTests {
  @Test("what is left of runs without others is what is left byte by byte", arguments: 0..<200)
  func subtraction(seed: Int) {
    var dice = SeededDice(seed)
    let size = 120
    var runs: [ImageExtent] = []
    var position = dice.below(10)
    while position < size {
      let length = 1 + dice.below(20)
      runs.append(ImageExtent(offset: Int64(position), length: Int64(min(length, size - position))))
      position += length + 1 + dice.below(15)
    }
    let others = (0..<dice.below(12)).map { _ in
      ImageExtent(offset: Int64(dice.below(size)), length: Int64(dice.below(40)))
    }
    func bytes(_ runs: [ImageExtent]) -> Set<Int64> { Set(runs.flatMap { $0.offset..<$0.end }) }
    let left = ImageExtent.subtract(others, from: runs)
    #expect(bytes(left) == bytes(runs).subtracting(bytes(others)), "\(runs) without \(others)")
    #expect(left.allSatisfy { $0.length > 0 })
    #expect(zip(left, left.dropFirst()).allSatisfy { $0.end <= $1.offset })
  }

  @Test("what is left out of a copy is a hole in it, and nothing else is")
  func leavingOut() throws {
    let scratch = try Scratch()
    let text = [UInt8](repeating: 7, count: 1 << 20)
    let file = try scratch.write("file", text)
    let copy = scratch.path("copy")
    let method = try SparseFile.copy(file, to: copy, leavingOut: [ImageExtent(offset: 65_536, length: 524_288)])
    // Where blocks are shared nothing is left out: it would not be quicker.
    guard method == .sparse else { return }
    let copied = try scratch.read(copy)
    #expect(copied.prefix(65_536) == text.prefix(65_536) && copied.dropFirst(589_824) == text.dropFirst(589_824))
    #expect(copied.dropFirst(65_536).prefix(524_288).allSatisfy { $0 == 0 })
    #expect(try SparseFile.sizes(of: copy).allocated < .kibibytes(600))
  }
}

/// Numbers that are the same in every run (splitmix64).
private struct SeededDice {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(seed) }

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((word ^ (word >> 31)) % UInt64(limit))
  }
}
