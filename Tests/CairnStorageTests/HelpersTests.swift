import CairnStorage
import Dispatch
import Testing

/// Threads that help each other: every part is done once, whoever comes by.
@Suite struct HelpersTests {
  private struct Failure: Error, Equatable { var part: Int }

  /// Runs `owner` with helpers, beside so many threads that help until it is done.
  private func withHelpers<R: Sendable>(_ threads: Int, _ owner: @Sendable () throws -> R) throws -> R {
    let condition = Condition()
    let helpers = Helpers(condition)
    let state = State<R>()
    DispatchQueue.concurrentPerform(iterations: threads + 1) { thread in
      if thread == 0 {
        let result = Result { try helpers.with(owner) }
        condition.withLock {
          state.result = result
          condition.wakeAll()
        }
        return
      }
      while true {
        let job = condition.withLock { () -> Helpers.Job? in
          while state.result == nil, helpers.openJob == nil { condition.wait() }
          return helpers.openJob
        }
        guard let job else { return }
        job.takePart()
      }
    }
    return try #require(state.result).get()
  }

  private final class State<R>: @unchecked Sendable { var result: Result<R, any Error>? }

  @Test(arguments: [0, 1, 2, 5], [1, 2, 7, 1000])
  func doEveryPartOnce(threads: Int, parts: Int) throws {
    let counts = Counts(parts)
    for round in 0..<20 {
      let results = try withHelpers(threads) {
        try parallelMap(count: parts, threads: 4) { part -> Int in
          counts.add(part)
          return part * 3 + round
        }
      }
      #expect(results == (0..<parts).map { $0 * 3 + round })
    }
    #expect(counts.values.allSatisfy { $0 == 20 })
  }

  private final class Counts: @unchecked Sendable {
    private let lock = Lock()
    private(set) var values: [Int]
    init(_ count: Int) { values = Array(repeating: 0, count: count) }
    func add(_ index: Int) { lock.withLock { values[index] += 1 } }
  }

  @Test func partsOfParts() throws {
    let sums = try withHelpers(3) {
      try parallelMap(count: 20, threads: 4) { outer in
        try parallelMap(count: 20, threads: 4) { outer * $0 }.reduce(0, +)
      }
    }
    #expect(sums == (0..<20).map { $0 * 190 })
  }

  /// The first by number, whichever came first.
  @Test(arguments: [0, 1, 3])
  func throwTheFirstFailure(threads: Int) throws {
    for _ in 0..<50 {
      #expect(throws: Failure(part: 3)) {
        try withHelpers(threads) {
          try parallelMap(count: 40, threads: 4) { part in
            if part >= 3, part % 2 == 1 { throw Failure(part: part) }
          }
        }
      }
    }
  }
}
