import CairnSQL

/// A column of a relation whose columns are known.
struct OracleColumn {
  var name: String
  /// Whether it compares as a time column (S23, S60).
  var isTime = false
  /// Whether its values are elements of `resources`, whose documented members a place reads.
  var isResource = false
}

/// One relation after FROM: its names, apart from its rows.
struct OracleRelation {
  /// What it is called by, if anything.
  var name: String?
  /// The whole name of a table that has no alias.
  var fullName: [String] = []
  /// Nil for `events`, which has every column.
  var columns: [OracleColumn]?
  /// Columns that USING has merged, folded: seen by the relation's name only.
  var merged: Set<[UInt8]> = []

  /// What an outer join puts in place of a row.
  var missing: OracleCell { columns.map { .values($0.map { _ in .null }) } ?? .record(nil) }
}

/// What one relation gives to a row.
enum OracleCell {
  /// A record of `events`; nil where an outer join found none.
  case record(OracleSourceRecord?)
  case values([OracleValue])
}

/// What a name stands for in a row.
struct OracleResolved {
  var value: OracleValue
  /// The steps that are left to take.
  var steps: [Path.Step] = []
  var isTime = false
  /// Whether the value is a whole record.
  var isRecord = false
  /// The virtual column that it is, without steps into it.
  var partition: OracleVirtualColumn?
}

/// The relations that names can mean in one row, and those of the queries around (S60).
final class OracleScope {
  let relations: [OracleRelation]
  let cells: [OracleCell]
  let outer: OracleScope?
  let tables: OracleCommonTable?
  /// Nil for plain expressions on a record, outside of queries.
  let context: OracleQueryContext?
  let depth: Int

  init(
    _ relations: [OracleRelation], _ cells: [OracleCell], outer: OracleScope?, tables: OracleCommonTable?,
    context: OracleQueryContext?
  ) {
    self.relations = relations
    self.cells = cells
    self.outer = outer
    self.tables = tables
    self.context = context
    depth = (outer?.depth ?? 0) + 1
  }

  /// One record without a query around.
  convenience init(record: OracleRecord) {
    let cell = OracleCell.record(OracleSourceRecord(record: record, key: ""))
    self.init([OracleRelation()], [cell], outer: nil, tables: nil, context: nil)
  }

  /// The scope of a row of the same query.
  func with(_ relations: [OracleRelation], _ cells: [OracleCell]) -> OracleScope {
    OracleScope(relations, cells, outer: outer, tables: tables, context: context)
  }

  func resolve(_ path: Path) throws(OracleError) -> OracleResolved {
    var scope: OracleScope? = self
    while let level = scope {
      if let found = try level.qualified(path) { return found }
      scope = level.outer
    }
    scope = self
    while let level = scope {
      if let found = try level.single(path) { return found }
      scope = level.outer
    }
    throw .unsupported("the name \(path.root.text) is not known")
  }

  // MARK: Names with a relation's name before them

  private func qualified(_ path: Path) throws(OracleError) -> OracleResolved? {
    var matches: [(relation: Int, length: Int)] = []
    for (index, relation) in relations.enumerated() {
      if let length = relation.qualifierLength(in: path) { matches.append((index, length)) }
    }
    guard let longest = matches.map(\.length).max() else { return nil }
    let best = matches.filter { $0.length == longest }
    var found: [OracleResolved] = []
    for match in best {
      guard case .name(let name) = path.steps[match.length - 1] else { continue }
      let rest = Array(path.steps[match.length...])
      if let resolved = try column(name, rest, of: match.relation) { found.append(resolved) }
    }
    if best.count > 1 { throw .unsupported("\(path.root.text) is ambiguous") }
    if let first = found.first {
      context?.noteRead(depth)
      return first
    }
    return nil
  }

  private func column(
    _ name: Identifier, _ rest: [Path.Step], of index: Int
  ) throws(OracleError) -> OracleResolved? {
    if case .record(let source) = cells[index] { return recordPath(name, rest, source) }
    guard let columns = relations[index].columns, case .values(let values) = cells[index] else { return nil }
    let places = columns.indices.filter { columns[$0].name == name.text }
    let folded = columns.indices.filter {
      OracleScope.isSame(columns[$0].name, name.text)
    }
    let candidates = places.isEmpty ? folded : places
    guard let place = candidates.first else { return nil }
    if candidates.count > 1 { throw .unsupported("\(name.text) is ambiguous") }
    return OracleResolved(
      value: values[place],
      steps: columns[place].isResource ? OracleScope.namingMember(rest, name.span) : rest,
      isTime: columns[place].isTime)
  }

  // MARK: Single names

