import CairnSQL

/// The records of an archive in its order, as the oracle's queries see them.
public struct OracleArchive: Sendable {
  let records: [OracleSourceRecord]
  let catalog: OracleCatalog

  /// An archive of records in the order of the archive (S26).
  public init(_ records: [OracleSourceRecord]) {
    self.records = records
    catalog = OracleCatalog(records)
  }
}

/// Runs queries row by row, by `docs/semantics.md` and nothing else: nested loops, no plan.
public enum OracleQuery {
  /// The result of a query. `now` is its start in seconds since 1970.
  public static func run(
    _ query: Query, on archive: OracleArchive, now: Int64 = 1_767_225_600
  ) throws(OracleError) -> OracleResult {
    let context = OracleQueryContext(archive: archive, now: now)
    let table = try OracleQueryRunner(context: context).run(query, outer: nil, tables: nil)
    return OracleResult(table)
  }
}

/// Rows with what is known of their order.
public struct OracleResult: Sendable {
  /// The names of the columns.
  public let names: [String]
  /// The rows.
  public let rows: [[OracleValue]]
  /// All rows before OFFSET and LIMIT, sorted.
  public let candidates: [[OracleValue]]
  /// For each candidate the number of its group of rows that ORDER BY does not tell apart.
  public let ties: [Int]
  /// The places of the rows among the candidates.
  public let window: Range<Int>
  /// Whether ties stand in an order that the rules promise.
  public let hasStableOrder: Bool

  init(_ table: OracleTable) {
    names = table.columns.map(\.name)
    rows = table.rows
    candidates = table.candidates
    ties = table.ties
    window = table.window
    hasStableOrder = table.isOrdered
  }
}

/// The rows of a query or a part of one.
struct OracleTable: Sendable {
  var columns: [OracleColumn]
  var rows: [[OracleValue]]
  /// Whether the order of the rows is one that the rules promise (S65).
  var isOrdered = false
  var candidates: [[OracleValue]] = []
  var ties: [Int] = []
  var window = 0..<0
}

/// What all parts of one query share.
final class OracleQueryContext {
  let archive: OracleArchive
  let now: Int64
  /// The depth of the outermost scope that was read since it was last set.
  var lowestRead = Int.max
  /// Subqueries that do not depend on the row around them.
  var constants: [SourceSpan: OracleTable] = [:]
  /// SELECTs whose expressions were all evaluated once, on a row of NULLs.
  var checked: Set<SourceSpan> = []
  var isChecking = false
  /// The names by which the query calls the archive (S60).
  var archiveNames: [TableName] = []

  init(archive: OracleArchive, now: Int64) {
    self.archive = archive
    self.now = now
  }

  var catalog: OracleCatalog { archive.catalog }

  func noteRead(_ depth: Int) { lowestRead = min(lowestRead, depth) }
}

/// One name of WITH and those before it.
final class OracleCommonTable {
  let name: String
  let table: OracleTable?
  let next: OracleCommonTable?
  /// Whether it has been named.
  private(set) var isNamed = false

  /// Without a table it is the name of a query that may not be named there.
  init(name: String, table: OracleTable?, next: OracleCommonTable?) {
    self.name = name
    self.table = table
    self.next = next
  }

  func find(_ wanted: String) throws(OracleError) -> OracleTable? {
    guard OracleScope.isSame(name, wanted) else { return try next?.find(wanted) }
    isNamed = true
    guard let table else { throw .unsupported("\(name) in its own query") }
    return table
  }
}

/// Evaluates queries and the parts that are not SELECT (S65, S68).
struct OracleQueryRunner {
  let context: OracleQueryContext

  func run(
    _ query: Query, outer: OracleScope?, tables: OracleCommonTable?
  ) throws(OracleError) -> OracleTable {
    var tables = tables
    for common in query.commonTables {
      if query.commonTables.filter({ OracleScope.isSame($0.name.text, common.name.text) }).count > 1 {
        throw .unsupported("\(common.name.text) twice in WITH")
      }
      let table = try query.isRecursive ? recursive(common, outer, tables) : plain(common, outer, tables)
      tables = OracleCommonTable(name: common.name.text, table: table, next: tables)
    }
    var sorted: OracleSorted
    if case .select(let select) = query.body {
      sorted = try OracleSelect(runner: self, select: select, ordering: query.ordering)
        .run(outer: outer, tables: tables)
    } else {
      let table = try self.table(query.body, outer: outer, tables: tables)
      sorted = try order(table, query.ordering, outer: outer, tables: tables)
    }
    return try limited(&sorted, query, outer: outer, tables: tables)
  }

  private func plain(
    _ common: Query.CommonTable, _ outer: OracleScope?, _ tables: OracleCommonTable?
  ) throws(OracleError) -> OracleTable {
    var table = try run(common.query, outer: outer, tables: tables)
    table.columns = try renamed(table.columns, common.columns)
    return table
  }

