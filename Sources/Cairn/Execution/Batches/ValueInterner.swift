import CairnStorage

/// Numbers for the distinct values of a column over all batches of a query, by S63. A value that storage has a
/// number for is looked at once a segment; from then on grouping works on numbers alone.
///
/// Safe to use from several threads. Numbers depend on which batch came first, so no order may be made of them.
final class ValueInterner: @unchecked Sendable {
  private let lock = Lock()
  private var table = KeyTable(textSort: GroupingKey.textSort)
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
      withTable(adds) { codes.map { table.number(of: seconds[Int($0)]) } }
    case .stored(let field, let segment):
      try withTable(adds) {
        try numbers(of: field, ColumnKey(segment: segment, column: UInt32(field.columnNumber)), codes)
      }
    }
  }

  /// The text that has a number.
  func text(_ number: UInt32) -> [UInt8] { lock.withLock { table.text(number) } }

  /// Appends the texts that have some numbers.
  func appendTexts(_ numbers: [UInt32], to texts: StringTable) {
    lock.withLock { table.append(numbers, to: texts) }
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
        let nullNumber = codes.contains(null) ? table.number(of: GroupingKey(.null)) : 0
        return table.numbers(
          ofTexts: codes, in: texts.table, hashes: hashes, null: null, nullNumber: nullNumber)
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

extension KeyTable {
  fileprivate mutating func number(of key: GroupingKey) -> UInt32 {
    key.bytes.withUnsafeBufferPointer { number(sort: key.sort, $0, hash: key.stableHash) }
  }

  fileprivate mutating func number(ofText text: UnsafeBufferPointer<UInt8>) -> UInt32 {
    number(sort: GroupingKey.textSort, text, hash: GroupingKey.textHash(text))
  }

  /// The number of the text that spells a second; of NULL for a second that has none.
  fileprivate mutating func number(of second: Int64) -> UInt32 {
    number(ofSecond: second) ?? number(of: GroupingKey(.null))
  }

  fileprivate mutating func number(of value: EngineValue) -> UInt32 {
    if let text = value.string { return text.withUnsafeBufferPointer { number(ofText: $0) } }
    return number(of: GroupingKey(value))
  }
}
