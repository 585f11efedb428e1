/// Numbers of combinations of numbers, in order of first appearance: of the first two together, of these and the third,
/// and so on.
struct CombinationNumbers: Sendable {
  private var byPair: [PairNumbers]
  /// Of one key: its numbers are dense.
  private var byNumber: [UInt32] = []
  /// Combinations at each step; the last step's are the wanted ones.
  private var counts: [UInt32]

  init(keyCount: Int) {
    byPair = (0..<max(0, keyCount - 1)).map { _ in PairNumbers() }
    counts = Array(repeating: 0, count: max(1, byPair.count))
  }

  var count: Int { counts.last.map { Int($0) } ?? 0 }

  /// The number of the combination at an index of `numbers`, which are by key.
  mutating func number(_ numbers: [[UInt32]], _ index: Int) -> (number: Int, isNew: Bool) {
    var number = numbers.first.map { $0[index] } ?? 0
    var isNew = false
    if byPair.isEmpty {
      // The number of no value is the largest one.
      let place = Int(number &+ 1)
      while byNumber.count <= place { byNumber.append(.max) }
      isNew = byNumber[place] == .max
      if isNew {
        byNumber[place] = counts[0]
        counts[0] += 1
      }
      return (Int(byNumber[place]), isNew)
    }
    for step in byPair.indices {
      let key = UInt64(number) << 32 | UInt64(numbers[step + 1][index])
      number = byPair[step].number(of: key, next: counts[step])
      isNew = number == counts[step]
      if isNew { counts[step] += 1 }
    }
    return (Int(number), isNew)
  }

  /// A number for each row of some batches, alike for rows that are the same in some columns (S63).
  static func ofRows(_ batches: [Batch], by columns: [ColumnID]) throws -> (rows: [UInt32], count: Int) {
    let interners = columns.map { _ in ValueInterner() }
    var combinations = CombinationNumbers(keyCount: columns.count)
    var rows: [UInt32] = []
    rows.reserveCapacity(batches.reduce(0) { $0 + $1.rowCount })
    for batch in batches {
      let columns = try columns.map {
        try batch.columns[$0]?.codes(count: batch.rowCount)
          ?? .coded(Vector.constant(.null).coded(count: batch.rowCount))
      }
      let groups = LocalGroups(columns, rowCount: batch.rowCount)
      let numbers = try zip(columns, interners).map { column, interner in
        try interner.numbers(of: column, codes: column.codes(ofRows: groups.firstRows))
      }
      let known = (0..<groups.count).map {
        UInt32(truncatingIfNeeded: combinations.number(numbers, $0).number)
      }
      for group in groups.numbers { rows.append(known[Int(group)]) }
    }
    return (rows, combinations.count)
  }
}
