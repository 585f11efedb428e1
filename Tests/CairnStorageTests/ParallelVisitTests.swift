import CairnTestSupport
import Glibc
import Testing

@testable import CairnStorage

/// Results that are made ahead on several threads and taken on one.
@Suite struct ParallelVisitTests {
  private struct Mistake: Error, Equatable { var index: Int }

  /// Most items that are under way at once, and the greatest that was begun.
  private final class Watch: @unchecked Sendable {
    private let lock = Lock()
    private var running = 0
    private(set) var most = 0
    private(set) var greatest = -1

    func begin(_ index: Int) {
      lock.withLock {
        running += 1
        most = max(most, running)
        greatest = max(greatest, index)
      }
    }

    func end() { lock.withLock { running -= 1 } }
  }

  @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 100])
  func allAreTakenInOrder(threads: Int, count: Int) throws {
    var random = SeededGenerator(seed: UInt64(threads * 1000 + count))
    let pauses = (0..<count).map { _ in UInt32(random.below(300)) }
    let watch = Watch()
    var taken: [Int] = []
    let thread = pthread_self()
    let isWhole = try parallelVisit(count: count, threads: threads, window: 5) { index in
      watch.begin(index)
      defer { watch.end() }
      usleep(pauses[index])
      return index * 3
    } _: { result in
      #expect(pthread_equal(thread, pthread_self()) != 0)
      taken.append(result)
      return true
    }
    #expect(isWhole && taken == (0..<count).map { $0 * 3 })
    #expect(watch.most <= threads)
  }

  /// No more is made ahead than the window allows, and at first no more than there are threads.
  @Test func fewAreMadeAhead() throws {
    let watch = Watch()
    var takenCount = 0
    _ = try parallelVisit(count: 200, threads: 3, window: 7) { index in
      watch.begin(index)
      watch.end()
      return index
    } _: { index in
      usleep(200)
      #expect(index == takenCount && watch.greatest < takenCount + min(7, max(3, takenCount * 4)))
      takenCount += 1
      return true
    }
    #expect(takenCount == 200)
  }

  @Test func whoTakesMayEndIt() throws {
    for last in [0, 1, 5, 30] {
      let watch = Watch()
      var taken: [Int] = []
      let isWhole = try parallelVisit(count: 1000, threads: 4, window: 8) { index in
        watch.begin(index)
        defer { watch.end() }
        return index
      } _: {
        taken.append($0)
        return $0 < last
      }
      #expect(!isWhole && taken == Array(0...last) && watch.greatest <= last + 8)
    }
  }

  /// The first error by index comes when its turn does, whichever was made first.
  @Test func errorsComeInOrder() throws {
    for _ in 0..<20 {
      var taken: [Int] = []
      #expect(throws: Mistake(index: 4)) {
        _ = try parallelVisit(count: 50, threads: 4, window: 16) { index -> Int in
          if index == 4 { usleep(500) }
          if index >= 4 { throw Mistake(index: index) }
          return index
        } _: {
          taken.append($0)
          return true
        }
      }
      #expect(taken == [0, 1, 2, 3])
    }
    #expect(throws: Mistake(index: -1)) {
      _ = try parallelVisit(count: 50, threads: 4, window: 16, { $0 }) { _ in throw Mistake(index: -1) }
    }
  }

  /// Items that have items of their own, and what takes them, too.
  @Test func theyMayBeNested() throws {
    for _ in 0..<10 {
      var sum = 0
      _ = try parallelVisit(count: 20, threads: 4, window: 8) { outer in
        var inner = 0
        _ = try parallelVisit(count: 10, threads: 4, window: 8, { outer * $0 }) {
          inner += $0
          return true
        }
        return inner + (try parallelMap(count: 5, threads: 4) { $0 }.reduce(0, +))
      } _: { result in
        sum += result
        _ = try parallelVisit(count: 10, threads: 4, window: 8, { $0 }) {
          sum += $0
          return true
        }
        return true
      }
      #expect(sum == 190 * 45 + 20 * 10 + 20 * 45)
    }
  }
}
