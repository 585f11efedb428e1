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
    var first: [UInt32] = []
    for row in numbers.indices {
      let key = UInt64(numbers[row]) << 32 | UInt64(codes[row])
      let group = table.number(of: key, next: UInt32(truncatingIfNeeded: first.count))
      if group == UInt32(truncatingIfNeeded: first.count) { first.append(UInt32(truncatingIfNeeded: row)) }
      numbers[row] = group
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

/// Numbers of pairs of 32-bit numbers: open addressing.
struct PairNumbers: Sendable {
  private var keys: [UInt64]
  private var numbers: [UInt32]
  private var count = 0
  /// Leaves as many of 64 bits as there are places. The upper bits of a product depend on both numbers of a pair; the
  /// lower ones are the same for all pairs of which the second number is.
  private var shift: Int

  init(capacity: Int = 0) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    shift = 64 - size.trailingZeroBitCount
    keys = Array(repeating: 0, count: size)
    numbers = Array(repeating: .max, count: size)
  }

  /// The number of a key, which is `next` for a new one.
  mutating func number(of key: UInt64, next: UInt32) -> UInt32 {
    let place = place(of: key)
    if numbers[place] != .max { return numbers[place] }
    keys[place] = key
    numbers[place] = next
    count += 1
    if count * 2 > keys.count { grow() }
    return next
  }

  /// The number of a key that there is; `UInt32.max` for others.
  func known(_ key: UInt64) -> UInt32 { numbers[place(of: key)] }

  /// Bytes held.
  var byteCount: Int { keys.count * 12 }

  private func place(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> UInt64(shift))
    while numbers[place] != .max, keys[place] != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let (oldKeys, oldNumbers) = (keys, numbers)
    shift -= 1
    keys = Array(repeating: 0, count: oldKeys.count * 2)
    numbers = Array(repeating: .max, count: oldKeys.count * 2)
    for index in oldKeys.indices where oldNumbers[index] != .max {
      let place = place(of: oldKeys[index])
      keys[place] = oldKeys[index]
      numbers[place] = oldNumbers[index]
    }
  }
}
