import CairnSQL

/// What names of tables mean that are not of WITH (S60, S88).
enum OracleTables {
  /// A table of information_schema; nil for names that mean the archive.
  static func beside(_ name: TableName, _ catalog: OracleCatalog) throws(OracleError) -> OracleTable? {
    guard let own = name.parts.last?.text else { return nil }
    if own.contains("$") { throw .unsupported("the table \(own)") }
    guard name.parts.count > 1,
      OracleScope.isSame(name.parts[name.parts.count - 2].text, "information_schema")
    else { return nil }
    func table(_ names: [String], _ rows: [[String]]) -> OracleTable {
      OracleTable(
        columns: names.map { OracleColumn(name: $0) },
        rows: rows.map { row in
          zip(names, row).map { name, text in
            name == "ordinal_position" ? .number(spelling: Array(text.utf8)) : .text(Array(text.utf8))
          }
        })
    }
    switch own.lowercased() {
    case "tables":
      return table(
        ["table_catalog", "table_schema", "table_name", "table_type"],
        [["cairn", "default", "events", "BASE TABLE"]])
    case "columns":
      return table(
        [
          "table_catalog", "table_schema", "table_name", "column_name", "ordinal_position", "is_nullable",
          "data_type",
        ],
        catalog.columns.enumerated().map {
          ["cairn", "default", "events", $1, String($0 + 1), "YES", "json"]
        })
    case "schemata": return table(["catalog_name", "schema_name"], [["cairn", "default"]])
    default: throw .unsupported("information_schema.\(own)")
    }
  }

  /// Notes that a name means the archive; refuses one that cannot.
  static func check(
    _ name: TableName, _ context: OracleQueryContext, _ tables: OracleCommonTable?
  ) throws(OracleError) {
    if context.archiveNames.contains(where: { isSame($0, name) }) { return }
    var reachable: [String] = []
    var next = tables
    while let table = next {
      reachable.append(table.name)
      next = table.next
    }
    let own = name.parts.last?.text ?? name.text
    if !OracleScope.isSame(own, "events"), NearNames.nearest(to: own, among: reachable) != nil {
      throw .unsupported("the table \(own)")
    }
    if let other = context.archiveNames.first, !(other.parts.isEmpty && name.parts.isEmpty) {
      throw .unsupported("the tables \(other.text) and \(name.text)")
    }
    context.archiveNames.append(name)
  }

  private static func isSame(_ name: TableName, _ other: TableName) -> Bool {
    if name.parts.isEmpty != other.parts.isEmpty { return false }
    return OracleScope.isSame(name.parts.last?.text ?? name.text, other.parts.last?.text ?? other.text)
  }

  // MARK: Names that mean nothing

  /// Refuses aliases of the list after SELECT in WHERE, where no record has them.
  static func refuseAliases(_ select: SelectQuery, _ scope: OracleScope) throws(OracleError) {
    guard let condition = select.condition, let catalog = scope.context?.catalog else { return }
    for case .expression(_, let alias?) in select.items {
      for name in names(in: condition) where OracleScope.isSame(alias.text, name.text) {
        let path = Path(root: Identifier(name.text, isQuoted: false, span: name.span))
        if try scope.resolve(path).isRecord, catalog.isUnknown(name.text) {
          throw .unsupported("the alias \(alias.text) in WHERE")
        }
      }
    }
  }

  private static func names(in expression: Expression) -> [Identifier] {
    var names: [Identifier] = []
    if case .path(let path) = expression.kind { names.append(path.root) }
    return names + expression.children.flatMap { OracleTables.names(in: $0) }
  }
}

extension OracleCatalog {
  /// Whether a name is no key of a record in any case and none that records or their objects have.
  func isUnknown(_ name: String) -> Bool {
    hasRecords && !hasKeyIgnoringCase(name) && OracleVirtualColumn(name, key: nil) == nil
      && !OraclePath.isRecord(Identifier(name, isQuoted: true, span: SourceSpan(start: 0, end: 0)))
      && !OracleCatalog.documented.contains {
        let bare = name.lowercased().filter { $0 != "_" }
        return $0.lowercased() == bare && (name.contains("_") || $0.lowercased() == name.lowercased())
      }
  }
}

extension OracleEvaluator {
  /// Refuses a name in double quotes that stands for a text (S60).
  func refuseQuotedText(_ expression: Expression) throws(OracleError) {
    guard case .path(let path) = expression.kind, path.root.isQuoted, path.steps.isEmpty,
      replacements[expression.span] == nil, let catalog = scope.context?.catalog,
      catalog.isUnknown(path.root.text), try resolve(path).isRecord
    else { return }
    throw .unsupported("\(path.root.text) in double quotes")
  }
}
