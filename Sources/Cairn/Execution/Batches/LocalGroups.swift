/// The rows of a batch numbered by the combination of codes that they have, in order of first appearance.
struct LocalGroups: Sendable {
  /// Group of each row.
  private(set) var numbers: [UInt32]
  /// First row of each group.
  private(set) var firstRows: [UInt32] = []

  /// A direct table of combinations is used up to this many, a hash table beyond.
  private static let directLimit = 1 << 20

  init(_ columns: [Vector.Coded], rowCount: Int) {
    numbers = [UInt32](repeating: 0, count: rowCount)
    if rowCount > 0 { firstRows = [0] }
    for column in columns { combine(column.codes, entryCount: column.entries.count) }
  }

  var count: Int { firstRows.count }

  /// Gives the rows of each group to the group that stands for it; those that nothing stands for stay empty.
  mutating func unite(_ representatives: [UInt32]) {
    for row in numbers.indices { numbers[row] = representatives[Int(numbers[row])] }
  }

  private mutating func combine(_ codes: [UInt32], entryCount: Int) {
    if entryCount <= 1 || numbers.isEmpty { return }
    let (product, overflows) = count.multipliedReportingOverflow(by: entryCount)
    var first: [UInt32] = []
    if !overflows, product <= Self.directLimit {
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
    } else {
      var table = CombinationTable(capacity: numbers.count)
      for row in numbers.indices {
        let key = UInt64(numbers[row]) << 32 | UInt64(codes[row])
        let group = table.number(of: key, next: UInt32(truncatingIfNeeded: first.count))
        if group == UInt32(truncatingIfNeeded: first.count) { first.append(UInt32(truncatingIfNeeded: row)) }
        numbers[row] = group
      }
    }
    firstRows = first
  }
}

/// Open addressing over pairs of 32-bit numbers.
private struct CombinationTable {
  private var keys: [UInt64]
  private var numbers: [UInt32]
  private let mask: Int

  init(capacity: Int) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    keys = Array(repeating: 0, count: size)
    numbers = Array(repeating: .max, count: size)
    mask = size - 1
  }

  /// The number of a key, which is `next` for a new one.
  mutating func number(of key: UInt64, next: UInt32) -> UInt32 {
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 24) & mask
    while numbers[place] != .max {
      if keys[place] == key { return numbers[place] }
      place = (place + 1) & mask
    }
    keys[place] = key
    numbers[place] = next
    return next
  }
}
