/// One column of an open segment: finds and decodes its chunks and dictionary entries.
package final class ColumnReader: @unchecked Sendable {
  package let info: ColumnInfo
  package let directory: ColumnDirectory
  private let bytes: [UInt8]
  private let origin: ByteOrigin
  private let blocks: BlockReader
  private let lock = Lock()
  private var dictionaryCache: [Int: StringTable] = [:]
  private var lastChunks: [(rowGroup: Int, reader: ByteReader)] = []

  init(info: ColumnInfo, directory: ColumnDirectory, bytes: [UInt8], origin: ByteOrigin, blocks: BlockReader)
  {
    self.info = info
    self.directory = directory
    self.bytes = bytes
    self.origin = origin
    self.blocks = blocks
  }

  func checkCounts() throws {
    let total = directory.chunks.reduce(0) { $0 + $1.valueCount }
    guard total == info.valueCount else {
      throw origin.damaged("column chunks hold \(total) of \(info.valueCount) values")
    }
  }

  package func chunk(of rowGroup: Int) -> ColumnDirectory.Chunk? {
    var low = 0
    var high = directory.chunks.count
    while low < high {
      let middle = (low + high) / 2
      if directory.chunks[middle].rowGroup < rowGroup { low = middle + 1 } else { high = middle }
    }
    guard low < directory.chunks.count, directory.chunks[low].rowGroup == rowGroup else { return nil }
    return directory.chunks[low]
  }

  package func valueCount(in rowGroup: Int) -> Int { chunk(of: rowGroup)?.valueCount ?? 0 }

  private func reader(_ part: PartPlace) throws -> ByteReader {
    switch part {
    case .inline(let start, let byteCount):
      return try ByteReader(bytes, start: start, byteCount: byteCount, origin: origin)
    case .block(let ref):
      return try blocks.read(ref)
    }
  }

  /// How a chunk is stored, for `inspect`.
  package func encodingName(of chunk: ColumnDirectory.Chunk) throws -> String {
    var reader = try reader(chunk.part)
    switch info.kind {
    case .shape: return "words"
    case .length, .integer: return "\(IntegerEncoding(rawValue: try reader.readByte()) ?? .constant)"
    case .string, .number: return "\(StringEncoding(rawValue: try reader.readByte()) ?? .plain)"
    }
  }

  /// Stored bytes of all parts, the directory's own excluded where it is in a pack.
  package var blockByteCount: Int {
    func size(_ part: PartPlace) -> Int {
      if case .block(let ref) = part { return ref.byteCount }
      return 0
    }
    return directory.dictionary.reduce(0) { $0 + size($1.part) }
      + directory.chunks.reduce(0) { $0 + size($1.part) }
  }

  // MARK: Values

  /// Shape words of a row group. Empty where it has none.
  package func words(in rowGroup: Int) throws -> CodedWords {
    guard let chunk = chunk(of: rowGroup) else { return CodedWords(words: [], count: 0, codes: .constant) }
    var reader = try reader(chunk.part)
    let words = try WordEncoding.decode(&reader, count: chunk.valueCount)
    try reader.expectEnd(of: "chunk")
    return words
  }

  /// Integers or lengths of a row group.
  package func integers(in rowGroup: Int) throws -> [Int64] {
    guard let chunk = chunk(of: rowGroup) else { return [] }
    var reader = try reader(chunk.part)
    let values = try IntegerEncoding.decode(&reader, count: chunk.valueCount)
    try reader.expectEnd(of: "chunk")
    return values
  }

  /// Strings at `positions` of the row group's chunk (ascending; nil for all), as codes into a table of the
  /// distinct or of all of them.
  package func strings(
    in rowGroup: Int, positions: [UInt32]?, rowSeconds: () throws -> [Int64]
  ) throws -> StringVector {
    guard let chunk = chunk(of: rowGroup) else {
      return StringVector(table: StringTable(), codes: nil, count: 0)
    }
    let count = chunk.valueCount
    if let last = positions?.last, Int(last) >= count {
      throw origin.damaged("a row points behind its chunk")
    }
    var reader = try reader(chunk.part)
    let tag = try reader.readByte()
    switch StringEncoding(rawValue: tag) {
    case .dictionary:
      return try dictionaryStrings(&reader, count: count, positions: positions)
    case .plain:
      return StringVector(all: try PlainStrings.decode(&reader, count: count, positions: positions))
    case .uuid:
      let table = try UUIDStrings.decode(&reader, count: count, positions: positions)
      try reader.expectEnd(of: "chunk")
      return StringVector(all: table)
    case .timestamp:
      let table = try TimestampStrings.decode(&reader, count: count, positions: positions)
      try reader.expectEnd(of: "chunk")
      return StringVector(all: table)
    case .rowTime:
      let seconds = try rowSeconds()
      guard seconds.count == count, let table = TimestampStrings.format(seconds, positions: positions) else {
        throw reader.damaged("row times do not fit the column")
      }
      return StringVector(all: table)
    case nil:
      throw reader.damaged("unknown string encoding \(tag)")
    }
  }

  /// `decode` on the chunk's body where the chunk has the encoding, else nil.
  func decodeChunk<Result>(
    _ chunk: ColumnDirectory.Chunk, ifEncoded encoding: StringEncoding, _ decode: (inout ByteReader) throws -> Result
  ) throws -> Result? {
    var reader = try cachedReader(chunk)
    guard try reader.readByte() == encoding.rawValue else { return nil }
    return try decode(&reader)
  }

  /// The chunk's bytes. A filter asks for the same chunk several times in a row, so the last one is kept.
  private func cachedReader(_ chunk: ColumnDirectory.Chunk) throws -> ByteReader {
    if let cached = lock.withLock({ lastChunks.first { $0.rowGroup == chunk.rowGroup } }) { return cached.reader }
    let reader = try reader(chunk.part)
    lock.withLock {
      if lastChunks.count >= Self.cachedChunkLimit { lastChunks.removeFirst() }
      lastChunks.append((chunk.rowGroup, reader))
    }
    return reader
  }

  /// One for each worker, so that row groups in parallel do not push each other out.
  private static let cachedChunkLimit = 4

  private func dictionaryStrings(
    _ reader: inout ByteReader, count: Int, positions: [UInt32]?
  ) throws -> StringVector {
    let words = try WordEncoding.decode(&reader, count: count)
    try reader.expectEnd(of: "chunk")
    guard let positions else {
      return StringVector(table: try entries(words.words), codes: words.allCodes(), count: count)
    }
    // Only the entries that the chosen rows have are looked up.
    let codes = words.take(positions)
    let used = Array(Set(codes)).sorted()
    let table = try entries(used.map { words.words[Int($0)] })
    var compact: [UInt32: UInt32] = [:]
    for (index, code) in used.enumerated() { compact[code] = UInt32(index) }
    return StringVector(table: table, codes: codes.map { compact[$0] ?? 0 }, count: positions.count)
  }

  /// Dictionary entries by ascending ids.
  package func entries(_ ids: [UInt32]) throws -> StringTable {
    let table = StringTable(entryCapacity: ids.count)
    var block = 0
    var decoded: StringTable?
    for id in ids {
      while block < directory.dictionary.count,
        Int(id) >= directory.dictionary[block].firstID + directory.dictionary[block].entryCount
      {
        block += 1
        decoded = nil
      }
      guard block < directory.dictionary.count else {
        throw origin.damaged("value \(id) is not in the dictionary")
      }
      let entries = try decoded ?? dictionaryBlock(block)
      decoded = entries
      table.append(entry: Int(id) - directory.dictionary[block].firstID, of: entries)
    }
    return table
  }

  package func dictionaryBlock(_ index: Int) throws -> StringTable {
    if let cached = lock.withLock({ dictionaryCache[index] }) { return cached }
    let block = directory.dictionary[index]
    var reader = try reader(block.part)
    let table = try DictionaryBlocks.decode(&reader, count: block.entryCount)
    guard table.count == 0 || block.firstValue.elementsEqual(table[0]) else {
      throw reader.damaged("dictionary block does not begin with its first value")
    }
    lock.withLock { dictionaryCache[index] = table }
    return table
  }
}

/// Strings of a chunk or a part of it: codes into a table, or every value its own entry.
package struct StringVector: Sendable {
  package var table: StringTable
  /// Entry of each value; nil where value `i` is entry `i`.
  package var codes: [UInt32]?
  package var count: Int

  package init(table: StringTable, codes: [UInt32]?, count: Int) {
    self.table = table
    self.codes = codes
    self.count = count
  }

  package init(all table: StringTable) { self.init(table: table, codes: nil, count: table.count) }

  package func entry(_ index: Int) -> Int { codes.map { Int($0[index]) } ?? index }
}

extension ColumnReader {
  /// Decodes every dictionary block and checks that the entries ascend over all of them.
  func verifyDictionary() throws {
    var last: (table: StringTable, index: Int)?
    for block in directory.dictionary.indices {
      let table = try dictionaryBlock(block)
      for index in 0..<table.count {
        if let last, compare(last.table[last.index], table[index]) > 0 {
          throw CairnError.damaged(
            file: blocks.store.name, offset: origin.offset, cause: "dictionary entries are not in order")
        }
        last = (table, index)
      }
    }
  }
}
