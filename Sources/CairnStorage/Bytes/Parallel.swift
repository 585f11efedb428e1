import Dispatch

/// Runs `body` for 0..<count on up to `threads` threads and gives the results in order.
///
/// Work is handed out one index at a time, so uneven items balance. The first error by index is thrown, after
/// all running items ended: which error is reported does not depend on timing. A thread with `Helpers` does the items
/// with these.
package func parallelMap<Result: Sendable>(
  count: Int, threads: Int, _ body: @Sendable (Int) throws -> Result
) throws -> [Result] {
  if count == 0 { return [] }
  if threads <= 1 || count == 1 { return try (0..<count).map(body) }
  let slots = ResultSlots<Result>(count: count)
  if let helpers = Helpers.current {
    helpers.run(count: count) { index in
      do { slots.set(index, .success(try body(index))) } catch { slots.set(index, .failure(error)) }
    }
    return try slots.values()
  }
  let next = IndexDispenser(count: count)
  DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
    OneOfMany.$isTrue.withValue(true) {
      while let index = next.take() {
        do { slots.set(index, .success(try body(index))) } catch { slots.set(index, .failure(error)) }
      }
    }
  }
  return try slots.values()
}

/// Hands out 0, 1, … once each.
package final class IndexDispenser: @unchecked Sendable {
  private let lock = Lock()
  private var next = 0
  private let count: Int

  package init(count: Int) { self.count = count }

  package func take() -> Int? {
    lock.withLock {
      guard next < count else { return nil }
      defer { next += 1 }
      return next
    }
  }
}

private final class ResultSlots<Value: Sendable>: @unchecked Sendable {
  private let lock = Lock()
  private var results: [Result<Value, any Error>?]

  init(count: Int) { results = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ value: Result<Value, any Error>) { lock.withLock { results[index] = value } }

  func values() throws -> [Value] {
    try results.map { result in
      guard let result else { throw CairnError.interrupted }
      return try result.get()
    }
  }
}
