import CairnStorage

/// Numbers for the distinct values of a column over all batches of a query, by S63. A value that storage has a
/// number for is looked at once a segment; from then on grouping works on numbers alone.
///
/// Safe to use from several threads. Numbers depend on which batch came first, so no order may be made of them.
final class ValueInterner: @unchecked Sendable {
  private let lock = Lock()
  private var table = KeyTable()
  /// By column of a segment: number + 1 of each entry of its dictionary, as far as entries have been met.
  private var known: [ColumnKey: [UInt32]] = [:]

  private struct ColumnKey: Hashable {
    let segment: Int
    let column: UInt32
  }

  deinit { table.free() }

  /// Bytes held, roughly.
  var byteCount: Int { lock.withLock { known.values.reduce(table.byteCount) { $0 + $1.count * 4 } } }

  /// The numbers of the values that some codes stand for.
  ///
  /// - Parameter adds: whether values without a number get one; else they have `UInt32.max`.
  func numbers(of column: CodeColumn, codes: [UInt32], adds: Bool = true) throws -> [UInt32] {
    switch column {
    case .coded(let coded):
      withTable(adds) { numbers(of: coded, codes) }
    case .texts(let texts): numbers(of: texts, codes, adds)
    case .seconds(let seconds, _):
      withTable(adds) { codes.map { table.number(ofSecond: seconds[Int($0)]) } }
    case .stored(let field, let segment):
      try withTable(adds) {
        try numbers(of: field, ColumnKey(segment: segment, column: UInt32(field.columnNumber)), codes)
      }
    }
  }

  private func withTable<Result>(_ adds: Bool, _ body: () throws -> Result) rethrows -> Result {
    try lock.withLock {
      table.isOpen = adds
      return try body()
    }
  }

  /// Hashes are found before others have to wait.
  private func numbers(of texts: Vector.Texts, _ codes: [UInt32], _ adds: Bool) -> [UInt32] {
    let (entries, null) = (texts.entries, texts.null)
    let hashes = codes.map { $0 == null ? 0 : GroupingKey.textHash(entries[Int($0)]) }
    return withExtendedLifetime(texts) {
      withTable(adds) {
        var nullNumber: UInt32?
        return table.numbers(hashes) { index in
          if codes[index] != null { return entries[Int(codes[index])] }
          return nil
        } other: { table in
          let number = nullNumber ?? table.number(of: GroupingKey(.null))
          nullNumber = number
          return number
        }
      }
    }
  }

  private func numbers(of coded: Vector.Coded, _ codes: [UInt32]) -> [UInt32] {
    if coded.keys.count != coded.entries.count {
      return codes.map { table.number(of: coded.entries[Int($0)]) }
    }
    // Neighbours mostly stand in one column: runs of them are numbered together.
    var numbers: [UInt32] = []
    numbers.reserveCapacity(codes.count)
    var start = 0
    while start < codes.count {
      let column = coded.keys[Int(codes[start])] >> 32
      var end = start + 1
      while end < codes.count, coded.keys[Int(codes[end])] >> 32 == column { end += 1 }
      withList(ColumnKey(segment: coded.segment, column: UInt32(column))) { list in
        for code in codes[start..<end] {
          let id = Int(coded.keys[Int(code)] & 0xFFFF_FFFF)
          list.cover(id)
          if list[id] == 0 { list[id] = table.number(of: coded.entries[Int(code)]) &+ 1 }
          numbers.append(list[id] &- 1)
        }
      }
      start = end
    }
    return numbers
  }

  private func numbers(of field: CodedField, _ key: ColumnKey, _ codes: [UInt32]) throws -> [UInt32] {
    let words = field.words.words
    let others = field.others.map { table.number(of: GroupingKey(EngineValue($0.value))) }
    return try withList(key) { list in
      list.cover(Int(words.last ?? 0))
      // Only what is met for the first time in the segment is looked up.
      let open = codes.filter { Int($0) < words.count && list[Int(words[Int($0)])] == 0 }
      try field.visit(Self.ids(open, words)) { id, text in
        if list[Int(id)] != 0 { return }
        list[Int(id)] =
          field.hasNumbers
          ? table.number(of: GroupingKey(.record(.number(Array(text))))) &+ 1
          : table.number(ofText: text) &+ 1
      }
      return codes.map { code in
        let code = Int(code)
        return code < words.count ? list[Int(words[code])] &- 1 : others[code - words.count]
      }
    }
  }

  /// The words of some codes, ascending, as these do.
  private static func ids(_ codes: [UInt32], _ words: [UInt32]) -> [UInt32] {
    // So few that a place for each word would cost more.
    if codes.count < words.count / 16 { return Set(codes).sorted().map { words[Int($0)] } }
    var isWanted = [Bool](repeating: false, count: words.count)
    for code in codes { isWanted[Int(code)] = true }
    return words.indices.filter { isWanted[$0] }.map { words[$0] }
  }

  /// A column's numbers, taken out so that they are changed in place.
  private func withList<Result>(
    _ key: ColumnKey, _ body: (inout [UInt32]) throws -> Result
  ) rethrows -> Result {
    var list = known.removeValue(forKey: key) ?? []
    defer { known[key] = list }
    return try body(&list)
  }
}

extension [UInt32] {
  /// Makes the list long enough for an index.
  fileprivate mutating func cover(_ index: Int) {
    if index < count { return }
    append(contentsOf: repeatElement(0, count: Swift.max(index + 1, count * 2) - count))
  }
}

