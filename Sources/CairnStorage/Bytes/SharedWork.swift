import Dispatch

/// Work in numbered parts that is done once, by all threads that need its outcome together.
package final class SharedWork: @unchecked Sendable {
  private let lock = Lock()
  private let allDone = DispatchGroup()
  private let count: Int
  private var next = 0
  private var doneCount = 0
  private var failure: (any Error)?

  package init(count: Int) { self.count = count }

  /// Takes part until nothing is left to begin, then waits for the others. Throws where a part failed.
  package func run(_ body: (Int) throws -> Void) throws {
    while let part = take() {
      do {
        try body(part)
        finish(nil)
      } catch {
        finish(error)
      }
    }
    allDone.wait()
    if let failure = lock.withLock({ failure }) { throw failure }
  }

  private func take() -> Int? {
    lock.withLock {
      guard next < count else { return nil }
      // Entered with the first part only: a group must not go away while somebody is in it.
      if next == 0 { allDone.enter() }
      defer { next += 1 }
      return next
    }
  }

  private func finish(_ error: (any Error)?) {
    lock.withLock {
      failure = failure ?? error
      doneCount += 1
      if doneCount == count { allDone.leave() }
    }
  }
}
