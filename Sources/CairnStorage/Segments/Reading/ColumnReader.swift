/// What is known of a column once its directory has been read; shared by all readers of the segment.
final class ColumnMetadata: Sendable {
  let index: Int
  let info: ColumnInfo
  let directory: ColumnDirectory
  /// The directory's bytes, with the parts that stand in it.
  let bytes: [UInt8]
  let origin: ByteOrigin

  init(index: Int, info: ColumnInfo, directory: ColumnDirectory, bytes: [UInt8], origin: ByteOrigin) {
    self.index = index
    self.info = info
    self.directory = directory
    self.bytes = bytes
    self.origin = origin
  }
}

/// One column of an open segment: finds and decodes its chunks, word lists and dictionary entries. What is small
/// or asked for again and again stays in the buffer pool.
package struct ColumnReader: Sendable {
  let metadata: ColumnMetadata
  let segment: SegmentReader

  init(_ metadata: ColumnMetadata, _ segment: SegmentReader) {
    self.metadata = metadata
    self.segment = segment
  }

  package var info: ColumnInfo { metadata.info }
  package var directory: ColumnDirectory { metadata.directory }
  var origin: ByteOrigin { metadata.origin }

  private func chunkIndex(of rowGroup: Int) -> Int? {
    let chunks = metadata.directory.chunks
    let index = chunks.partitioningIndex { $0.rowGroup >= rowGroup }
    return index < chunks.count && chunks[index].rowGroup == rowGroup ? index : nil
  }

  package func chunk(of rowGroup: Int) -> ColumnDirectory.Chunk? {
    chunkIndex(of: rowGroup).map { metadata.directory.chunks[$0] }
  }

  package func valueCount(in rowGroup: Int) -> Int { chunk(of: rowGroup)?.valueCount ?? 0 }

  func reader(_ part: PartPlace) throws -> ByteReader {
    switch part {
    case .inline(let start, let byteCount):
      return try ByteReader(metadata.bytes, start: start, byteCount: byteCount, origin: origin)
    case .block(let ref):
      return try segment.blocks.read(ref)
    }
  }

  func pooled<Value: Sendable>(
    _ part: BufferPool.Part, _ index: Int, keeps: Bool = true, byteCount: (Value) -> Int,
    _ make: () throws -> Value
  ) rethrows -> Value {
    try segment.pooled(part, column: metadata.index, index, keeps: keeps, byteCount: byteCount, make)
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
  package var blockByteCount: Int { directory.blocks.reduce(0) { $0 + $1.byteCount } }

  // MARK: Words

  /// The distinct words of each chunk, ascending; empty for chunks that are not coded. Read without the chunks.
  func wordLists() throws -> [[UInt32]] {
    guard let part = metadata.directory.lists else { return [] }
    return try pooled(.wordLists, 0, byteCount: { $0.reduce(0) { $0 + $1.count * 4 + 32 } }) {
      var reader = try reader(part)
      // Ids are below the number of entries.
      let entryCount = info.kind == .shape ? SegmentFormat.slotLimit : directory.entryCount
      var wordsLeft = SegmentFormat.entryLimit
      let lists = try metadata.directory.chunks.map { chunk in
        let limit = min(chunk.valueCount, entryCount, wordsLeft)
        let list = try WordEncoding.decodeList(&reader, limit: limit)
        wordsLeft -= list.count
        return list
      }
      try reader.expectEnd(of: "word lists")
      return lists
    }
  }

  /// Distinct words of a row group's chunk, ascending: shapes, or dictionary ids. Nil where the chunk is stored in
  /// another way; empty where there is none.
  package func wordList(in rowGroup: Int) throws -> [UInt32]? {
    guard let index = chunkIndex(of: rowGroup) else { return [] }
    guard metadata.directory.lists != nil else { return nil }
    let list = try wordLists()[index]
    return list.isEmpty && metadata.directory.chunks[index].valueCount > 0 ? nil : list
  }

  /// Words of a row group: shapes, or dictionary ids. Empty where it has none.
  package func words(in rowGroup: Int) throws -> CodedWords { try words(in: rowGroup, depth: 0) }

  /// - Parameter depth: columns that are given this one, one the other.
  private func words(in rowGroup: Int, depth: Int) throws -> CodedWords {
    guard let chunk = chunk(of: rowGroup) else { return CodedWords(words: [], count: 0, codes: .constant) }
    return try pooled(.codes, rowGroup, byteCount: { $0.byteCount }) {
      guard let list = try wordList(in: rowGroup) else { throw origin.damaged("chunk without a word list") }
      var reader = try reader(chunk.part)
      if info.kind != .shape {
        let tag = try reader.readByte()
        guard tag == StringEncoding.dictionary.rawValue else {
          throw reader.damaged("string encoding \(tag) with a word list")
        }
      }
      segment.blocks.statistics.addChunk()
      return try WordEncoding.decodeCodes(
        &reader, words: list, count: chunk.valueCount,
        parent: { try givenWords(directory.given, in: rowGroup, depth: depth) },
        second: { try givenWords(directory.second, in: rowGroup, depth: depth) })
    }
  }

  /// The words of a column that this one's are given.
  private func givenWords(_ given: Int?, in rowGroup: Int, depth: Int) throws -> CodedWords? {
    guard let given else { return nil }
    guard depth < ColumnDirectory.givenDepthLimit, try segment.columnTable().columns.indices ~= given else {
      throw origin.damaged("codes given column \(given)")
    }
    return try segment.column(given).words(in: rowGroup, depth: depth + 1)
  }

  // MARK: Integers

  /// Integers or lengths of a row group.
  package func integers(in rowGroup: Int) throws -> [Int64] {
    guard let chunk = chunk(of: rowGroup) else { return [] }
    return try pooled(.integers, rowGroup, byteCount: { $0.count * 8 }) {
      var reader = try reader(chunk.part)
      segment.blocks.statistics.addChunk()
      let values = try IntegerEncoding.decode(&reader, count: chunk.valueCount)
      try reader.expectEnd(of: "chunk")
      return values
    }
  }

  // MARK: Strings

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
    if let list = try wordList(in: rowGroup), !list.isEmpty {
      return try dictionaryStrings(try words(in: rowGroup), positions: positions)
    }
    if let seconds = try seconds(in: rowGroup, rowSeconds: rowSeconds) {
      guard let table = TimestampStrings.format(seconds, positions: positions) else {
        throw origin.damaged("timestamp outside the years 1 to 9999")
      }
      return StringVector(all: table)
    }
    var (encoding, reader) = try storedStrings(chunk)
    segment.blocks.statistics.addChunk()
    switch encoding {
    case .tokens: return StringVector(all: try TokenStrings(&reader, count: count).values(at: positions))
    case .derived: return StringVector(all: try derived(chunk, positions: positions))
    case .patterns: return StringVector(all: try patterns(chunk, &reader).values(at: positions))
    default: return StringVector(all: try PlainStrings.decode(&reader, count: count, positions: positions))
    }
  }

  /// The body of a chunk of strings that is not coded, and its encoding.
  ///
  /// - Parameter keeps: false where nothing of it is going to be asked for again.
  func storedStrings(
    _ chunk: ColumnDirectory.Chunk, keeps: Bool = true
  ) throws -> (encoding: StringEncoding, body: ByteReader) {
    var reader = try pooled(
      .bytes, chunk.rowGroup, keeps: keeps, byteCount: { (held: ByteReader) in held.bytes.count }
    ) { try self.reader(chunk.part) }
    let tag = try reader.readByte()
    guard let encoding = StringEncoding(rawValue: tag), encoding != .dictionary else {
      throw reader.damaged("string encoding \(tag) without a word list")
    }
    return (encoding, reader)
  }

  /// A chunk of patterns, whose body the reader is at.
  ///
  /// - Parameter keeps: false where nothing of it is going to be asked for again.
  func patterns(
    _ chunk: ColumnDirectory.Chunk, _ reader: inout ByteReader, keeps: Bool = true
  ) throws -> PatternStrings {
    try pooled(.patterns, chunk.rowGroup, keeps: keeps, byteCount: { $0.byteCount }) {
      try PatternStrings(&reader, count: chunk.valueCount)
    }
  }

  /// Seconds since 1970 of a chunk of canonical timestamps; nil for other chunks.
  func seconds(in rowGroup: Int, rowSeconds: () throws -> [Int64]) throws -> [Int64]? {
    guard let chunk = chunk(of: rowGroup), info.kind == .string || info.kind == .number else { return nil }
    var (encoding, body) = try storedStrings(chunk)
    switch encoding {
    case .timestamp:
      return try pooled(.integers, rowGroup, byteCount: { $0.count * 8 }) {
        segment.blocks.statistics.addChunk()
        let seconds = try IntegerEncoding.decode(&body, count: chunk.valueCount)
        try body.expectEnd(of: "chunk")
        guard let least = seconds.min(), let greatest = seconds.max() else { return seconds }
        try checkSpelling(least)
        try checkSpelling(greatest)
        return seconds
      }
    case .rowTime:
      let seconds = try rowSeconds()
      guard seconds.count == chunk.valueCount else { throw body.damaged("row times do not fit the column") }
      // They ascend.
      try seconds.first.map(checkSpelling)
      try seconds.last.map(checkSpelling)
      return seconds
    default:
      return nil
    }
  }

  /// Throws where seconds have no canonical spelling: whoever asked may rely on one.
  private func checkSpelling(_ seconds: Int64) throws {
    guard EventTime.canonicalRange.contains(seconds) else {
      throw origin.damaged("timestamp outside the years 1 to 9999")
    }
  }

  private func dictionaryStrings(_ words: CodedWords, positions: [UInt32]?) throws -> StringVector {
    guard let positions else {
      return StringVector(table: try entries(words.words), codes: words.allCodes(), count: words.count)
    }
    // Only the entries that the chosen rows have are looked up.
    let compact = words.taking(.listed(positions)).compacted()
    return StringVector(table: try entries(compact.words), codes: compact.allCodes(), count: positions.count)
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
