/// Numbers of combinations of numbers, in order of first appearance: of the first two together, of these and the third,
/// and so on.
struct CombinationNumbers: Sendable {
  /// One key's numbers as they are: number + 1 by the key's number + 1, which may be `UInt32.max`.
  private var single: [UInt32] = []
  private var byPair: [PairNumbers]
  /// Combinations at each step; the last step's are the wanted ones.
  private var counts: [UInt32]

  init(keyCount: Int) {
    byPair = (0..<max(0, keyCount - 1)).map { _ in PairNumbers() }
    counts = Array(repeating: 0, count: max(1, byPair.count))
  }

  var count: Int { counts.last.map { Int($0) } ?? 0 }

  /// The numbers of `count` combinations, whose parts are by key; new ones follow those that there are.
  mutating func numbers(_ keys: [[UInt32]], count: Int) -> [UInt32] {
    guard var numbers = keys.first else {
      if count > 0 { counts[0] = 1 }
      return Array(repeating: 0, count: count)
    }
    if keys.count == 1 { return self.numbers(ofKey: numbers) }
    for (step, key) in keys.dropFirst().enumerated() {
      byPair[step].replace(&numbers, with: key, next: &counts[step])
    }
    return numbers
  }

  /// The numbers of combinations that there are; `UInt32.max` for others, as for parts that are `UInt32.max`.
  func known(_ keys: [[UInt32]], count: Int) -> [UInt32] {
    guard var numbers = keys.first else {
      return Array(repeating: counts[0] > 0 ? 0 : .max, count: count)
    }
    if keys.count == 1 {
      return numbers.map { number in
        number < single.count &- 1 ? single[Int(number) + 1] &- 1 : .max
      }
    }
    for (step, key) in keys.dropFirst().enumerated() {
      for index in numbers.indices {
        numbers[index] =
          numbers[index] == .max || key[index] == .max
          ? .max : byPair[step].known(UInt64(numbers[index]) << 32 | UInt64(key[index]))
      }
    }
    return numbers
  }

  /// Bytes held, roughly.
  var byteCount: Int { byPair.reduce(single.count * 4) { $0 + $1.byteCount } }

  private mutating func numbers(ofKey key: [UInt32]) -> [UInt32] {
    if let greatest = key.lazy.map({ $0 &+ 1 }).max(), Int(greatest) >= single.count {
      single.append(
        contentsOf: repeatElement(0, count: max(Int(greatest) + 1, single.count * 2) - single.count))
    }
    var count = counts[0]
    defer { counts[0] = count }
    return single.withUnsafeMutableBufferPointer { single in
      key.map { number in
        let place = Int(number &+ 1)
        if single[place] == 0 {
          count += 1
          single[place] = count
        }
        return single[place] - 1
      }
    }
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
      let known = combinations.numbers(numbers, count: groups.count)
      for group in groups.numbers { rows.append(known[Int(group)]) }
    }
    return (rows, combinations.count)
  }
}
