import CairnSQL
import CairnStorage

// Names that mean nothing: said rather than answered with no rows.
extension Planner {
  /// Refuses an alias of the list after SELECT in WHERE, which does not see it, where no record has the name.
  func refuseAliases(of select: SelectQuery, in condition: Expression, _ scope: Scope) throws {
    var aliases: [String] = []
    for case .expression(_, let alias?) in select.items { aliases.append(alias.text) }
    if aliases.isEmpty { return }
    try condition.visitNames { name, span in
      guard let alias = aliases.first(where: { AccessPath.isSameIgnoringCase($0, name.text) }),
        case .events(let events, _)? = try? scope.resolve(AccessPath(steps: [.name(name.text)]), span),
        events.isUnknown(name.text)
      else { return }
      throw BindError(
        message:
          "\(alias) is an alias of the list after SELECT, which WHERE does not see: repeat the expression, "
          + "or put the query into parentheses after FROM", span: span)
    }
  }

  // MARK: Tables

  /// Notes that a table's name means the archive; refuses one that cannot.
  ///
  /// Any one name means it, as published queries call their tables what they like. Where two names differ, or a
  /// table of WITH is called nearly so, one of them means something else, and reading the archive in its place
  /// would give wrong rows.
  func readArchive(as name: TableName) throws {
    if archiveNames.contains(where: { $0.isSameTable(as: name) }) { return }
    let own = name.parts.last?.text ?? name.text
    var inReach = commonTables.map(\.definition.name.text) + tableFiles.map(\.name)
    if !name.isEvents { inReach += queries.names() }
    if !name.isEvents, let near = NearNames.nearest(to: own, among: inReach) {
      throw BindError(message: "there is no table \(name.text)", span: name.span, suggestion: near)
    }
    guard let other = archiveNames.first else {
      archiveNames.append(name)
      return
    }
    archiveNames.append(name)
    if name.isStore, other.isStore {
      warnings.append(
        "\(other.text) and \(name.text) both are read as this archive: its events count for each of them")
      return
    }
    let unknown = other.isEvents || !name.isEvents ? name : other
    let archive = other.isEvents || !name.isEvents ? other : name
    throw BindError(
      message:
        "\(unknown.text) is not here: the archive is one table, which this statement calls \(archive.text); "
        + "--table \(unknown.parts.last?.text ?? "name")=FILE reads another one from a file",
      span: unknown.span,
      suggestion: NearNames.nearest(to: unknown.parts.last?.text ?? "", among: inReach + ["events"]))
  }

  // MARK: Tables beside the archive

  /// The table of a file, or what information_schema says; nil for any other name.
  func table(beside name: TableName) throws -> TableFile? {
    guard let own = name.parts.last?.text else { return nil }
    if let file = tableFiles.first(where: { AccessPath.isSameIgnoringCase($0.name, own) }) { return file }
    // `t$partitions`, and no placeholder such as `${table}`.
    if own.drop(while: { "${".contains($0) }).contains("$"), !own.contains("{") {
      throw BindError(
        message:
          "\(name.text) is not here: account, region, year, month, day and \"$path\" are columns of events",
        span: name.span)
    }
    guard name.parts.count > 1,
      AccessPath.isSameIgnoringCase(name.parts[name.parts.count - 2].text, "information_schema")
    else { return nil }
    return try informationSchema(own.lowercased(), name)
  }

  private func informationSchema(_ own: String, _ name: TableName) throws -> TableFile {
    let tables = ["events"] + tableFiles.map(\.name)
    func text(_ texts: [String]) -> [EngineValue] { texts.map { .text(Array($0.utf8)) } }
    func table(_ columns: [(String, [EngineValue])]) -> TableFile {
      TableFile(name: own, columns: columns.map(\.0), values: columns.map(\.1))
    }
    switch own {
    case "tables":
      return table([
        ("table_catalog", text(tables.map { _ in "cairn" })),
        ("table_schema", text(tables.map { _ in "default" })),
        ("table_name", text(tables)), ("table_type", text(tables.map { _ in "BASE TABLE" })),
      ])
    case "columns":
      let columns =
        try keys.ordered().enumerated().map { ("events", $1, $0 + 1) }
        + tableFiles.flatMap { file in file.columns.enumerated().map { (file.name, $1, $0 + 1) } }
      return table([
        ("table_catalog", text(columns.map { _ in "cairn" })),
        ("table_schema", text(columns.map { _ in "default" })),
        ("table_name", text(columns.map(\.0))), ("column_name", text(columns.map(\.1))),
        ("ordinal_position", columns.map { .number(.integer(Int64($0.2))) }),
        ("is_nullable", text(columns.map { _ in "YES" })), ("data_type", text(columns.map { _ in "json" })),
      ])
    case "schemata":
      return table([("catalog_name", text(["cairn"])), ("schema_name", text(["default"]))])
    default:
      throw BindError(
        message: "information_schema has tables, columns and schemata here", span: name.span,
        suggestion: NearNames.nearest(to: own, among: ["tables", "columns", "schemata"]))
    }
  }
}

extension TableName {
  var isEvents: Bool { parts.last.map { AccessPath.isSameIgnoringCase($0.text, "events") } ?? false }

  /// Whether it is the ID of an event data store, or a place for one.
  var isStore: Bool { parts.isEmpty }

  /// Tables are the same if their names are, whatever stands before the dots.
  func isSameTable(as other: TableName) -> Bool {
    switch (parts.last, other.parts.last) {
    case (let own?, let others?): AccessPath.isSameIgnoringCase(own.text, others.text)
    case (nil, nil): AccessPath.isSameIgnoringCase(text, other.text)
    default: false
    }
  }
}

extension Expression {
  /// Calls `body` with each first name of a path, subqueries left out.
  func visitNames(_ body: (Identifier, SourceSpan) throws -> Void) throws {
    if case .path(let path) = kind { try body(path.root, span) }
    for child in children { try child.visitNames(body) }
  }
}
