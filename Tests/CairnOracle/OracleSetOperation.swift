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

  static func key(_ value: OracleValue) -> [UInt8] {
    switch value {
    case .null: return Array("null".utf8)
    case .text(let text): return Array("text ".utf8) + text
    case .record(let record): return Array("text ".utf8) + record.text
    case .number(let spelling), .double(let spelling):
      guard let number = OracleDecimal(spelling) else { return Array("number ".utf8) + spelling }
      var digits = number.digits
      var exponent = number.exponent
      while digits.last == 0 {
        digits.removeLast()
        exponent += 1
      }
      if digits.isEmpty { return Array("number 0".utf8) }
      return Array("number \(number.isNegative ? "-" : "")\(exponent) ".utf8) + digits.map { $0 + 0x30 }
    case .boolean(let value): return Array("boolean \(value)".utf8)
    case .timestamp(let seconds, let nanoseconds): return Array("timestamp \(seconds) \(nanoseconds)".utf8)
    case .date(let days): return Array("date \(days)".utf8)
    case .dayInterval(let seconds, let nanoseconds): return Array("interval \(seconds) \(nanoseconds)".utf8)
    case .monthInterval(let months): return Array("months \(months)".utf8)
    case .address(let bytes): return Array("address ".utf8) + bytes
    case .array(let items): return Array("array ".utf8) + key(items)
    case .map(let entries): return Array("map ".utf8) + key(entries.flatMap { [$0.key, $0.value] })
    case .row(let fields): return Array("row ".utf8) + key(fields.map(\.value))
    }
  }
}
