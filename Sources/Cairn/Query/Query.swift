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
  public private(set) var warnings: [String] = []
  /// What has been read; complete after `run`.
  public private(set) var statistics = QueryStatistics()
  /// Whether the rows are the lines of a plan (EXPLAIN).
  public var isPlan: Bool {
    if case .explain = work { true } else { false }
  }
  private let archive: Archive
  private let options: QueryOptions
  private let work: Work

  private enum Work {
    case rows(any Operator, [ColumnID], [EventsTable])
    /// EXPLAIN, with rows, time and bytes of each operator if it is measured.
    case explain(any Operator, [ColumnID], [EventsTable], isMeasured: Bool)
    /// A result that is at hand.
    case texts([[EngineValue]])
  }

  /// Parses, binds and plans one statement.
  ///
  /// Throws `CairnError.usage` with line, caret and expectation where the text is no statement that Cairn can run;
  /// as opening does where segments cannot be read.
  public init(_ sql: String, on archive: Archive, options: QueryOptions = QueryOptions()) throws {
    self.archive = archive
    self.options = options
    do {
      let statements = try SQLParser.parseStatements(sql)
      guard let statement = statements.first, statements.count == 1 else {
        throw CairnError.usage(
          statements.isEmpty ? "there is no statement" : "one statement at a time, not \(statements.count)")
      }
      // Planning evaluates what is constant.
      (columns, work, warnings) = try options.cancellation.during {
        try Self.plan(statement, archive, options)
      }
    } catch let error as SQLSyntaxError {
      throw CairnError.usage(error.rendered(in: sql))
    } catch let error as BindError {
      throw error.error(in: sql)
    }
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

  private static func plan(
    _ statement: Statement, _ archive: Archive, _ options: QueryOptions
  ) throws -> ([QueryColumn], Work, [String]) {
    let milliseconds = options.now ?? currentMilliseconds()
    guard let now = TimePoint(seconds: milliseconds / 1000) else {
      throw CairnError.usage("the clock is outside the years 1 to 9999")
    }
    let planner = Planner(archive, now: now, tableFiles: options.tables)
    switch statement {
    case .query(let query):
      let planned = try planner.plan(query, outer: nil)
      return (
        planned.columns.map { QueryColumn(name: $0.name) },
        .rows(planned.root, planned.columns.map(\.id), planner.tables), try warnings(planner, options)
      )
    case .explain(let query, let isMeasured):
      let planned = try planner.plan(query, outer: nil)
      return (
        [QueryColumn(name: "Query Plan")],
        .explain(planned.root, planned.columns.map(\.id), planner.tables, isMeasured: isMeasured),
        try warnings(planner, options)
      )
    case .showTables:
      let names = ["events"] + options.tables.map(\.name)
      return ([QueryColumn(name: "Table")], .texts([names.map { .text(Array($0.utf8)) }]), [])
    case .describe: return try describe(archive, like: nil, options)
    case .showColumns(_, let pattern): return try describe(archive, like: pattern, options)
    }
  }

  /// What is known before the rows are: what the planner noted, and in strict mode, as an error, what `run` would tell.
  private static func warnings(_ planner: Planner, _ options: QueryOptions) throws -> [String] {
    if let failure = planner.keys.failure { throw failure }
    let warnings = planner.warnings + planner.tables.flatMap(\.notes)
    if options.isStrict {
      let all = try warnings + NameWarnings(planner.archive, planner.tables).texts()
      if !all.isEmpty { throw CairnError.usage(all.joined(separator: "\n")) }
    }
    return warnings
  }

  private static func describe(
    _ archive: Archive, like pattern: String?, _ options: QueryOptions
  ) throws -> ([QueryColumn], Work, [String]) {
    let paths = try ArchiveSchema(archive, threads: options.threads).columns(like: pattern)
    return (
      ["Column", "Type", "Values"].map { QueryColumn(name: $0) },
      .texts([
        paths.map { .text(Array($0.path.utf8)) }, paths.map { .text(Array($0.type.utf8)) },
        paths.map { .number(.integer(Int64($0.valueCount))) },
      ]), []
    )
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
    let context = ExecutionContext(archive, options)
    var rowCount = 0
    switch self.work {
    case .rows(let root, let ids, let tables):
      let threads = options.threads
      try root.pull(context) { batch in
        let columns = try Self.columns(ids, of: batch, threads: threads)
        return (batch.rowCount, try work(ResultBatch(rowCount: batch.rowCount, columns: columns)))
      } _: { (count: Int, output: Output) in
        rowCount += count
        try context.check()
        try body(output)
        return true
      }
      try finish(tables, root)
    case .explain(let root, let ids, let tables, let isMeasured):
      let explanation = Explanation(root, ids, context)
      let lines = try isMeasured ? explanation.measuredLines() : explanation.plannedLines()
      rowCount = lines.count
      try body(
        try work(ResultBatch(rowCount: lines.count, columns: [.plain(lines.map { .text(Array($0.utf8)) })])))
      try finish(tables, root)
    case .texts(let columns):
      rowCount = columns.first?.count ?? 0
      try body(try work(ResultBatch(rowCount: rowCount, columns: columns.map { .plain($0) })))
    }
    statistics = context.recorder.snapshot
    statistics.rows = rowCount
  }

  private func finish(_ tables: [EventsTable], _ root: any Operator) throws {
    var more = try NameWarnings(archive, tables).texts()
    if !tables.isEmpty, options.since != nil || options.until != nil || root.isTimeBounded {
      more += UntimedRows.warning(archive).map { [$0] } ?? []
    }
    warnings += more.filter { !warnings.contains($0) }
  }
}

extension Operator {
  /// Whether a condition below bounds the event time.
  fileprivate var isTimeBounded: Bool {
    (self as? ScanOperator)?.isTimeBounded == true || inputs.contains { $0.isTimeBounded }
  }
}