  /// A query of WITH RECURSIVE (S87).
  private func recursive(
    _ common: Query.CommonTable, _ outer: OracleScope?, _ tables: OracleCommonTable?
  ) throws(OracleError) -> OracleTable {
    let query = common.query
    let name = common.name.text
    let refused = OracleCommonTable(name: name, table: nil, next: tables)
    let isPlain =
      query.commonTables.isEmpty && query.ordering.isEmpty && query.offset == nil && query.limit == nil
    guard isPlain, case .setOperation(.union, let isAll, let first, let second) = query.body else {
      return try plain(common, outer, refused)
    }
    var result = try table(first, outer: outer, tables: refused)
    result.columns = try renamed(result.columns, common.columns)
    result.isOrdered = false
    if !isAll { result.rows = OracleSetOperation.distinct(result.rows) }
    var last = result
    var round = 0
    while !last.rows.isEmpty {
      let named = OracleCommonTable(name: name, table: last, next: tables)
      context.constants = [:]
      let step = try table(second, outer: outer, tables: named)
      guard step.columns.count == result.columns.count else { throw .unsupported("sides of unequal width") }
      if !named.isNamed {
        var all = try OracleSetOperation.combine(result, .union, isAll: isAll, step)
        all.columns = result.columns
        return all
      }
      let before = result.rows.count
      result.rows += step.rows
      if !isAll { result.rows = OracleSetOperation.distinct(result.rows) }
      last.rows = Array(result.rows[before...])
      round += 1
      if round > 10, !last.rows.isEmpty { throw .unsupported("recursion of more than 10 rounds") }
    }
    return result
  }

  func renamed(_ columns: [OracleColumn], _ names: [Identifier]) throws(OracleError) -> [OracleColumn] {
    if names.isEmpty { return columns }
    guard names.count == columns.count else { throw .unsupported("\(names.count) names for the columns") }
    return zip(columns, names).map { OracleColumn(name: $1.text, isTime: $0.isTime) }
  }

  // MARK: Bodies

  private func table(
    _ body: Query.Body, outer: OracleScope?, tables: OracleCommonTable?
  ) throws(OracleError) -> OracleTable {
    switch body {
    case .select(let select):
      return try OracleSelect(runner: self, select: select, ordering: []).run(outer: outer, tables: tables)
        .table
    case .parenthesized(let query):
      return try run(query, outer: outer, tables: tables)
    case .table(let name):
      if name.parts.count == 1, let table = try tables?.find(name.parts[0].text) { return table }
      let columns = context.catalog.columns
      return OracleTable(
        columns: columns.map { OracleColumn(name: $0, isTime: $0 == "eventTime") },
        rows: context.archive.records.map { source in
          columns.map { OracleValue(OraclePath.member($0, of: source.record.root, isExact: true)) }
        }, isOrdered: true)
    case .values(let rows):
      return try values(rows, outer: outer, tables: tables)
    case .setOperation(let operation, let isAll, let left, let right):
      let first = try table(left, outer: outer, tables: tables)
      let second = try table(right, outer: outer, tables: tables)
      return try OracleSetOperation.combine(first, operation, isAll: isAll, second)
    }
  }

  private func values(
    _ rows: [Expression], outer: OracleScope?, tables: OracleCommonTable?
  ) throws(OracleError) -> OracleTable {
    let scope = OracleScope([], [], outer: outer, tables: tables, context: context)
    let evaluator = OracleEvaluator(scope: scope, now: context.now)
    var result: [[OracleValue]] = []
    for row in rows {
      if case .row(let items) = row.kind {
        result.append(try evaluator.conditionsOrValues(of: items))
      } else {
        let cell = try evaluator.conditionsOrValues(of: [row])
        // A cast to a row is a row of the table.
        guard let width = OracleUnnest.rowWidth(row) else {
          result.append(cell)
          continue
        }
        if case .row(let fields) = cell[0] {
          result.append(fields.map(\.value))
        } else {
          result.append([OracleValue](repeating: .null, count: width))
        }
      }
    }
    let count = result.first?.count ?? 0
    guard result.allSatisfy({ $0.count == count }) else { throw .unsupported("VALUES of unequal rows") }
    return OracleTable(
      columns: (0..<count).map { OracleColumn(name: "_col\($0)") }, rows: result, isOrdered: true)
  }

  // MARK: Order and limit (S65)

