import CairnSQL

/// Rows of relations: each has a cell for each relation.
struct OracleRows {
  var relations: [OracleRelation]
  var rows: [[OracleCell]]
  /// Whether the order of the rows is one that the rules promise (S65).
  var isOrdered: Bool
}

/// What stands after FROM (S60, S66, S67). `left` is the row of the relations before a lateral one.
struct OracleFrom {
  let runner: OracleQueryRunner

  private var context: OracleQueryContext { runner.context }

  /// The relations between commas.
  func rows(_ relations: [Relation], _ scope: OracleScope) throws(OracleError) -> OracleRows {
    var result = OracleRows(relations: [], rows: [[]], isOrdered: true)
    for (index, relation) in relations.enumerated() {
      result = try joined(result, relation, kind: .cross, condition: nil, scope, isFirst: index == 0)
    }
    return result
  }

  private func rows(_ relation: Relation, _ left: OracleScope) throws(OracleError) -> OracleRows {
    switch relation {
    case .table(let name, let alias):
      return try table(name, alias, left)
    case .query(let query, let isLateral, let alias):
      let outer = isLateral ? left : left.outer
      let table = try runner.run(query, outer: outer, tables: left.tables)
      return try closed(table, alias, hasOrder: table.isOrdered && query.ordering.isEmpty)
    case .unnest(let arrays, let withOrdinality, let alias):
      return try unnest(arrays, withOrdinality, alias, left)
    case .parenthesized(let inner, let alias):
      var result = try rows(inner, left)
      guard let alias else { return result }
      guard result.relations.count == 1 else { throw .unsupported("an alias for a join") }
      result.relations[0].name = alias.name.text
      result.relations[0].fullName = []
      if let columns = result.relations[0].columns {
        result.relations[0].columns = try runner.renamed(columns, alias.columns)
      } else if !alias.columns.isEmpty {
        throw .unsupported("names for the columns of events")
      }
      return result
    case .sample(let inner, _, let percentage):
      var result = try rows(inner, left)
      let evaluator = OracleEvaluator(scope: left.with([], []), now: context.now)
      guard percentage.isConstant, let share = try evaluator.value(of: percentage).decimal?.wholeNumber,
        share == 0 || share == 100
      else { throw .unsupported("a sample") }
      if share == 0 { result.rows = [] }
      return result
    case .join(let join):
      let first = try rows(join.left, left)
      return try joined(first, join.right, kind: join.kind, condition: join.condition, left, isFirst: false)
    }
  }

  private func table(
    _ name: TableName, _ alias: TableAlias?, _ left: OracleScope
  ) throws(OracleError) -> OracleRows {
    if name.parts.count == 1, let table = try left.tables?.find(name.parts[0].text) {
      var rows = try closed(table, alias, hasOrder: false)
      if alias == nil { rows.relations[0].name = name.parts[0].text }
      return rows
    }
    if let table = try OracleTables.beside(name, context.catalog) {
      var rows = try closed(table, alias, hasOrder: true)
      if alias == nil { rows.relations[0].name = name.parts.last?.text }
      return rows
    }
    try OracleTables.check(name, context, left.tables)
    if alias?.columns.isEmpty == false { throw .unsupported("names for the columns of events") }
    let relation = OracleRelation(
      name: alias?.name.text ?? name.parts.last?.text,
      fullName: alias == nil ? name.parts.map(\.text) : [])
    return OracleRows(
      relations: [relation], rows: context.archive.records.map { [.record($0)] }, isOrdered: true)
  }

  private func closed(
    _ table: OracleTable, _ alias: TableAlias?, hasOrder: Bool
  ) throws(OracleError) -> OracleRows {
    let columns = try runner.renamed(table.columns, alias?.columns ?? [])
    return OracleRows(
      relations: [OracleRelation(name: alias?.name.text, columns: columns)],
      rows: table.rows.map { [.values($0)] }, isOrdered: hasOrder)
  }

  // MARK: Joins (S66)

