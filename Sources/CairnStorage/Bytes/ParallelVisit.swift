import Dispatch

/// Makes results for 0..<count on up to `threads` threads and gives them to `take`, on this thread and in order, while
/// later ones are being made. Ends where `take` returns false, and gives false then.
///
/// Few are made ahead at first, so that who wants few ends soon; then up to `window`. The first error by index is
/// thrown when its turn comes, after all running items ended: which error is reported does not depend on timing.
package func parallelVisit<Result: Sendable>(
  count: Int, threads: Int, window: Int, _ make: @Sendable (Int) throws -> Result,
  _ take: (Result) throws -> Bool
) throws -> Bool {
  if threads <= 1 || count <= 1 || OneOfMany.isTrue {
    for index in 0..<count where try !take(try make(index)) { return false }
    return true
  }
  return try withoutActuallyEscaping(make) { make in
    let work = OrderedWork(count: count, threads: threads, window: window, make)
    defer { work.close() }
    for _ in 1..<min(threads, count) { DispatchQueue.global().async { work.help() } }
    return try work.visit(take)
  }
}

/// Whether a thread is at one of several items that are worked at together: then all others have work, too.
enum OneOfMany {
  @TaskLocal static var isTrue = false
}

/// Results that are made by several threads and taken by one.
private final class OrderedWork<Value: Sendable>: @unchecked Sendable {
  private let condition = Condition()
  private let count: Int
  private let threads: Int
  private let window: Int
  private var make: (@Sendable (Int) throws -> Value)?
  /// Items that somebody has begun, and that have been taken.
  private var next = 0
  private var taken = 0
  /// Made and not yet taken, by item.
  private var ready: [Int: Result<Value, any Error>] = [:]
  /// Helpers that are at an item.
  private var busyCount = 0
  private var isClosed = false

  init(count: Int, threads: Int, window: Int, _ make: @escaping @Sendable (Int) throws -> Value) {
    (self.count, self.threads, self.window, self.make) = (count, threads, window, make)
  }

  /// Takes all results in order; what nobody has begun while the next one is not ready is made here.
  func visit(_ take: (Value) throws -> Bool) throws -> Bool {
    while true {
      let step = condition.withLock {
        while true {
          if let result = ready.removeValue(forKey: taken) { return Step.take(result) }
          if taken == count { return .end }
          if let index = begin() { return .make(index) }
          condition.wait()
        }
      }
      switch step {
      case .end: return true
      case .make(let index):
        let result = OneOfMany.$isTrue.withValue(true) { made(index) }
        condition.withLock { ready[index] = result }
      case .take(let result):
        if try !take(try result.get()) { return false }
        condition.withLock {
          taken += 1
          condition.wakeAll()
        }
      }
    }
  }

  private enum Step {
    case take(Result<Value, any Error>)
    case make(Int)
    case end
  }

  /// Makes results until all are begun.
  func help() {
    OneOfMany.$isTrue.withValue(true) {
      while let index = waitForItem() {
        let result = made(index)
        condition.withLock {
          ready[index] = result
          busyCount -= 1
          condition.wakeAll()
        }
      }
    }
  }

  private func waitForItem() -> Int? {
    condition.withLock {
      while !isClosed, next < count {
        if let index = begin() {
          busyCount += 1
          return index
        }
        condition.wait()
      }
      return nil
    }
  }

  /// The next item, where it is not too far ahead. To be called by a holder of the condition.
  private func begin() -> Int? {
    guard next < count, next < taken + min(window, max(threads, taken * 4)) else { return nil }
    defer { next += 1 }
    return next
  }

  // Not inlined: nothing holds the closure when the item counts as made, and then its owner may return.
  @inline(never)
  private func made(_ index: Int) -> Result<Value, any Error> {
    guard let make else { return .failure(CairnError.interrupted) }
    return Result { try make(index) }
  }

  /// Waits for those that are at an item; nobody begins one any more.
  func close() {
    condition.withLock {
      isClosed = true
      condition.wakeAll()
      while busyCount > 0 { condition.wait() }
      make = nil
    }
  }
}
