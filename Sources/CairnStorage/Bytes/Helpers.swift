/// Threads with work of their own, which take part in `parallelMap` of one of them whenever they come by.
///
/// So that as many threads work as there are, whatever each of them is at: nobody waits for a part to be taken, and
/// parts that nobody else takes are done by the thread that has them.
package final class Helpers: @unchecked Sendable {
  /// Those of the thread that runs `with`.
  @TaskLocal static var current: Helpers?

  /// Parts that are done by whoever takes them.
  package final class Job: @unchecked Sendable {
    private let condition: Condition
    private let count: Int
    private var next = 0
    private var doneCount = 0
    private var part: (@Sendable (Int) -> Void)?

    fileprivate init(_ condition: Condition, count: Int, _ part: @escaping @Sendable (Int) -> Void) {
      (self.condition, self.count, self.part) = (condition, count, part)
    }

    /// To be asked by a holder of the condition.
    fileprivate var isOpen: Bool { next < count }

    /// Does parts until all are taken.
    package func takePart() {
      while let index = take() {
        call(index)
        condition.withLock {
          doneCount += 1
          if doneCount == count { condition.wakeAll() }
        }
      }
    }

    private func take() -> Int? {
      condition.withLock {
        guard next < count else { return nil }
        defer { next += 1 }
        return next
      }
    }

    // Not inlined: nothing holds the closure when the part counts as done, and then its owner may return.
    @inline(never)
    private func call(_ index: Int) { part?(index) }

    fileprivate func finish() {
      takePart()
      condition.withLock { while doneCount < count { condition.wait() } }
      part = nil
    }
  }

  private let condition: Condition
  private var jobs: [Job] = []

  /// - Parameter condition: is woken when there is something to help with.
  package init(_ condition: Condition) { self.condition = condition }

  /// What can be helped with now. To be asked by a holder of the condition.
  package var openJob: Job? { jobs.first(where: \.isOpen) }

  /// Runs `body`, whose `parallelMap` these helpers take part in.
  package func with<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self, operation: body)
  }

  /// Calls `part` for 0..<count, on this thread and on those that help; returns when all are done.
  func run(count: Int, _ part: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(part) { part in
      let job = Job(condition, count: count, part)
      condition.withLock {
        jobs.append(job)
        condition.wakeAll()
      }
      job.finish()
      condition.withLock { jobs.removeAll { $0 === job } }
    }
  }
}
