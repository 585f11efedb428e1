import CairnSQL
import CairnStorage

/// What a statement's text comes to: the columns of its result, what gives the rows, and what is to be said of it.
struct Plan {
  let columns: [QueryColumn]
  let work: Query.Work
  let warnings: [String]

  /// Throws `CairnError.usage` with the place in the text where it is no statement that can run.
  init(_ sql: String, _ archive: Archive, _ options: QueryOptions) throws {
    do {
      let statements = try SQLParser.parseStatements(sql)
      guard let statement = statements.first, statements.count == 1 else {
        throw CairnError.usage(
          statements.isEmpty ? "there is no statement" : "one statement at a time, not \(statements.count)")
      }
      // Planning evaluates what is constant.
      self = try options.cancellation.during { try Plan(statement, archive, options) }
    } catch let error as SQLSyntaxError {
      throw CairnError.usage(error.rendered(in: sql))
    } catch let error as BindError {
      throw error.error(in: sql)
    }
  }

  private init(_ statement: Statement, _ archive: Archive, _ options: QueryOptions) throws {
    switch statement {
    case .query(let query):
      let (planner, planned) = try Plan.planned(query, archive, options)
      let warnings = try Plan.warnings(planner, options)
      let ids = planned.columns.map(\.id)
      let root = try Plan.improved(planned, planner, options).operators
      self.init(Plan.columns(planned.columns, root), .rows(root, ids, planner.tables), warnings)
    case .explain(let query, let explain):
      let (planner, planned) = try Plan.planned(query, archive, options)
      let warnings = try Plan.warnings(planner, options)
      if case .validity = explain {
        self.init([QueryColumn(name: "Valid")], .texts([[.boolean(true)]]), warnings)
        return
      }
      let plan = try Plan.improved(planned, planner, options)
      let columns = [QueryColumn(name: "Query Plan")]
      switch explain {
      case .analysis:
        let ids = planned.columns.map(\.id)
        self.init(columns, .explainAnalyze(plan.operators, ids, planner.tables), warnings)
      case .plan, .logicalPlan, .operators, .validity:
        self.init(columns, .explain(plan, planner.tables, explain), warnings)
      }
    case .prepare(let name, let text):
      options.prepared.set(name.text, text)
      self.init([], .nothing)
    case .deallocate(let name):
      guard options.prepared.remove(name.text) else { throw Plan.unprepared(name, options) }
      self.init([], .nothing)
    case .execute(let name, let arguments):
      guard let text = options.prepared.text(name.text) else { throw Plan.unprepared(name, options) }
      self = try Plan(Plan.filled(text, arguments, name.span), archive, options)
    case .executeImmediate(let text, let span, let arguments):
      self = try Plan(Plan.filled(text, arguments, span), archive, options)
    case .session(let note): self.init([], .nothing, note.map { [$0] } ?? [])
    default: self = try Catalog(archive, options).plan(statement)
    }
  }

  /// With the types of those that are handed on as they are read or computed by what is of one type.
  private static func columns(_ columns: [Scope.Column], _ root: any Operator) -> [QueryColumn] {
    var types: [ColumnID: ResultType] = [:]
    root.addTypes(to: &types)
    return columns.map { QueryColumn(name: $0.name, type: $0.isTime ? .timestamp : types[$0.id]) }
  }

  /// The plan after all passes.
  private static func improved(
    _ planned: PlannedQuery, _ planner: Planner, _ options: QueryOptions
  ) throws -> LogicalPlan {
    try PlanPass.improved(
      planned.plan, planned.columns.map(\.id), planner.ids, now: planner.now,
      without: options.mode.withoutPasses)
  }

  init(_ columns: [QueryColumn], _ work: Query.Work, _ warnings: [String] = []) {
    (self.columns, self.work, self.warnings) = (columns, work, warnings)
  }

  private static func planned(
    _ query: CairnSQL.Query, _ archive: Archive, _ options: QueryOptions
  ) throws -> (Planner, PlannedQuery) {
    let milliseconds = options.now ?? currentMilliseconds()
    guard let now = TimePoint(seconds: milliseconds / 1000) else {
      throw CairnError.usage("the clock is outside the years 1 to 9999")
    }
    let planner = Planner(
      archive, now: now, tableFiles: options.tables, queries: options.queries,
      usesLogstashTime: options.usesLogstashTime, findsValues: options.finder != nil)
    var planned = try planner.plan(query, outer: nil)
    if let limit = options.rowLimit {
      planned.plan = .limit(planned.plan, offset: 0, count: max(0, limit))
    }
    return (planner, planned)
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

  // MARK: Prepared statements

  private static func unprepared(_ name: Identifier, _ options: QueryOptions) -> BindError {
    BindError(
      message: "no statement \(name.text) has been prepared here: PREPARE \(name.text) FROM SELECT …",
      span: name.span, suggestion: NearNames.nearest(to: name.text, among: options.prepared.names))
  }

  /// A prepared text with the values in place of its question marks.
  private static func filled(
    _ text: String, _ arguments: [Statement.Argument], _ span: SourceSpan
  ) throws -> String {
    let count = SQLParser.parameterCount(in: text)
    guard count == arguments.count else {
      throw BindError(
        message:
          "the statement has \(count) question mark\(count == 1 ? "" : "s"), USING gives \(arguments.count) "
          + "value\(arguments.count == 1 ? "" : "s")", span: span)
    }
    return SQLParser.text(text, withParameters: arguments.map(\.text))
  }
}

/// What PREPARE has named. Statements whose options share it can be executed by name.
public final class PreparedStatements: @unchecked Sendable {
  private let lock = Lock()
  private var texts: [String: String] = [:]

  /// None.
  public init() {}

  func set(_ name: String, _ text: String) { lock.withLock { texts[name.lowercased()] = text } }

  func text(_ name: String) -> String? { lock.withLock { texts[name.lowercased()] } }

  func remove(_ name: String) -> Bool {
    lock.withLock { texts.removeValue(forKey: name.lowercased()) != nil }
  }

  var names: [String] { lock.withLock { texts.keys.sorted() } }
}