  private func joined(
    _ left: OracleRows, _ relation: Relation, kind: Join.Kind, condition: Join.Condition?,
    _ scope: OracleScope, isFirst: Bool
  ) throws(OracleError) -> OracleRows {
    let isLateral = relation.isLateral
    if isLateral, kind == .right || kind == .full { throw .unsupported("\(kind) JOIN with a lateral side") }
    func right(_ cells: [OracleCell]) throws(OracleError) -> OracleRows {
      try rows(relation, scope.with(scope.relations + left.relations, scope.cells + cells))
    }
    // What the right side looks like, also where the left one has no rows.
    let wasChecking = context.isChecking
    context.isChecking = context.isChecking || isLateral
    let sample = try right(left.relations.map(\.missing))
    context.isChecking = wasChecking
    let names = try usingNames(condition, left.relations, sample.relations)
    var relations = left.relations + sample.relations
    if !names.isEmpty {
      for index in relations.indices { relations[index].merged.formUnion(names.map(OracleScope.folded)) }
    }
    func matches(_ cells: [OracleCell]) throws(OracleError) -> Bool {
      let row = scope.with(scope.relations + left.relations + sample.relations, scope.cells + cells)
      if case .on(let expression)? = condition {
        return try OracleEvaluator(scope: row, now: context.now).truth(of: expression) == true
      }
      for name in names {
        let a = try side(name, left.relations, cells[..<left.relations.count])
        let b = try side(name, sample.relations, cells[left.relations.count...])
        if OracleComparison.compare(a, .equal, b) != true { return false }
      }
      return true
    }
    _ = try matches(relations.map(\.missing))
    var result: [[OracleCell]] = []
    var matchedRight: Set<Int> = []
    for row in left.rows {
      let partners = isLateral ? try right(row).rows : sample.rows
      var isMatched = false
      for (index, partner) in partners.enumerated() where try matches(row + partner) {
        isMatched = true
        matchedRight.insert(index)
        result.append(row + partner)
      }
      if !isMatched, kind == .left || kind == .full { result.append(row + sample.relations.map(\.missing)) }
    }
    if kind == .right || kind == .full {
      for (index, partner) in sample.rows.enumerated() where !matchedRight.contains(index) {
        result.append(left.relations.map(\.missing) + partner)
      }
    }
    if !names.isEmpty {
      (relations, result) = try merged(names, relations, leftCount: left.relations.count, result)
    }
    let keepsOrder = isFirst || relation.isUnnest
    return OracleRows(
      relations: relations, rows: result, isOrdered: left.isOrdered && sample.isOrdered && keepsOrder)
  }

  // MARK: USING

  private func usingNames(
    _ condition: Join.Condition?, _ left: [OracleRelation], _ right: [OracleRelation]
  ) throws(OracleError) -> [String] {
    switch condition {
    case .using(let names): return names.map(\.text)
    case .natural:
      if (left + right).contains(where: { $0.columns == nil }) {
        throw .unsupported("NATURAL JOIN of events")
      }
      let others = Set(right.flatMap(\.visibleNames).map(OracleScope.folded))
      return left.flatMap(\.visibleNames).filter { others.contains(OracleScope.folded($0)) }
    default: return []
    }
  }

  /// The value of a name on one side of a join.
  private func side(
    _ name: String, _ relations: [OracleRelation], _ cells: ArraySlice<OracleCell>
  ) throws(OracleError) -> OracleComparison.Side {
    let scope = OracleScope(relations, Array(cells), outer: nil, tables: nil, context: context)
    let identifier = Identifier(name, isQuoted: false, span: SourceSpan(start: 0, end: 0))
    let found = try scope.resolve(Path(root: identifier))
    let isTime = found.isTime || found.isRecord && OracleScope.isSame(name, "eventTime")
    return .init(value: found.steps.reduce(found.value) { OraclePath.step($1, on: $0) }, isTimeColumn: isTime)
  }

  /// Puts the merged columns in front.
  private func merged(
    _ names: [String], _ relations: [OracleRelation], leftCount: Int, _ rows: [[OracleCell]]
  ) throws(OracleError) -> ([OracleRelation], [[OracleCell]]) {
    // The sides' own columns, with what an earlier USING has merged.
    func bare(_ relations: ArraySlice<OracleRelation>) -> [OracleRelation] {
      relations.map { relation in
        var relation = relation
        relation.merged.subtract(names.map(OracleScope.folded))
        return relation
      }
    }
    let (left, right) = (bare(relations[..<leftCount]), bare(relations[leftCount...]))
    let sample = relations.map(\.missing)
    var columns: [OracleColumn] = []
    for name in names {
      let leftSide = try side(name, left, sample[..<leftCount])
      let rightSide = try side(name, right, sample[leftCount...])
      columns.append(OracleColumn(name: name, isTime: leftSide.isTimeColumn && rightSide.isTimeColumn))
    }
    var result: [[OracleCell]] = []
    for row in rows {
      var values: [OracleValue] = []
      for name in names {
        let value = try side(name, left, row[..<leftCount]).value
        values.append(value.isNull ? try side(name, right, row[leftCount...]).value : value)
      }
      result.append([.values(values)] + row)
    }
    return ([OracleRelation(columns: columns)] + relations, result)
  }

  // MARK: UNNEST (S67)

  /// Whether an argument is the array `resources` of records.
  private func isResources(_ array: Expression, _ scope: OracleScope) -> Bool {
    guard case .path(let path) = array.kind, let found = try? scope.resolve(path), found.isRecord,
      found.steps.count == 1
    else { return false }
    switch found.steps[0] {
    case .name(let name): return OracleScope.isResources(name)
    case .key(let key): return key == "resources"
    default: return false
    }
  }

