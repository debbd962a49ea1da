import HostSystem
import Model
import Testing

@testable import Pipeline

@Suite("the clean-up stack")
struct CleanUpStackTests {
  private func stack(_ ran: Collected<String>) -> CleanUpStack {
    let stack = CleanUpStack()
    stack.register(.always, "end the daemon", byHand: "kill 1") { ran.add("daemon") }
    stack.register(.failure, "remove the image", byHand: "rm image") { ran.add("image") }
    stack.register(.always, "remove the folder", byHand: "rm -r folder") { ran.add("folder") }
    return stack
  }

  @Test("after a success only what is always undone is undone, the last first")
  func success() async {
    let ran = Collected<String>()
    #expect(await stack(ran).unwind(succeeded: true) == [])
    #expect(ran.all == ["folder", "daemon"])
  }

  @Test("after a failure everything is undone, the last first, and only once")
  func failure() async {
    let ran = Collected<String>()
    let stack = stack(ran)
    #expect(await stack.unwind(succeeded: false) == [])
    #expect(await stack.unwind(succeeded: false) == [])
    #expect(ran.all == ["folder", "image", "daemon"])
  }

  @Test("a failing step stops no other one, and every failure is a sentence")
  func failing() async {
    struct Odd: Error, CustomStringConvertible { let description = "an odd thing" }
    let ran = Collected<String>()
    let stack = CleanUpStack()
    stack.register(.always, "first", byHand: "1") { ran.add("first") }
    stack.register(.always, "close 'a'", byHand: "close a") { throw Odd() }
    stack.register(.always, "close 'b'", byHand: "close b") { throw FactoryError(.unexpected, "b is busy") }
    #expect(
      await stack.unwind(succeeded: true) == [
        "cannot close 'b': b is busy; by hand: close b", "cannot close 'a': an odd thing; by hand: close a",
      ])
    #expect(ran.all == ["first"])
  }

  @Test("a step that is registered while others are undone is undone too")
  func whileUnwinding() async {
    let ran = Collected<String>()
    let stack = CleanUpStack()
    stack.register(.always, "a", byHand: "-") {
      stack.register(.always, "b", byHand: "-") { ran.add("late") }
      ran.add("early")
    }
    _ = await stack.unwind(succeeded: true)
    #expect(ran.all == ["early", "late"])
  }
}

@Suite("collected warnings")
struct WarningCollectorTests {
  @Test("each is kept once, in the order of the first time, from any number of tasks")
  func once() async {
    let warnings = WarningCollector()
    for text in ["b", "a", "b", "a"] { warnings.add(text) }
    #expect(warnings.all == ["b", "a"])
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<100 { group.addTask { warnings.add("\(number % 10)") } }
    }
    #expect(warnings.all.count == 12)
  }
}
