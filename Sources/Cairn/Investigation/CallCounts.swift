/// How often each principal made each call.
struct CallCounts {
  /// Sessions of a role are one principal.
  struct Key: Hashable, Sendable {
    let principal: String
    /// `iam.amazonaws.com`.
    let source: String
    /// `ListUsers`.
    let name: String

    init(principal: String, source: String, name: String) {
      (self.principal, self.source, self.name) = (principal, source, name)
    }

    /// The first three columns of a row.
    init(_ row: [QueryValue]) {
      self.init(principal: row[0].text ?? "", source: row[1].text ?? "", name: row[2].text ?? "")
    }
  }

  private(set) var counts: [Key: Int] = [:]

  /// Counts the events of which a condition holds; none where it is not needed.
  ///
  /// The caller's role, by far the most frequent principal, is grouped by what storage has; the others' names are put
  /// together from their parts, of which few differ.
  init(_ statements: Statements, where condition: String, isNeeded: Bool = true) throws {
    if !isNeeded { return }
    let role = Denials.principalPaths[0]
    let sql = """
      SELECT \(role), eventSource, eventName, count(*) FROM events WHERE \(role) IS NOT NULL AND \(condition) \
      GROUP BY 1, 2, 3
      """
    try statements.visit(sql) { batch, columns in
      let columns = try columns.map { try batch.columns[$0]?.vector() ?? .constant(.null) }
      let names = columns[..<3].map { RowTexts($0, count: batch.rowCount) }
      return (0..<batch.rowCount).map { row in
        let key = Key(
          principal: names[0][row] ?? "", source: names[1][row] ?? "", name: names[2][row] ?? "")
        return (key, Self.number(QueryValue(value: columns[3][row])))
      }
    } _: { (found: [(key: Key, count: Int)]) in
      counts.reserveCapacity(counts.count + found.count)
      for (key, count) in found { counts[key, default: 0] += count }
    }
    let others = Denials.principalPaths.dropFirst()
    let keys = (1...(others.count + 2)).map(String.init).joined(separator: ", ")
    try statements.run(
      """
      SELECT eventSource, eventName, \(others.joined(separator: ", ")), count(*) FROM events \
      WHERE \(role) IS NULL AND \(condition) GROUP BY \(keys)
      """
    ) { row in
      let name = row[2..<(2 + others.count)].lazy.compactMap(\.text).first
      let key = Key(principal: name ?? "", source: row[0].text ?? "", name: row[1].text ?? "")
      counts[key, default: 0] += Self.number(row[2 + others.count])
    }
  }

  subscript(key: Key) -> Int { counts[key] ?? 0 }

  private static func number(_ value: QueryValue) -> Int { value.text.flatMap { Int($0) } ?? 0 }
}
