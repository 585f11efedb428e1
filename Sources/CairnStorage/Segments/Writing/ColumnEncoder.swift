/// Encodes one column of a segment: its dictionary, if it has one, and a chunk for each row group with values.
struct ColumnEncoder {
  let kind: ColumnKind
  let merger: ColumnMerger?
  /// The column is the root's eventTime.
  let isEventTime: Bool
  /// The column that its codes may be given.
  let given: GivenPlan.Parent?
  /// How its values follow from others.
  let derived: DerivedPlan.Column?
  let rowGroups: [RowGroupColumns]
  /// Rows of the values of columns that are given or derived from others by row.
  let rows: [RowGroupColumns]
  /// By column.
  let mergers: [ColumnMerger?]
  /// Event times of the rows of each row group.
  let times: [ArraySlice<Int64>]

  func encode(column: Int, compressor: ZstdCompressor) -> EncodedColumn {
    var output = EncodedColumn(kind: kind)
    var usesDictionary = false
    var lists = ByteWriter()
    var membership = MembershipBuilder()
    for (index, group) in rowGroups.enumerated() {
      let words = group[column]
      if words.isEmpty { continue }
      var writer = ByteWriter()
      var tokens: TokenStrings.Outcome?
      switch kind {
      case .shape:
        WordEncoding.encodeList(WordEncoding.encodeCodes(words, into: &writer), into: &lists)
        if let given, give(words, column, given, index, &writer, tagByteCount: 0, compressor) {
          (output.given, output.second) = (given.column, given.second)
        }
      case .length: IntegerEncoding.encode(words.map { Int64($0) }, into: &writer)
      case .integer: encodeIntegers(words, into: &writer)
      case .string, .number:
        let list =
          derived != nil
          ? encodeDerived(column, words, rowGroup: index, into: &writer, &membership, compressor, &tokens)
          : encodeStrings(words, rowGroup: index, into: &writer, &membership, compressor, &tokens)
        WordEncoding.encodeList(list, into: &lists)
        usesDictionary = usesDictionary || !list.isEmpty
        if let given, list.count > 1,
          give(words, column, given, index, &writer, tagByteCount: 1, compressor)
        {
          (output.given, output.second) = (given.column, given.second)
        }
      }
      output.valueCount += words.count
      output.chunks.append(
        EncodedColumn.Chunk(
          rowGroup: index, valueCount: words.count,
          part: EncodedColumn.Part(raw: writer.bytes), tokens: tokens))
    }
    if usesDictionary, case .dictionary(let table) = merger?.form {
      output.dictionaryEntryCount = table.count
      output.dictionary = DictionaryBlocks.encode(table).map {
        EncodedColumn.DictionaryBlock(
          entryCount: $0.entryCount, firstValue: $0.firstValue, part: EncodedColumn.Part(raw: $0.bytes))
      }
    }
    if kind == .shape || usesDictionary { output.lists = EncodedColumn.Part(raw: lists.bytes) }
    output.parents = derived?.parents ?? []
    output.membership = membership.encode(rowGroupCount: rowGroups.count, compressor)
    output.placeParts(compressor)
    return output
  }

  /// Stores a chunk's codes given those of another column, where that is clearly smaller. `writer` has the codes, behind
  /// a tag where the column has one.
  private func give(
    _ words: UnsafeBufferPointer<UInt32>, _ column: Int, _ parent: GivenPlan.Parent, _ rowGroup: Int,
    _ writer: inout ByteWriter, tagByteCount: Int, _ compressor: ZstdCompressor
  ) -> Bool {
    let (groups, owners) = (rowGroups[rowGroup], parent.isByRow ? rows[rowGroup] : nil)
    func sided(_ column: Int, _ owners: RowGroupColumns) -> GivenCodes.Sided {
      GivenCodes.Sided(groups[column], rows: owners[column])
    }
    let codes =
      if let owners, let second = parent.second {
        GivenCodes.encode(
          sided(column, owners), given: sided(parent.column, owners), sided(second, owners))
      } else if let owners {
        GivenCodes.encode(
          words, rows: owners[column], given: groups[parent.column], rows: owners[parent.column])
      } else {
        GivenCodes.encode(words, given: groups[parent.column])
      }
    guard let given = codes else { return false }
    let size = BlockBody.make(given, compressor, .trial(compressor)).storedByteCount
    let own = BlockBody.make(writer.bytes, compressor, .trial(compressor)).storedByteCount
    guard GivenCodes.isWorthIt(size, inPlaceOf: own, isByRow: parent.isByRow) else { return false }
    writer.bytes.removeLast(writer.bytes.count - tagByteCount)
    writer.writeBytes(given)
    return true
  }

