import CairnStorage

/// The rows of a statement for `for try await`: it runs on a thread of its own, a few batches ahead of who takes them.
///
/// Each iteration runs the statement anew; one at a time. To leave the loop, or to cancel the task, ends the run.
public struct QueryRows: AsyncSequence {
  /// Rows.
  public typealias Element = QueryRow

  fileprivate let query: Query

  /// Begins to run when the first row is asked for.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(RowPump(query)) }

  /// Takes rows.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let taker: Taker
    private let names: ColumnNames
    private var batch: ResultBatch?
    private var next = 0

    /// Ends the run when nobody takes rows any more.
    private final class Taker {
      let pump: RowPump
      init(_ pump: RowPump) { self.pump = pump }
      deinit { pump.abandon() }
    }

    fileprivate init(_ pump: RowPump) {
      taker = Taker(pump)
      names = ColumnNames(pump.columns)
    }

    /// The next row, nil behind the last. Throws what `Query.run` throws, and `CancellationError`.
    public mutating func next() async throws -> QueryRow? {
      while true {
        if let batch, next < batch.rowCount {
          defer { next += 1 }
          return QueryRow(batch, next, names)
        }
        (batch, next) = (try await taker.pump.next(), 0)
        if batch == nil { return nil }
      }
    }
  }
}

extension Query {
  /// The rows, one after the other, in order.
  ///
  /// ```swift
  /// for try await row in query.rows { print(row["eventName"]?.text ?? "") }
  /// ```
  public var rows: QueryRows { QueryRows(query: self) }

  /// The rows as values whose members are columns (`QueryRow.decode`).
  public func rows<Value: Decodable & SendableMetatype>(
    as type: Value.Type
  ) -> AsyncThrowingMapSequence<QueryRows, Value> {
    rows.map { try $0.decode(Value.self) }
  }
}

/// Hands batches from the thread that runs a statement to a task.
private final class RowPump: @unchecked Sendable {
  let columns: [QueryColumn]
  private let query: Query
  private let condition = CairnStorage.Condition()
  private var ready: [ResultBatch] = []
  private var waiter: CheckedContinuation<ResultBatch?, any Error>?
  private var failure: (any Error)?
  private var isStarted = false
  private var isFinished = false
  private var isAbandoned = false

  /// Batches that wait before the run does.
  private static let queueLimit = 4

  /// Nobody takes rows any more.
  private struct Abandoned: Error {}

  init(_ query: Query) {
    self.query = query
    columns = query.columns
  }

  /// The next batch; nil at the end.
  func next() async throws -> ResultBatch? {
    start()
    return try await withTaskCancellationHandler {
      try Task.checkCancellation()
      return try await withCheckedThrowingContinuation { continuation in
        condition.withLock {
          if !ready.isEmpty {
            continuation.resume(returning: ready.removeFirst())
            condition.wakeAll()
          } else if isFinished {
            resume(continuation)
          } else if isAbandoned {
            continuation.resume(throwing: CancellationError())
          } else {
            waiter = continuation
          }
        }
      }
    } onCancel: {
      abandon()
    }
  }

  private func resume(_ continuation: CheckedContinuation<ResultBatch?, any Error>) {
    if let failure { continuation.resume(throwing: failure) } else { continuation.resume(returning: nil) }
  }

  func abandon() {
    condition.withLock {
      isAbandoned = true
      ready = []
      waiter?.resume(throwing: CancellationError())
      waiter = nil
      condition.wakeAll()
    }
  }

  private func start() {
    let isFirst = condition.withLock {
      defer { isStarted = true }
      return !isStarted
    }
    guard isFirst else { return }
    do {
      try StatementThread.start { self.run() }
    } catch {
      finish(error)
    }
  }

  private func run() {
    do {
      try query.run { batch in
        guard batch.rowCount > 0 else { return }
        try condition.withLock {
          while ready.count >= Self.queueLimit, !isAbandoned { condition.wait() }
          if isAbandoned { throw Abandoned() }
          if let waiter {
            waiter.resume(returning: batch)
            self.waiter = nil
          } else {
            ready.append(batch)
          }
        }
      }
      finish(nil)
    } catch is Abandoned {
      finish(CancellationError())
    } catch {
      finish(error)
    }
  }

  private func finish(_ error: (any Error)?) {
    condition.withLock {
      failure = error
      isFinished = true
      if let waiter { resume(waiter) }
      waiter = nil
    }
  }
}
