@_spi(Bindings) import Cairn

/// A statement that runs on a thread of its own and puts batches into a queue, from which a stream takes them.
final class Run: @unchecked Sendable {
  let columns: [QueryColumn]
  private let query: Query
  private let cancellation: QueryCancellation
  private let encoder: BatchEncoder
  private let hasStaticTypes: Bool

  private let monitor = Monitor()
  private var isStarted = false
  private var isAbandoned = false
  private var isFinished = false
  private var types: [ResultType]?
  private var ready: [EncodedBatch] = []
  private var failure: (any Error)?
  private var misfitCounts: [Int]

  /// Batches that wait before the run does.
  private static let queueLimit = 8
  /// Rows that are looked at where values decide on types; with more, these columns are text.
  private static let settlingRowCount = 1 << 17

  init(_ query: Query, _ cancellation: QueryCancellation, _ encoder: BatchEncoder, hasStaticTypes: Bool) {
    self.query = query
    self.cancellation = cancellation
    self.encoder = encoder
    self.hasStaticTypes = hasStaticTypes
    columns = query.columns
    misfitCounts = Array(repeating: 0, count: query.columns.count)
    let isKnown = hasStaticTypes || query.columns.allSatisfy { $0.type != nil }
    if isKnown { types = query.columns.map { $0.type ?? .text } }
  }

  // MARK: Taking

  /// Waits for the first batch, or for the end.
  func wait(milliseconds: Int64) -> Bool {
    start()
    return monitor.locked {
      if milliseconds >= 0 { return monitor.wait(milliseconds: milliseconds) { isReady } }
      monitor.wait { isReady }
      return true
    }
  }

  private var isReady: Bool { !ready.isEmpty || isFinished }

  /// The types of the columns. Throws what the run throws, if it ends before they are known.
  func settledTypes() throws -> [ResultType] {
    if let types = monitor.locked({ types }) { return types }
    start()
    return try monitor.locked {
      monitor.wait { types != nil || isFinished }
      if let types { return types }
      throw failure ?? CairnError.interrupted
    }
  }

  /// The next batch; nil at the end. Throws what the run throws.
  func next() throws -> EncodedBatch? {
    start()
    return try monitor.locked {
      monitor.wait { isReady }
      if !ready.isEmpty {
        let batch = ready.removeFirst()
        monitor.signal()
        return batch
      }
      if let failure { throw failure }
      return nil
    }
  }

  func cancel() { cancellation.cancel() }

  /// Nobody takes batches any more.
  func abandon() {
    cancellation.cancel()
    monitor.locked {
      isAbandoned = true
      ready = []
      monitor.signal()
    }
  }

  /// Complete when the run has ended.
  var warnings: [String] {
    monitor.locked {
      guard isFinished || !isStarted else { return [] }
      let misfits = zip(columns, misfitCounts).filter { $1 > 0 }.map { column, count in
        "\(column.name): \(count) value\(count == 1 ? "" : "s") of another type came as NULL; "
          + "CAST(… AS varchar) gives the text"
      }
      return query.warnings + misfits
    }
  }

  /// Complete when the run has ended.
  var statistics: QueryStatistics? { monitor.locked { isFinished ? query.statistics : nil } }

  // MARK: Running

  private func start() {
    let isFirst = monitor.locked {
      defer { isStarted = true }
      return !isStarted
    }
    if !isFirst { return }
    do {
      try StatementThread.start { self.work() }
    } catch {
      finish(error)
    }
  }

  private func work() {
    do {
      try produce()
      finish(nil)
    } catch {
      finish(error)
    }
  }

  private func finish(_ error: (any Error)?) {
    monitor.locked {
      failure = error
      isFinished = true
      monitor.signal()
    }
  }

  private func produce() throws {
    if let types = monitor.locked({ types }) {
      try query.run({ [encoder] in try encoder.encode($0, types) }, put)
      return
    }
    var held: [ResultBatch] = []
    var rowCount = 0
    var settled: [ResultType]?
    func settle(isComplete: Bool) throws {
      let types = query.settledTypes(held, isComplete: isComplete)
      settled = types
      monitor.locked {
        self.types = types
        monitor.signal()
      }
      for batch in held { try put(try encoder.encode(batch, types)) }
      held = []
    }
    try query.run { batch in
      if let settled { return try put(try encoder.encode(batch, settled)) }
      held.append(batch)
      rowCount += batch.rowCount
      if rowCount > Self.settlingRowCount { try settle(isComplete: false) }
    }
    if settled == nil { try settle(isComplete: true) }
  }

  /// Waits where there are enough already.
  private func put(_ encoded: BatchEncoder.Output) throws {
    for batch in encoded.batches {
      try monitor.locked {
        monitor.wait { ready.count < Self.queueLimit || isAbandoned || cancellation.isCancelled }
        if isAbandoned || cancellation.isCancelled { throw CairnError.interrupted }
        ready.append(batch)
        monitor.signal()
      }
    }
    if encoded.misfitCounts.contains(where: { $0 > 0 }) {
      monitor.locked {
        for (index, count) in encoded.misfitCounts.enumerated() { misfitCounts[index] += count }
      }
    }
  }
}
