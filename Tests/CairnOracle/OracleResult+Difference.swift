extension OracleResult {
  /// A value as results of the engine are compared: its text, nil for NULL.
  public typealias Cell = [UInt8]?

  /// The rows as cells.
  public var cells: [[Cell]] { rows.map { $0.map(\.outputText) } }

  /// How rows differ from this result, where it leaves nothing open (S65); nil if they do not.
  ///
  /// Rows that ORDER BY does not tell apart may stand in any order where none is promised, and LIMIT may
  /// take any of them.
  public func difference(from actual: [[Cell]]) -> String? {
    guard actual.count == rows.count else { return "\(actual.count) rows, not \(rows.count)" }
    if hasStableOrder {
      for (index, (row, wanted)) in zip(actual, cells).enumerated() where row != wanted {
        return "row \(index) is \(OracleResult.text(row)), not \(OracleResult.text(wanted))"
      }
      return nil
    }
    var allowed: [Int: [[Cell]: Int]] = [:]
    for (row, tie) in zip(candidates, ties) {
      allowed[tie, default: [:]][row.map(\.outputText), default: 0] += 1
    }
    for (offset, row) in actual.enumerated() {
      let place = window.lowerBound + offset
      let tie = ties[place]
      guard let count = allowed[tie]?[row], count > 0 else {
        return "row \(offset), \(OracleResult.text(row)), is not among those that may stand there, such as "
          + OracleResult.text(candidates[place].map(\.outputText))
      }
      allowed[tie]?[row] = count - 1
    }
    return nil
  }

  private static func text(_ row: [Cell]) -> String {
    "[" + row.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "NULL" }.joined(separator: " | ") + "]"
  }
}