  private func encodeIntegers(_ words: UnsafeBufferPointer<UInt32>, into writer: inout ByteWriter) {
    guard case .integers(let values) = merger?.form else { return }
    IntegerEncoding.encode(words.map { values[Int($0)] }, into: &writer)
  }

  /// Gives the chunk's word list, empty where it does not refer to the dictionary.
  private func encodeStrings(
    _ words: UnsafeBufferPointer<UInt32>, rowGroup: Int, into writer: inout ByteWriter,
    _ membership: inout MembershipBuilder, _ compressor: ZstdCompressor, _ tokens: inout TokenStrings.Outcome?
  ) -> [UInt32] {
    guard let merger else { return [] }
    switch merger.form {
    case .integers: return []
    case .plain:
      let source = merger.plainSource(words, isString: kind == .string)
      if isEventTime, encodeRowTime(rowGroup, source, into: &writer) { return [] }
      // An index has all values of its column or is none.
      if kind == .string { membership.add(source, rowGroup: rowGroup) }
      if TimestampStrings.encode(source, into: &writer) { return [] }
      membership.isUseful = true
      if kind == .string, let outcome = TokenStrings.encode(source, compressor, into: &writer) {
        tokens = outcome
        return []
      }
      if kind == .string, PatternStrings.encode(source, into: &writer) { return [] }
      writer.writeByte(StringEncoding.plain.rawValue)
      PlainStrings.encode(source, into: &writer)
      return []
    case .dictionary(let table):
      // Times that follow from another column are smaller as codes.
      if isEventTime || given == nil && Self.isTimestamp(table, kind) {
        let source = IndirectStrings(table: table, ids: words)
        if isEventTime, encodeRowTime(rowGroup, source, into: &writer) { return [] }
        if TimestampStrings.encode(source, into: &writer) { return [] }
      }
      writer.writeByte(StringEncoding.dictionary.rawValue)
      return WordEncoding.encodeCodes(words, into: &writer)
    }
  }

  /// A column of derived values has no dictionary, for not all of its values would be in it.
  private func encodeDerived(
    _ column: Int, _ words: UnsafeBufferPointer<UInt32>, rowGroup: Int, into writer: inout ByteWriter,
    _ membership: inout MembershipBuilder, _ compressor: ZstdCompressor, _ tokens: inout TokenStrings.Outcome?
  ) -> [UInt32] {
    guard let merger, let derived else { return [] }
    let (table, entries) = merger.strings(words)
    let source = IndirectStrings(table: table, ids: entries)
    membership.add(source, rowGroup: rowGroup)
    membership.isUseful = true
    let group = rowGroups[rowGroup]
    if derived.encode(column, source, group, rows[rowGroup], mergers, compressor, into: &writer) { return [] }
    tokens = TokenStrings.encode(source, compressor, into: &writer)
    if tokens == nil {
      writer.writeByte(StringEncoding.plain.rawValue)
      PlainStrings.encode(source, into: &writer)
    }
    return []
  }

  /// Times that repeat a lot are smaller as codes of a dictionary.
  static func isTimestamp(_ table: StringTable, _ kind: ColumnKind) -> Bool {
    guard kind == .string, table.count > 256, let base = table[0].baseAddress else { return false }
    return EventTime.canonicalSeconds(base, table[0].count) != nil
  }

  private func encodeRowTime<Source: StringSource>(
    _ rowGroup: Int, _ source: Source, into writer: inout ByteWriter
  ) -> Bool {
    // Untimed rows come first, and have no value here unless theirs is no time: then the counts differ.
    let rowTimes = times[rowGroup].drop { $0 == EventTime.unknown }
    guard source.count == rowTimes.count else { return false }
    for (index, time) in rowTimes.enumerated() {
      let text = source.value(index)
      guard source.style(index) == .plain, let base = text.baseAddress,
        let seconds = EventTime.canonicalSeconds(base, text.count), seconds * 1000 == time
      else { return false }
    }
    writer.writeByte(StringEncoding.rowTime.rawValue)
    return true
  }
}

/// Values by dictionary id; or the entries of a table one by one, where there are no ids.
struct IndirectStrings: StringSource {
  let table: StringTable
  let ids: UnsafeBufferPointer<UInt32>?
  var count: Int { ids?.count ?? table.count }
  private func entry(_ index: Int) -> Int { ids.map { Int($0[index]) } ?? index }
  func value(_ index: Int) -> UnsafeBufferPointer<UInt8> { table[entry(index)] }
  func style(_ index: Int) -> StringStyle { table.style(entry(index)) }
  func spelling(_ index: Int) -> [UInt8]? { table.spellings[entry(index)] }
}
