import CairnSQL
import CairnStorage

/// What SHOW and DESCRIBE tell: of the archive's one table, of those that files are, and of functions.
struct Catalog {
  private let archive: Archive
  private let options: QueryOptions

  init(_ archive: Archive, _ options: QueryOptions) {
    self.archive = archive
    self.options = options
  }

  func plan(_ statement: Statement) throws -> Plan {
    switch statement {
    case .describe(let name): return try columns(of: name, like: nil)
    case .showColumns(let name, let pattern): return try columns(of: name, like: pattern)
    case .showCreateTable(let name): return try table(["Create Table"], [[definition(of: name)]])
    case .showPartitions: return try table(["partition"], [partitions()])
    case .show(.tables, let pattern):
      return try table(["Table"], [["events"] + options.tables.map(\.name)], like: pattern)
    case .show(.views, let pattern): return try table(["View"], [options.queries.names()], like: pattern)
    case .show(.schemas, let pattern):
      return try table(["Schema"], [["default", "information_schema"]], like: pattern)
    case .show(.catalogs, let pattern): return try table(["Catalog"], [["cairn"]], like: pattern)
    case .show(.session, _):
      return try table(["Name", "Value", "Default", "Type", "Description"], [[], [], [], [], []])
    case .show(.functions, let pattern):
      let names = SQLWords.functions
      return try table(
        ["Function", "Function Type"], [names, names.map { SQLWords.sort(ofFunction: $0) }], like: pattern)
    default: throw CairnError.usage("this statement shows nothing")
    }
  }

  /// Rows of texts, those whose first one matches the pattern.
  private func table(_ names: [String], _ columns: [[String]], like pattern: ShowPattern? = nil) throws
    -> Plan
  {
    var rows = Array(columns[0].indices)
    if let like = try pattern.map(like) { rows = rows.filter { like.matches(Array(columns[0][$0].utf8)) } }
    return Plan(
      names.map { QueryColumn(name: $0) },
      .texts(columns.map { column in rows.map { .text(Array(column[$0].utf8)) } }))
  }

  private func like(_ pattern: ShowPattern) throws -> LikePattern {
    let escape = pattern.escape.map { Array($0.utf8) }
    guard escape.map({ Characters.count($0) == 1 }) ?? true,
      let like = LikePattern(Array(pattern.text.utf8), escape: escape, ignoresCase: true)
    else {
      throw BindError(
        message: "ESCAPE takes one character, which is followed by '%', '_' or itself", span: pattern.span)
    }
    return like
  }

  // MARK: Tables

  private func columns(of name: TableName?, like pattern: ShowPattern?) throws -> Plan {
    let planner = Planner(archive, now: TimePoint(days: 0), tableFiles: options.tables)
    let names = ["Column", "Type", "Values"].map { QueryColumn(name: $0) }
    if let name, let query = try self.query(name) {
      let like = try pattern.map(like)
      let columns = query.columns.filter { like?.matches(Array($0.name.utf8)) ?? true }
      return Plan(
        names,
        .texts([
          columns.map { .text(Array($0.name.utf8)) },
          columns.map { .text(Array(($0.type?.name ?? "varchar").utf8)) }, columns.map { _ in .null },
        ]))
    }
    if let name, let file = try planner.table(beside: name) {
      let like = try pattern.map(like)
      let places = file.columns.indices.filter { like?.matches(Array(file.columns[$0].utf8)) ?? true }
      return Plan(
        names,
        .texts([
          places.map { .text(Array(file.columns[$0].utf8)) },
          places.map { .text(Array(file.type(ofColumn: $0).utf8)) },
          places.map { EngineValue(file.values[$0].count { !$0.isNull }) },
        ]))
    }
    let like = try pattern.map(like)
    let paths = try ArchiveSchema(archive, threads: options.threads).columns(matching: like)
    return Plan(
      names,
      .texts([
        paths.map { .text(Array($0.path.utf8)) }, paths.map { .text(Array($0.type.utf8)) },
        paths.map { EngineValue($0.valueCount) },
      ]))
  }

  /// A named query that is meant by a table's name.
  private func query(_ name: TableName) throws -> Query? {
    guard name.parts.count == 1, !name.isEvents,
      let own = options.queries.names().first(where: {
        AccessPath.isSameIgnoringCase($0, name.parts[0].text)
      }),
      let text = try options.queries.text(own)
    else { return nil }
    return try Query(text, on: archive, options: options)
  }

  private func definition(of name: TableName) throws -> String {
    let planner = Planner(archive, now: TimePoint(days: 0), tableFiles: options.tables)
    var columns: [String]
    var table = "events"
    if let file = try planner.table(beside: name) {
      table = file.name
      columns = file.columns.indices.map {
        "\(ArchiveSchema.quoted(file.columns[$0])) \(file.type(ofColumn: $0))"
      }
    } else {
      columns = try ArchiveSchema(archive, threads: options.threads).columns(matching: nil).map {
        "\($0.path) json"
      }
    }
    if columns.isEmpty { columns = ["eventTime json"] }
    return "CREATE TABLE cairn.default.\(ArchiveSchema.quoted(table)) (\n   "
      + columns.joined(separator: ",\n   ")
      + "\n)"
  }

  /// What the virtual columns tell of each object, each combination once.
  private func partitions() throws -> [String] {
    let parts: [VirtualColumn.Part] = [.account, .region, .year, .month, .day]
    var found: Set<String> = []
    for entry in archive.segments {
      let reader = try archive.open(entry, statistics: ReadStatistics())
      for block in reader.footer.objectBlocks.indices {
        try options.cancellation.check()
        for object in try reader.objects(block: block) {
          guard SourceKey(object.key).partition != nil else { continue }
          let source = SourceObject(object)
          let texts = parts.map { part in
            let value = VirtualColumn(part: part).value(of: source).text ?? []
            return "\(part.rawValue)=\(String(decoding: value, as: UTF8.self))"
          }
          found.insert(texts.joined(separator: "/"))
        }
      }
    }
    return found.sorted()
  }
}

extension ResultType {
  /// As SQL names it.
  fileprivate var name: String {
    switch self {
    case .text: "varchar"
    case .whole: "bigint"
    case .double: "double"
    case .boolean: "boolean"
    case .timestamp: "timestamp"
    case .date: "date"
    case .decimal(let digits, let places): "decimal(\(digits),\(places))"
    }
  }
}

extension TableFile {
  /// What the values of a column are.
  fileprivate func type(ofColumn column: Int) -> String {
    let isText = values[column].allSatisfy { $0.isNull || $0.string != nil }
    return isText ? "varchar" : "json"
  }
}
