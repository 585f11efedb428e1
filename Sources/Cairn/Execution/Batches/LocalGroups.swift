import CairnStorage

/// The rows of a batch numbered by the combination of codes that they have, in order of first appearance.
struct LocalGroups: Sendable {
  /// Group of each row.
  private(set) var numbers: [UInt32]
  /// First row of each group.
  private(set) var firstRows: [UInt32] = []

  /// A direct table of combinations is used where it has at most this many places for each row, and so many in all;
  /// a hash table beyond.
  private static let directShare = 8
  private static let directLimit = 1 << 20

  init(_ columns: [CodeColumn], rowCount: Int) {
    numbers = []
    if rowCount > 0 { firstRows = [0] }
    for column in columns where column.entryCount > 1 && rowCount > 0 {
      switch column.codes {
      case .constant: continue
      case .bytes(let codes): combine(codes, entryCount: column.entryCount)
      case .shorts(let codes): combine(codes, entryCount: column.entryCount)
      case .longs(let codes): combine(codes, entryCount: column.entryCount)
      }
    }
    if numbers.isEmpty { numbers = [UInt32](repeating: 0, count: rowCount) }
  }

  /// Divides given groups (`numbers` below `groupCount`) further by a column's codes.
  init(_ groups: LocalGroups, by column: CodeColumn) {
    self.init([.numbers(groups), column], rowCount: groups.numbers.count)
  }

  var count: Int { firstRows.count }

  /// Some of the rows; each stays in its group, which may have none of them.
  func taken(_ rows: [UInt32]) -> LocalGroups {
    var output = self
    output.numbers = rows.map { numbers[Int($0)] }
    return output
  }

  /// Gives the rows of each group to the group that stands for it; those that nothing stands for stay empty.
  mutating func unite(_ representatives: [UInt32]) {
    for row in numbers.indices { numbers[row] = representatives[Int(numbers[row])] }
  }

  private mutating func combine<Code: FixedWidthInteger & BitwiseCopyable>(_ codes: [Code], entryCount: Int) {
    let (product, overflows) = count.multipliedReportingOverflow(by: entryCount)
    if !overflows, product <= min(Self.directLimit, max(codes.count * Self.directShare, 1 << 12)) {
      if numbers.isEmpty { number(codes, product) } else { combine(codes, entryCount: entryCount, product) }
      return
    }
    if numbers.isEmpty { numbers = [UInt32](repeating: 0, count: codes.count) }
    var table = PairNumbers(capacity: numbers.count)
    var next: UInt32 = 0
    table.replace(&numbers, with: codes.map { UInt32(truncatingIfNeeded: $0) }, next: &next)
    var first: [UInt32] = []
    first.reserveCapacity(Int(next))
    for row in numbers.indices where Int(numbers[row]) == first.count {
      first.append(UInt32(truncatingIfNeeded: row))
    }
    firstRows = first
  }

  /// The first column's groups.
  private mutating func number<Code: FixedWidthInteger & BitwiseCopyable>(_ codes: [Code], _ product: Int) {
    var first: [UInt32] = []
    var table = [UInt32](repeating: .max, count: product)
    numbers = [UInt32](unsafeUninitializedCapacity: codes.count) { numbers, count in
      table.withUnsafeMutableBufferPointer { table in
        codes.withUnsafeBufferPointer { codes in
          for row in codes.indices {
            let place = Int(codes[row])
            if table[place] == .max {
              table[place] = UInt32(truncatingIfNeeded: first.count)
              first.append(UInt32(truncatingIfNeeded: row))
            }
            numbers[row] = table[place]
          }
        }
      }
      count = codes.count
    }
    firstRows = first
  }

  private mutating func combine<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], entryCount: Int, _ product: Int
  ) {
    var first: [UInt32] = []
    var table = [UInt32](repeating: .max, count: product)
    table.withUnsafeMutableBufferPointer { table in
      numbers.withUnsafeMutableBufferPointer { numbers in
        codes.withUnsafeBufferPointer { codes in
          for row in numbers.indices {
            let place = Int(numbers[row]) &* entryCount &+ Int(codes[row])
            var group = table[place]
            if group == .max {
              group = UInt32(truncatingIfNeeded: first.count)
              table[place] = group
              first.append(UInt32(truncatingIfNeeded: row))
            }
            numbers[row] = group
          }
        }
      }
    }
    firstRows = first
  }
}

extension CodeColumn {
  /// The groups' numbers as codes; entries have no values.
  static func numbers(_ groups: LocalGroups) -> CodeColumn {
    .coded(Vector.Coded(entries: Array(repeating: .null, count: groups.count), codes: groups.numbers))
  }
}