  private func single(_ path: Path) throws(OracleError) -> OracleResolved? {
    var exact: [OracleResolved] = []
    var folded: [OracleResolved] = []
    for (relation, cell) in zip(relations, cells) {
      guard let columns = relation.columns, case .values(let values) = cell else { continue }
      for (column, value) in zip(columns, values) {
        let isSame = OracleScope.isSame(column.name, path.root.text)
        guard isSame, !relation.merged.contains(OracleScope.folded(column.name)) else { continue }
        let steps =
          column.isResource ? OracleScope.namingMember(path.steps, path.root.span) : path.steps
        let resolved = OracleResolved(value: value, steps: steps, isTime: column.isTime)
        if column.name == path.root.text { exact.append(resolved) } else { folded.append(resolved) }
      }
    }
    let closed = exact.isEmpty ? folded : exact
    if closed.count > 1 { throw .unsupported("\(path.root.text) is ambiguous") }
    if let first = closed.first {
      context?.noteRead(depth)
      return first
    }
    let open = relations.indices.filter { relations[$0].columns == nil }
    if open.count > 1 { throw .unsupported("\(path.root.text) is ambiguous") }
    guard let index = open.first, case .record(let source) = cells[index] else { return nil }
    context?.noteRead(depth)
    return recordPath(path.root, path.steps, source)
  }

  /// A path of `events`: the whole record, a virtual column, or a key (S8, S62).
  private func recordPath(
    _ name: Identifier, _ rest: [Path.Step], _ source: OracleSourceRecord?
  ) -> OracleResolved {
    let record = OracleValue(source?.record.root)
    if OraclePath.isRecord(name) {
      let steps = context?.catalog.withoutQuotes(rest) ?? rest
      return OracleResolved(value: record, steps: steps, isRecord: true)
    }
    if let catalog = context?.catalog {
      if let partition = catalog.partition(name, of: source) {
        return OracleResolved(
          value: partition.value(beside: []), steps: rest, partition: rest.isEmpty ? partition : nil)
      }
      if let field = catalog.documentedField(name) {
        let step = Path.Step.name(Identifier(field, isQuoted: false, span: name.span))
        return OracleResolved(value: record, steps: catalog.withoutQuotes([step] + rest), isRecord: true)
      }
      if rest.isEmpty, let time = OracleScope.logstashTime(name, source) {
        return OracleResolved(value: time, isTime: true)
      }
      let steps = [.name(name)] + OracleScope.namingMember(of: name, rest)
      return OracleResolved(value: record, steps: catalog.withoutQuotes(steps), isRecord: true)
    }
    return OracleResolved(
      value: record, steps: [.name(name)] + OracleScope.namingMember(of: name, rest), isRecord: true)
  }

  /// `resources[1][2]` reads a documented member by its place (S67).
  private static func namingMember(of name: Identifier, _ steps: [Path.Step]) -> [Path.Step] {
    guard isResources(name), steps.count > 1, case .index = steps[0] else { return steps }
    return [steps[0]] + namingMember(Array(steps.dropFirst()), name.span)
  }

  /// The place of a documented member as its name.
  private static func namingMember(_ steps: [Path.Step], _ span: SourceSpan) -> [Path.Step] {
    guard case .index(let place)? = steps.first, (1...3).contains(place) else { return steps }
    return [.name(Identifier(resourceMembers[Int(place) - 1], isQuoted: false, span: span))]
      + steps.dropFirst()
  }

  /// Logstash's time of a record that has no eventTime (S23).
  private static func logstashTime(_ name: Identifier, _ source: OracleSourceRecord?) -> OracleValue? {
    let root = source?.record.root
    guard isSame(name.text, "eventTime"), case .object? = root,
      OracleValue(OraclePath.member("eventTime", of: root, isExact: false)).isNull
    else { return nil }
    let time = OraclePath.member("@timestamp", of: root, isExact: true)
    return time.map { OracleValue($0) }
  }

  static let resourceMembers = ["ARN", "accountId", "type"]

  static func isResources(_ name: Identifier) -> Bool {
    name.isQuoted ? name.text == "resources" : isSame(name.text, "resources")
  }

  static func folded(_ name: String) -> [UInt8] { OraclePath.folded(Array(name.utf8)) }

  /// Whether a name as written means another: exactly, or else in any case (S60).
  static func isSame(_ name: String, _ other: String) -> Bool {
    name.utf8.count == other.utf8.count
      && zip(name.utf8, other.utf8).allSatisfy { OraclePath.folded($0) == OraclePath.folded($1) }
  }
}

extension OracleRelation {
  /// How many of a path's steps stand before the column's, plus one, if it starts with the relation's name.
  fileprivate func qualifierLength(in path: Path) -> Int? {
    func name(_ index: Int) -> String? {
      guard path.steps.indices.contains(index), case .name(let name) = path.steps[index] else { return nil }
      return name.text
    }
    if fullName.count > 1, OracleScope.isSame(path.root.text, fullName[0]) {
      let rest = (1..<fullName.count).allSatisfy { part in
        name(part - 1).map { OracleScope.isSame($0, fullName[part]) } ?? false
      }
      if rest, name(fullName.count - 1) != nil { return fullName.count }
    }
    guard let own = self.name, OracleScope.isSame(path.root.text, own), name(0) != nil else { return nil }
    return 1
  }
}
