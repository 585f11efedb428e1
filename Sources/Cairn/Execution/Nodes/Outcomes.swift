import CairnStorage

/// What a condition comes to for each row of a batch (S30), as numbers of which AND is the least and OR the greatest.
struct Outcomes: Sendable {
  private(set) var rows: [UInt8]

  static let no: UInt8 = 0
  static let unknown: UInt8 = 1
  static let yes: UInt8 = 2

  static func code(_ truth: Bool?) -> UInt8 {
    switch truth {
    case false: no
    case nil: unknown
    case true: yes
    }
  }

  init(rows: [UInt8]) { self.rows = rows }

  init(repeating truth: Bool?, count: Int) { rows = Array(repeating: Self.code(truth), count: count) }

  /// Those of entries, by the code of each row.
  init(_ entries: [UInt8], codes: [UInt32]) {
    rows = entries.withUnsafeBufferPointer { entries in codes.map { entries[Int($0)] } }
  }

  /// One for each row that is not NULL.
  init(_ count: Int, isNull: (Int) -> Bool, _ holds: (Int) -> Bool) {
    rows = [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
      for row in 0..<count { buffer[row] = isNull(row) ? Self.unknown : holds(row) ? Self.yes : Self.no }
      written = count
    }
  }

  /// The outcomes for texts, each entry judged once.
  init(_ texts: Vector.Texts, ofNull: Bool? = nil, _ judge: TextJudge) {
    let (entries, null, ofNull) = (texts.entries, texts.null, Self.code(ofNull))
    rows = withExtendedLifetime(texts) {
      if texts.hasFewEntries {
        let known = (0..<entries.count).map { Self.code(judge(entries[$0])) } + [ofNull]
        return texts.codes.map { known[Int($0)] }
      }
      return texts.codes.map { $0 == null ? ofNull : Self.code(judge(entries[Int($0)])) }
    }
  }

  mutating func formAnd(_ other: Outcomes) { combine(other) { min($0, $1) } }
  mutating func formOr(_ other: Outcomes) { combine(other) { max($0, $1) } }

  private mutating func combine(_ other: Outcomes, _ choose: (UInt8, UInt8) -> UInt8) {
    rows.withUnsafeMutableBufferPointer { rows in
      other.rows.withUnsafeBufferPointer { other in
        for row in 0..<min(rows.count, other.count) { rows[row] = choose(rows[row], other[row]) }
      }
    }
  }

  var negated: Outcomes { Outcomes(rows: rows.map { Self.yes - $0 }) }

  /// The rows for which it is true, ascending.
  var passing: [UInt32] {
    [UInt32](unsafeUninitializedCapacity: rows.count) { buffer, count in
      rows.withUnsafeBufferPointer { rows in
        for row in rows.indices {
          buffer[count] = UInt32(truncatingIfNeeded: row)
          count += rows[row] == Self.yes ? 1 : 0
        }
      }
    }
  }

  /// As values.
  var vector: Vector.Coded {
    Vector.Coded(entries: [.boolean(false), .null, .boolean(true)], codes: rows.map { UInt32($0) })
  }
}
