import CairnStorage

/// Numbers for the distinct values of a column over all batches of a query, by S63. A value that storage has a
/// number for is looked at once a segment; from then on grouping works on numbers alone.
///
/// Safe to use from several threads. Numbers depend on which batch came first, so no order may be made of them.
final class ValueInterner: @unchecked Sendable {
  private let lock = Lock()
  private var numbers: [GroupingKey: UInt32] = [:]
  /// By column of a segment: number + 1 of each entry of its dictionary, as far as entries have been met.
  private var known: [ColumnKey: [UInt32]] = [:]
  private var bytes = 0

  private struct ColumnKey: Hashable {
    let segment: Int
    let column: UInt32
  }

  /// What an entry costs beside its key's bytes, roughly.
  private static let entryByteCount = 120

  /// Bytes held, roughly.
  var byteCount: Int { lock.withLock { known.values.reduce(bytes) { $0 + $1.count * 4 } } }

  /// The numbers of the values that some codes stand for.
  func numbers(of column: CodeColumn, codes: [UInt32]) throws -> [UInt32] {
    switch column {
    case .coded(let coded): lock.withLock { numbers(of: coded, codes) }
    case .stored(let field, let segment):
      try lock.withLock {
        try numbers(of: field, ColumnKey(segment: segment, column: UInt32(field.columnNumber)), codes)
      }
    }
  }

  private func numbers(of coded: Vector.Coded, _ codes: [UInt32]) -> [UInt32] {
    if coded.keys.count != coded.entries.count { return codes.map { number(of: coded.entries[Int($0)]) } }
    return codes.map { code in
      let key = coded.keys[Int(code)]
      let column = ColumnKey(segment: coded.segment, column: UInt32(truncatingIfNeeded: key >> 32))
      let id = UInt32(truncatingIfNeeded: key)
      let found = known[column]?.number(id) ?? 0
      if found > 0 { return found - 1 }
      let number = number(of: coded.entries[Int(code)])
      known[column, default: []].set(id, number + 1)
      return number
    }
  }

  private func numbers(of field: CodedField, _ key: ColumnKey, _ codes: [UInt32]) throws -> [UInt32] {
    var table = known.removeValue(forKey: key) ?? []
    defer { known[key] = table }
    let ids = codes.map { field.words.words[Int($0)] }
    // Only what is met for the first time in the segment is looked up.
    let open = ids.filter { table.number($0) == 0 }.sorted()
    if !open.isEmpty {
      for (id, value) in zip(open, try field.values(of: open)) where table.number(id) == 0 {
        table.set(id, number(of: EngineValue(value)) + 1)
      }
    }
    return ids.map { table.number($0) &- 1 }
  }

  private func number(of value: EngineValue) -> UInt32 {
    let key = GroupingKey(value)
    if let known = numbers[key] { return known }
    let number = UInt32(truncatingIfNeeded: numbers.count)
    numbers[key] = number
    bytes += Self.entryByteCount + key.bytes.count
    return number
  }
}

extension [UInt32] {
  /// The number kept for an id; 0 for none.
  fileprivate func number(_ id: UInt32) -> UInt32 { Int(id) < count ? self[Int(id)] : 0 }

  fileprivate mutating func set(_ id: UInt32, _ number: UInt32) {
    if Int(id) >= count {
      append(contentsOf: repeatElement(0, count: Swift.max(Int(id) + 1, count * 2) - count))
    }
    self[Int(id)] = number
  }
}

/// A set of numbers that are mostly small.
struct NumberSet: Sendable {
  private var words: [UInt64] = []
  private(set) var count = 0

  mutating func insert(_ number: UInt32) {
    let place = Int(number >> 6)
    if place >= words.count {
      words.append(contentsOf: repeatElement(0, count: max(place + 1, words.count * 2) - words.count))
    }
    let bit: UInt64 = 1 << UInt64(number & 63)
    if words[place] & bit == 0 {
      words[place] |= bit
      count += 1
    }
  }

  mutating func formUnion(_ other: NumberSet) {
    if words.count < other.words.count {
      words.append(contentsOf: repeatElement(0, count: other.words.count - words.count))
    }
    count = 0
    for index in words.indices {
      if index < other.words.count { words[index] |= other.words[index] }
      count += words[index].nonzeroBitCount
    }
  }

  var byteCount: Int { words.count * 8 }
}
