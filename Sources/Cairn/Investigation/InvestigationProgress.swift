import CairnStorage

/// How far an investigation has come, which asks one statement after the other: for other threads to look at.
public final class InvestigationProgress: @unchecked Sendable {
  private let lock = Lock()
  private var current: QueryProgress?
  private var number = 0
  private var earlierBytes = 0

  /// Of nothing yet.
  public init() {}

  /// The next statement is the one to follow.
  package func follow(_ progress: QueryProgress) {
    lock.withLock {
      earlierBytes += current?.bytesRead ?? 0
      current = progress
      number += 1
    }
  }

  /// Which statement runs, counted from 1; how many come is known when all have run.
  public var statement: Int { lock.withLock { number } }

  /// The part of the running statement that is done, as `QueryProgress.fraction`.
  public var fraction: Double? {
    let current = lock.withLock { self.current }
    return current?.fraction
  }

  /// Stored bytes that all have read.
  public var bytesRead: Int {
    let (current, earlier) = lock.withLock { (self.current, earlierBytes) }
    return earlier + (current?.bytesRead ?? 0)
  }
}