  private func unnest(
    _ arrays: [Expression], _ withOrdinality: Bool, _ alias: TableAlias?, _ left: OracleScope
  ) throws(OracleError) -> OracleRows {
    var names = (alias?.columns ?? []).map(\.text)
    var ordinalityName = "ordinality"
    // The list names the ordinality column as well, the last one.
    if withOrdinality, names.count > 1 { ordinalityName = names.removeLast() }
    var widths = arrays.map { _ in 1 }
    if names.isEmpty {
      widths = arrays.map { OracleUnnest.writtenWidth($0) ?? 1 }
    } else if arrays.count == 1 {
      widths = [names.count]
    } else if names.count == 2 * arrays.count {
      widths = arrays.map { _ in 2 }
    } else if names.count != arrays.count {
      throw .unsupported("\(names.count) names for the columns of UNNEST")
    }
    let width = widths.reduce(0, +)
    if names.isEmpty {
      let isOnly = width == 1 && !withOrdinality
      names = (0..<width).map { isOnly ? alias?.name.text ?? "_col0" : "_col\($0)" }
    }
    let evaluator = OracleEvaluator(scope: left, now: context.now)
    var columns: [[[OracleValue]]] = []
    for (index, array) in arrays.enumerated() {
      let start = widths.prefix(index).reduce(0, +)
      let own = widths[index] == 1 ? [] : Array(names[start..<(start + widths[index])])
      columns.append(
        OracleUnnest.rows(
          try evaluator.value(of: array), names: own, documented: isResources(array, left)))
    }
    let count = columns.map(\.count).max() ?? 0
    var rows: [[OracleCell]] = []
    for index in 0..<count {
      var values = zip(columns, widths).flatMap {
        index < $0.count ? $0[index] : [OracleValue](repeating: .null, count: $1)
      }
      if withOrdinality { values.append(OracleValue(Int64(index + 1))) }
      rows.append([.values(values)])
    }
    var all = (names + (withOrdinality ? [ordinalityName] : [])).map { OracleColumn(name: $0) }
    if width == arrays.count {
      for (index, array) in arrays.enumerated() { all[index].isResource = isResources(array, left) }
    }
    return OracleRows(
      relations: [OracleRelation(name: alias?.name.text, columns: all)], rows: rows, isOrdered: true)
  }
}

/// The elements of arrays and members of objects as rows.
enum OracleUnnest {
  /// The fields of an array's rows, or a key and a value, where the array or map is written; else nil.
  static func writtenWidth(_ array: Expression) -> Int? {
    switch array.kind {
    case .array(let items):
      let widths = Set(items.compactMap { $0.kind == .literal(.null) ? nil : rowWidth($0) ?? 0 })
      return widths.count == 1 && widths != [0] ? widths.first : nil
    case .cast(_, let type, _) where type.name == "map": return 2
    case .cast(_, let type, _) where type.name == "array":
      if case .type(let inner)? = type.parameters.first, inner.name == "row" { return inner.parameters.count }
      return nil
    case .call(let call): return call.name.text.lowercased() == "map" ? 2 : nil
    default: return nil
    }
  }

  /// The fields of a row that is written as one.
  static func rowWidth(_ row: Expression) -> Int? {
    switch row.kind {
    case .row(let items): items.count
    case .cast(_, let type, _) where type.name == "row": type.parameters.count
    default: nil
    }
  }

  /// Of several columns with names, or of one without.
  static func rows(_ value: OracleValue, names: [String], documented: Bool) -> [[OracleValue]] {
    let width = max(1, names.count)
    if let entries = value.entries {
      return entries.map { width == 1 ? [$0.key] : fitted([$0.key, $0.value], width) }
    }
    guard let items = value.elements else { return [] }
    if width == 1 { return items.map { [$0] } }
    let fields = documented ? OracleScope.resourceMembers : []
    let isByName = names.contains { name in
      fields.contains { OracleScope.isSame($0, name) } || items.contains { member(name, of: $0) != nil }
    }
    return items.map { item in
      if case .row(let fields) = item { return fitted(fields.map(\.value), width) }
      guard let entries = item.entries else { return fitted([], width) }
      if isByName { return names.map { member($0, of: item) ?? .null } }
      if documented { return fitted(fields.map { member($0, of: item) ?? .null }, width) }
      return fitted(entries.map(\.value), width)
    }
  }

  /// The member of an object that a name reads (S2).
  private static func member(_ name: String, of item: OracleValue) -> OracleValue? {
    guard let entries = item.entries else { return nil }
    let wanted = Array(name.utf8)
    return
      (entries.first { $0.key.text == wanted }
      ?? entries.first { OraclePath.folded($0.key.text ?? []) == OraclePath.folded(wanted) })?.value
  }

  private static func fitted(_ values: [OracleValue], _ width: Int) -> [OracleValue] {
    Array(values.prefix(width)) + [OracleValue](repeating: .null, count: max(0, width - values.count))
  }
}

extension Relation {
  /// Whether the relation sees those to its left.
  fileprivate var isLateral: Bool {
    switch self {
    case .table: false
    case .query(_, let isLateral, _): isLateral
    case .unnest: true
    case .parenthesized(let inner, _): inner.isLateral
    case .sample(let inner, _, _): inner.isLateral
    case .join(let join): join.left.isLateral || join.right.isLateral
    }
  }

  fileprivate var isUnnest: Bool {
    switch self {
    case .unnest: true
    case .parenthesized(let inner, _): inner.isUnnest
    default: false
    }
  }
}

extension OracleRelation {
  /// The columns that a single name can mean.
  fileprivate var visibleNames: [String] {
    (columns ?? []).map(\.name).filter { !merged.contains(OracleScope.folded($0)) }
  }
}