  /// ORDER BY over the columns of a table.
  private func order(
    _ table: OracleTable, _ ordering: [SortItem], outer: OracleScope?, tables: OracleCommonTable?
  ) throws(OracleError) -> OracleSorted {
    let relation = OracleRelation(columns: table.columns)
    func keys(_ row: [OracleValue]) throws(OracleError) -> [OracleSortKey] {
      let scope = OracleScope([relation], [.values(row)], outer: outer, tables: tables, context: context)
      let evaluator = OracleEvaluator(scope: scope, now: context.now)
      var keys: [OracleSortKey] = []
      for item in ordering {
        if let place = item.expression.ordinal {
          guard table.columns.indices.contains(place - 1) else { throw .unsupported("ORDER BY \(place)") }
          keys.append(
            OracleSortKey(value: row[place - 1], isTime: table.columns[place - 1].isTime, item: item))
        } else {
          keys.append(try evaluator.sortKey(item))
        }
      }
      return keys
    }
    _ = try keys(table.columns.map { _ in .null })
    var rows: [(values: [OracleValue], keys: [OracleSortKey])] = []
    for row in table.rows { rows.append((row, try keys(row))) }
    return OracleSorted(columns: table.columns, rows: rows, isOrdered: table.isOrdered)
  }

  private func limited(
    _ sorted: inout OracleSorted, _ query: Query, outer: OracleScope?, tables: OracleCommonTable?
  ) throws(OracleError) -> OracleTable {
    let scope = OracleScope([], [], outer: nil, tables: tables, context: context)
    func count(_ expression: Expression?) throws(OracleError) -> Int? {
      guard let expression else { return nil }
      guard expression.isConstant,
        let number = try OracleEvaluator(scope: scope, now: context.now).value(of: expression).decimal?
          .wholeNumber,
        number >= 0
      else { throw .invalidLiteral("a count of rows") }
      return Int(number)
    }
    if query.limitsWithTies, query.ordering.isEmpty { throw .unsupported("WITH TIES without ORDER BY") }
    let offset = try count(query.offset) ?? 0
    let limit = try count(query.limit)
    var table = sorted.table
    let start = min(offset, table.rows.count)
    var end = limit.map { min(table.rows.count, start + min($0, table.rows.count)) } ?? table.rows.count
    if query.limitsWithTies, end > start {
      while end < table.rows.count, table.ties[end] == table.ties[end - 1] { end += 1 }
    }
    table.window = start..<end
    table.rows = Array(table.rows[start..<end])
    return table
  }
}

/// One value to sort by.
struct OracleSortKey {
  let value: OracleValue
  let isTime: Bool
  let item: SortItem

  static func compare(_ lhs: [OracleSortKey], _ rhs: [OracleSortKey]) -> Int {
    for (left, right) in zip(lhs, rhs) {
      let order = compare(left, right)
      if order != 0 { return order }
    }
    return 0
  }

  private static func compare(_ lhs: OracleSortKey, _ rhs: OracleSortKey) -> Int {
    let nullsFirst = lhs.item.nullsFirst ?? false
    switch (lhs.value.isNull, rhs.value.isNull) {
    case (true, true): return 0
    case (true, false): return nullsFirst ? -1 : 1
    case (false, true): return nullsFirst ? 1 : -1
    case (false, false):
      let order =
        lhs.isTime || rhs.isTime
        ? OracleOrdering.compareTimeColumn(lhs.value, rhs.value)
        : OracleOrdering.compare(lhs.value, rhs.value)
      return lhs.item.isDescending ? -order : order
    }
  }
}

/// Rows with what to sort them by.
struct OracleSorted {
  var columns: [OracleColumn]
  var rows: [(values: [OracleValue], keys: [OracleSortKey])]
  /// Whether the rows come in an order that the rules promise.
  var isOrdered: Bool

  /// The sorted rows.
  var table: OracleTable {
    let order = rows.indices.sorted { a, b in
      let order = OracleSortKey.compare(rows[a].keys, rows[b].keys)
      return order == 0 ? a < b : order < 0
    }
    let sorted = order.map { rows[$0] }
    var ties: [Int] = []
    for (index, row) in sorted.enumerated() {
      let isTie = index > 0 && OracleSortKey.compare(sorted[index - 1].keys, row.keys) == 0
      ties.append(index == 0 ? 0 : ties[index - 1] + (isTie ? 0 : 1))
    }
    let values = sorted.map(\.values)
    return OracleTable(
      columns: columns, rows: values, isOrdered: isOrdered, candidates: values, ties: ties,
      window: 0..<values.count)
  }
}

extension Expression {
  /// The place that a whole number names in ORDER BY and GROUP BY.
  var ordinal: Int? {
    guard case .literal(.number(let text)) = kind else { return nil }
    return Int(text)
  }
}

extension OracleResult {
  /// The rows as JSON arrays, the names first, as the examples of `docs/semantics.md` write them.
  public var lines: [String] {
    let names = OracleJSON.array(names.map { .string(Array($0.utf8)) })
    return ([names] + rows.map { OracleJSON.array($0.map(\.asJSON)) }).map {
      String(decoding: $0.compact, as: UTF8.self)
    }
  }
}
