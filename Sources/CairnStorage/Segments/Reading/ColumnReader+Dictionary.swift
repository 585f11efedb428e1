/// A column's dictionary: its blocks and their entries.
extension ColumnReader {
  /// Calls `body` with the block of each of the ascending `ids` and the entry's number in the block.
  private func visitEntries(_ ids: [UInt32], _ body: (_ block: Int, _ entry: Int) throws -> Void) throws {
    let blocks = metadata.directory.dictionary
    var block = 0
    for id in ids {
      while block < blocks.count, Int(id) >= blocks[block].firstID + blocks[block].entryCount { block += 1 }
      guard block < blocks.count else { throw origin.damaged("value \(id) is not in the dictionary") }
      try body(block, Int(id) - blocks[block].firstID)
    }
  }

  /// Dictionary entries by ascending ids.
  package func entries(_ ids: [UInt32]) throws -> StringTable {
    var heap = RawVector<UInt8>()
    var ends = RawVector<UInt64>(capacity: ids.count)
    var current: (block: Int, table: StringTable)?
    var isPlain = true
    do {
      try visitEntries(ids) { block, entry in
        if current?.block != block { current = (block, try dictionaryBlock(block)) }
        guard let table = current?.table, isPlain else { return }
        isPlain = table.styles.isEmpty
        heap.append(contentsOf: table[entry])
        ends.append(UInt64(heap.count))
      }
    } catch {
      heap.free()
      ends.free()
      throw error
    }
    if isPlain { return StringTable(heap: heap, ends: ends) }
    heap.free()
    ends.free()
    return try styledEntries(ids)
  }

  private func styledEntries(_ ids: [UInt32]) throws -> StringTable {
    let table = StringTable(entryCapacity: ids.count)
    var current: (block: Int, table: StringTable)?
    try visitEntries(ids) { block, entry in
      if current?.block != block { current = (block, try dictionaryBlock(block)) }
      if let current { table.append(entry: entry, of: current.table) }
    }
    return table
  }

  /// Values of dictionary entries by ascending ids. Entries of small dictionaries are kept as values.
  func entryValues(_ ids: [UInt32]) throws -> [FieldValue] {
    var values: [FieldValue] = []
    values.reserveCapacity(ids.count)
    var current: (block: Int, values: [FieldValue])?
    try visitEntries(ids) { block, entry in
      if current?.block != block { current = (block, try blockValues(block)) }
      if let current { values.append(current.values[entry]) }
    }
    return values
  }

  /// Calls `body` with the bytes of the entries of ascending ids.
  func visitEntries(_ ids: [UInt32], _ body: (UInt32, UnsafeBufferPointer<UInt8>) throws -> Void) throws {
    var next = 0
    for (index, block) in metadata.directory.dictionary.enumerated() where next < ids.count {
      let end = block.firstID + block.entryCount
      if Int(ids[next]) >= end { continue }
      let table = try dictionaryBlock(index)
      while next < ids.count, Int(ids[next]) < end {
        try body(ids[next], table[Int(ids[next]) - block.firstID])
        next += 1
      }
    }
    if next < ids.count { throw origin.damaged("value \(ids[next]) is not in the dictionary") }
  }

  private func blockValues(_ index: Int) throws -> [FieldValue] {
    let heap = DictionaryBlocks.targetByteCount
    return try pooled(.dictionaryValues, index, byteCount: { heap + $0.count * 64 }) {
      let table = try dictionaryBlock(index)
      let isNumber = info.kind == .number
      return (0..<table.count).map { isNumber ? .number(Array(table[$0])) : .string(Array(table[$0])) }
    }
  }

  /// - Parameter keeps: false where nothing of it is going to be asked for again.
  package func dictionaryBlock(_ index: Int, keeps: Bool = true) throws -> StringTable {
    try pooled(.dictionaryBlock, index, keeps: keeps, byteCount: { $0.heap.count + $0.count * 8 }) {
      let block = metadata.directory.dictionary[index]
      var reader = try reader(block.part)
      let table = try DictionaryBlocks.decode(&reader, count: block.entryCount)
      let isUntold = block.firstValue.isEmpty && directory.dictionary.count == 1
      guard table.count == 0 || isUntold || block.firstValue.elementsEqual(table[0]) else {
        throw reader.damaged("dictionary block does not begin with its first value")
      }
      return table
    }
  }

  /// Decodes every dictionary block and checks that the entries ascend over all of them: by value, then style, then
  /// spelling.
  func verifyDictionary() throws {
    var last: (table: StringTable, index: Int)?
    for block in directory.dictionary.indices {
      let table = try dictionaryBlock(block)
      for index in 0..<table.count {
        if let last, !Self.ascends(last.table, last.index, table, index) {
          throw CairnError.damaged(
            file: segment.name, offset: metadata.origin.offset, cause: "dictionary entries are not in order")
        }
        last = (table, index)
      }
    }
  }

  private static func ascends(_ a: StringTable, _ first: Int, _ b: StringTable, _ second: Int) -> Bool {
    let order = compare(a[first], b[second])
    if order != 0 { return order < 0 }
    let (x, y) = (a.style(first).rawValue, b.style(second).rawValue)
    if x != y { return x < y }
    return (a.spellings[first] ?? []).lexicographicallyPrecedes(b.spellings[second] ?? [])
  }
}
