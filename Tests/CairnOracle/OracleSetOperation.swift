import CairnSQL

/// UNION, INTERSECT and EXCEPT (S68).
enum OracleSetOperation {
  static func combine(
    _ left: OracleTable, _ operation: Query.SetOperator, isAll: Bool, _ right: OracleTable
  ) throws(OracleError) -> OracleTable {
    guard left.columns.count == right.columns.count else { throw .unsupported("sides of unequal width") }
    let columns = zip(left.columns, right.columns).map {
      OracleColumn(name: $0.name, isTime: $0.isTime && $1.isTime)
    }
    var rows: [[OracleValue]]
    switch operation {
    case .union:
      rows = left.rows + right.rows
    case .intersect, .except:
      var counts: [[UInt8]: Int] = [:]
      for row in right.rows { counts[OracleSameness.key(row), default: 0] += 1 }
      rows = left.rows.filter { row in
        let key = OracleSameness.key(row)
        let isThere = counts[key, default: 0] > 0
        if isAll, isThere { counts[key, default: 0] -= 1 }
        return isThere == (operation == .intersect)
      }
    }
    if !isAll { rows = distinct(rows) }
    return OracleTable(columns: columns, rows: rows, isOrdered: false)
  }

  /// The first of the same rows.
  static func distinct(_ rows: [[OracleValue]]) -> [[OracleValue]] {
    var seen: Set<[UInt8]> = []
    return rows.filter { seen.insert(OracleSameness.key($0)).inserted }
  }
}

/// When values are the same (S63): equal keys.
enum OracleSameness {
  static func key(_ values: [OracleValue]) -> [UInt8] {
    values.flatMap { value in
      let key = key(value)
      return Array("\(key.count):".utf8) + key
    }
  }

  /// Equal for the values that S26 does not tell apart.
  static func key(_ value: OracleValue) -> [UInt8] {
    if value.isNull { return Array("null".utf8) }
    if case .map = value { return Array("object ".utf8) + members(value) }
    if case .object? = value.json { return Array("object ".utf8) + members(value) }
    if value.isList { return Array("list ".utf8) + key(value.inner) }
    switch value {
    case .timestamp, .zoned, .date:
      return Array(
        "time \(value.instant?.seconds ?? 0) \(value.instant?.nanoseconds ?? 0) \(value.instant?.picoseconds ?? 0)"
          .utf8)
    case .dayInterval(let seconds, let nanoseconds): return Array("interval \(seconds) \(nanoseconds)".utf8)
    case .monthInterval(let months): return Array("months \(months)".utf8)
    case .address(let bytes): return Array("address ".utf8) + bytes
    default: break
    }
    if OracleOrdering.isNumber(value), let number = value.decimal {
      var digits = number.digits
      var exponent = number.exponent
      while digits.last == 0 {
        digits.removeLast()
        exponent += 1
      }
      if digits.isEmpty { return Array("number 0".utf8) }
      return Array("number \(number.isNegative ? "-" : "")\(exponent) ".utf8) + digits.map { $0 + 0x30 }
    }
    if OracleOrdering.isBoolean(value), let truth = value.truth { return Array("boolean \(truth)".utf8) }
    return Array("text ".utf8) + (value.text ?? [])
  }

  /// The members of an object in the order of their keys.
  private static func members(_ value: OracleValue) -> [UInt8] {
    key(
      (value.entries ?? []).sorted { OracleOrdering.compare($0.key, $1.key) < 0 }.flatMap {
        [$0.key, $0.value]
      })
  }
}