/// Numbers of grouping keys in the order in which they came: open addressing over hashes, the keys' bytes end to end.
private struct KeyTable {
  private var heap = RawVector<UInt8>()
  private var ends = RawVector<Int>()
  private var sorts = RawVector<UInt8>()
  private var hashes = RawVector<UInt64>()
  /// Numbers of texts that are canonical times, by their seconds: bytes and hashes are not kept of them.
  private var bySecond = PairNumbers()
  /// Number + 1 below the upper half of the hash, so that others are passed over without a look at them; 0 for none.
  private var places: [UInt64] = Array(repeating: 0, count: 64)
  /// Whether keys without a number get one; else they have `UInt32.max`.
  var isOpen = true
  /// What `touch` has read, so that it is read.
  private var seen: UInt64 = 0

  func free() {
    heap.free()
    ends.free()
    sorts.free()
    hashes.free()
  }

  var byteCount: Int { heap.count + hashes.count * 17 + places.count * 8 + bySecond.byteCount }

  mutating func number(of key: GroupingKey) -> UInt32 {
    key.bytes.withUnsafeBufferPointer { number(sort: key.sort, $0, hash: key.stableHash) }
  }

  mutating func number(ofText text: UnsafeBufferPointer<UInt8>) -> UInt32 {
    number(sort: GroupingKey.textSort, text, hash: GroupingKey.textHash(text))
  }

  /// The number of the text that spells a second; of NULL for a second that has none.
  mutating func number(ofSecond second: Int64) -> UInt32 {
    guard EventTime.canonicalRange.contains(second) else { return number(of: GroupingKey(.null)) }
    if !isOpen { return bySecond.known(UInt64(bitPattern: second)) }
    let next = UInt32(truncatingIfNeeded: hashes.count)
    let number = bySecond.number(of: UInt64(bitPattern: second), next: next)
    if number == next {
      ends.append(heap.count)
      sorts.append(Self.secondSort)
      hashes.append(0)
    }
    return number
  }

  /// The sort of keys that are seconds: none of `GroupingKey`.
  private static let secondSort = UInt8.max

  mutating func number(of value: EngineValue) -> UInt32 {
    if let text = value.string { return text.withUnsafeBufferPointer { number(ofText: $0) } }
    return number(of: GroupingKey(value))
  }

  /// Numbers of texts whose hashes are known; `other` gives that of what is none.
  mutating func numbers(
    _ hashes: [UInt64], _ text: (Int) -> UnsafeBufferPointer<UInt8>?,
    other: (inout KeyTable) -> UInt32
  ) -> [UInt32] {
    var numbers: [UInt32] = []
    numbers.reserveCapacity(hashes.count)
    for start in stride(from: 0, to: hashes.count, by: Self.strideCount) {
      let end = min(start + Self.strideCount, hashes.count)
      touch(hashes, start..<end)
      for index in start..<end {
        if let text = text(index) {
          numbers.append(number(sort: GroupingKey.textSort, text, hash: hashes[index]))
        } else {
          numbers.append(other(&self))
        }
      }
    }
    return numbers
  }

  /// Texts whose places are looked at together.
  private static let strideCount = 128

  /// Brings places of a large table into the cache, which is faster for many at once than one after the other.
  private mutating func touch(_ hashes: [UInt64], _ range: Range<Int>) {
    let mask = places.count - 1
    if mask < Self.largeCount { return }
    var sum: UInt64 = 0
    places.withUnsafeBufferPointer { places in
      hashes.withUnsafeBufferPointer { hashes in
        for index in range { sum |= places[Int(truncatingIfNeeded: hashes[index]) & mask] }
      }
    }
    seen |= sum
  }

  /// Smaller tables are in the cache.
  private static let largeCount = 1 << 15

  private mutating func number(sort: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> UInt32 {
    if sort == GroupingKey.textSort, let start = bytes.baseAddress,
      let second = EventTime.canonicalSeconds(start, bytes.count)
    {
      return number(ofSecond: second)
    }
    let mask = places.count - 1
    let upper = hash & Self.upperHalf
    var place = Int(truncatingIfNeeded: hash) & mask
    while places[place] > 0 {
      if places[place] & Self.upperHalf == upper {
        let number = Int(places[place] & ~Self.upperHalf) - 1
        if sorts[number] == sort, isEqual(number, bytes) { return UInt32(number) }
      }
      place = (place + 1) & mask
    }
    if !isOpen { return .max }
    let number = UInt32(truncatingIfNeeded: hashes.count)
    heap.append(contentsOf: bytes)
    ends.append(heap.count)
    sorts.append(sort)
    hashes.append(hash)
    places[place] = upper | UInt64(number + 1)
    if hashes.count * 2 > places.count { grow() }
    return number
  }

  private static let upperHalf: UInt64 = 0xFFFF_FFFF << 32

  private func isEqual(_ number: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = number == 0 ? 0 : ends[number - 1]
    return compare(UnsafeBufferPointer(start: heap.base + start, count: ends[number] - start), bytes) == 0
  }

  private mutating func grow() {
    // By four, since each number is put again.
    places = Array(repeating: 0, count: places.count * 4)
    let mask = places.count - 1
    for (number, hash) in hashes.buffer.enumerated() where sorts[number] != Self.secondSort {
      var place = Int(truncatingIfNeeded: hash) & mask
      while places[place] > 0 { place = (place + 1) & mask }
      places[place] = hash & Self.upperHalf | UInt64(number + 1)
    }
  }
}
