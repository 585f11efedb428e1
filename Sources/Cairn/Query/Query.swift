import CairnSQL
import CairnStorage

/// A statement that is ready to run on an archive.
///
/// ```swift
/// let archive = try Archive(path: "trail.cairn")
/// let query = try Query("SELECT eventName, count(*) FROM events GROUP BY 1", on: archive)
/// try query.run { batch in
///   for row in 0..<batch.rowCount { print(batch[row, 0].text ?? "", batch[row, 1].text ?? "") }
/// }
/// ```
public final class Query {
  /// The columns of the result, in order.
  public let columns: [QueryColumn]
  /// Things to know that are no errors: paths that no record has, for example. Complete after `run`.
  public private(set) var warnings: [String]
  /// What has been read; complete after `run`.
  public private(set) var statistics = QueryStatistics()
  /// Whether the rows are the lines of a plan (EXPLAIN).
  public var isPlan: Bool {
    switch work {
    case .explain, .explainAnalyze: true
    case .rows, .texts, .nothing: false
    }
  }
  /// How far the latest run has come.
  public let progress = QueryProgress()
  let archive: Archive
  let options: QueryOptions
  let work: Work

  enum Work {
    case rows(any Operator, [ColumnID], [EventsTable])
    /// EXPLAIN, and with rows, time and bytes of each operator EXPLAIN ANALYZE.
    case explain(LogicalPlan, [EventsTable], Statement.Explain)
    case explainAnalyze(any Operator, [ColumnID], [EventsTable])
    /// A result that is at hand.
    case texts([[EngineValue]])
    /// Nothing to show.
    case nothing
  }

  /// Whether the statement has a result, be it without rows; PREPARE and its kin have none.
  public var hasResult: Bool {
    if case .nothing = work { false } else { true }
  }

  /// Parses, binds and plans one statement.
  ///
  /// Throws `CairnError.usage` with line, caret and expectation where the text is no statement that Cairn can run;
  /// as opening does where segments cannot be read.
  public init(_ sql: String, on archive: Archive, options: QueryOptions = QueryOptions()) throws {
    self.archive = archive
    self.options = options
    let plan = try Plan(sql, archive, options)
    (columns, work, warnings) = (plan.columns, plan.work, plan.warnings)
  }

  /// The statements of a text, separated by semicolons, each as its own text.
  ///
  /// Throws `CairnError.usage` as `init` does.
  public static func statements(in text: String) throws -> [String] {
    do throws(SQLSyntaxError) {
      return try SQLParser.splitStatements(text)
    } catch {
      throw CairnError.usage(error.rendered(in: text))
    }
  }

  /// Few rows cost what finding and decoding their chunks costs, so their columns go to all threads.
  private static let fewRowCount = 4096

  private static func columns(_ ids: [ColumnID], of batch: Batch, threads: Int) throws -> [Vector] {
    try parallelMap(count: ids.count, threads: batch.rowCount <= fewRowCount ? threads : 1) {
      try batch.columns[ids[$0]]?.vector() ?? .constant(.null)
    }
  }

  /// Runs the statement; `body` gets the rows in order. May be called again.
  ///
  /// Throws `CairnError.interrupted` after cancellation, `.damaged` and `.io` as scans do, and what `body` throws.
  public func run(_ body: (ResultBatch) throws -> Void) throws { try run({ $0 }, body) }

  /// Runs the statement; `body` gets what `work` makes of the rows, in order. `work` is called from several threads.
  ///
  /// Throws what `run` and `work` throw.
  public func run<Output: Sendable>(
    _ work: @escaping @Sendable (ResultBatch) throws -> Output, _ body: (Output) throws -> Void
  ) throws {
    if case .rows = self.work {
      let threads = options.threads
      return try visit(
        { batch, ids in
          let columns = try Self.columns(ids, of: batch, threads: threads)
          return try work(ResultBatch(rowCount: batch.rowCount, columns: columns))
        }, body)
    }
    let context = ExecutionContext(archive, options)
    progress.follow(context.recorder)
    var rowCount = 0
    switch self.work {
    case .rows: break
    case .explain(let plan, let tables, let explain):
      let root = plan.operators
      let lines = try Explanation(root, context).plannedLines(plan, explain)
      rowCount = lines.count
      try body(try work(ResultBatch(lines: lines)))
      try finish(tables, root, context.recorder, rowCount: rowCount)
    case .explainAnalyze(let root, let ids, let tables):
      let lines = try Explanation(root, context).measuredLines(ids)
      rowCount = lines.count
      try body(try work(ResultBatch(lines: lines)))
      try finish(tables, root, context.recorder, rowCount: rowCount)
    case .texts(let columns):
      rowCount = columns.first?.count ?? 0
      try body(try work(ResultBatch(rowCount: rowCount, columns: columns.map { .plain($0) })))
    case .nothing: break
    }
    statistics = context.recorder.snapshot
    statistics.rows = rowCount
  }

  /// Runs a statement that gives rows; `work` gets batches of which only what it asks for is read, by the columns of
  /// the result.
  func visit<Output: Sendable>(
    _ work: @escaping @Sendable (Batch, [ColumnID]) throws -> Output, _ body: (Output) throws -> Void
  ) throws {
    guard case .rows(let root, let ids, let tables) = self.work else { return }
    let context = ExecutionContext(archive, options)
    progress.follow(context.recorder)
    KeptMemory.prepare(memoryLimit: options.memoryLimit)
    let start = ContinuousClock.now
    defer {
      // Telling how much is free takes longer than looking up a needle.
      if ContinuousClock.now - start > .milliseconds(50) {
        KeptMemory.release(memoryLimit: options.memoryLimit)
      }
    }
    var rowCount = 0
    try root.pull(context) { batch in
      (batch.rowCount, try work(batch, ids))
    } _: { (count: Int, output: Output) in
      rowCount += count
      try context.check()
      try body(output)
      return true
    }
    try finish(tables, root, context.recorder, rowCount: rowCount)
    statistics = context.recorder.snapshot
    statistics.rows = rowCount
  }

  private func finish(
    _ tables: [EventsTable], _ root: any Operator, _ recorder: StatisticsRecorder, rowCount: Int
  ) throws {
    var more = try NameWarnings(archive, tables).texts()
    if !tables.isEmpty, options.since != nil || options.until != nil || root.isTimeBounded {
      let warning = try UntimedRows.warning(archive, usesLogstashTime: options.usesLogstashTime)
      more += warning.map { [$0] } ?? []
    }
    // Where rows were looked at and some came, conditions have found values.
    if recorder.snapshot.rowGroupsRead == 0 || rowCount == 0 {
      more += try ValueHints(archive, root.scanConditions).texts()
    }
    warnings += more.filter { !warnings.contains($0) }
  }
}

extension ResultBatch {
  /// One column of texts.
  fileprivate init(lines: [String]) {
    self.init(rowCount: lines.count, columns: [.plain(lines.map { .text(Array($0.utf8)) })])
  }
}

extension Operator {
  /// Whether a condition below bounds the event time.
  fileprivate var isTimeBounded: Bool {
    (self as? ScanOperator)?.isTimeBounded == true || inputs.contains { $0.isTimeBounded }
  }

  /// The conditions of the scans below.
  fileprivate var scanConditions: [BoundExpression] {
    ((self as? ScanOperator)?.conjuncts ?? []) + inputs.flatMap(\.scanConditions)
  }
}
