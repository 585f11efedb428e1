/// The dictionaries of a segment's columns of strings that are small and have all of their values, end to end: what is
/// looked for in all of them is found in one pass. A segment has hundreds, most of them of a few bytes, and looking each
/// one up takes longer than searching it.
struct SmallDictionaries: Sendable {
  /// By column: whether it is among these.
  let isColumn: [Bool]
  private let table: StringTable
  /// The columns and where their entries begin, ascending.
  private let columns: [(column: Int, firstEntry: Int)]

  /// Entries and bytes above which a dictionary stays alone.
  private static let entryLimit = 256
  private static let byteLimit = 4096
  /// Bytes of all together; what is beyond stays alone.
  private static let totalByteLimit = 4 << 20

  /// None, for what looks at a part of the columns only.
  init(columnCount: Int) {
    isColumn = [Bool](repeating: false, count: columnCount)
    table = StringTable()
    columns = []
  }

  init(_ reader: SegmentReader) throws {
    let infos = try reader.columnTable().columns
    let table = StringTable()
    var isColumn = [Bool](repeating: false, count: infos.count)
    var columns: [(column: Int, firstEntry: Int)] = []
    for (index, info) in infos.enumerated() where info.kind == .string && info.valueCount > 0 {
      if table.heap.count > Self.totalByteLimit { break }
      let column = try reader.column(index)
      guard column.directory.dictionary.count == 1, column.directory.lists != nil,
        column.directory.entryCount <= Self.entryLimit,
        try zip(column.wordLists(), column.directory.chunks).allSatisfy({ !$0.isEmpty || $1.valueCount == 0 })
      else { continue }
      let block = try column.dictionaryBlock(0, keeps: false)
      // What has a spelling of its own is searched by that.
      guard block.styles.isEmpty, block.heap.count <= Self.byteLimit else { continue }
      isColumn[index] = true
      columns.append((index, table.count))
      for entry in 0..<block.count { table.append(block[entry]) }
    }
    self.isColumn = isColumn
    self.table = table
    self.columns = columns
  }

  var byteCount: Int { table.heap.count + table.count * 8 + columns.count * 16 + isColumn.count }

  /// Of each column that has some, the ids of the entries that have the text in them, ascending.
  func entries(whoseValueHas finder: ByteFinder) -> [(column: Int, ids: [UInt32])] {
    var found: [(column: Int, ids: [UInt32])] = []
    for entry in table.entries(whoseValueHas: finder) {
      let place = columns.partitioningIndex { $0.firstEntry > Int(entry) } - 1
      let (column, firstEntry) = columns[place]
      let id = entry - UInt32(truncatingIfNeeded: firstEntry)
      if found.last?.column == column {
        found[found.count - 1].ids.append(id)
      } else {
        found.append((column, [id]))
      }
    }
    return found
  }
}

extension SegmentReader {
  func smallDictionaries() throws -> SmallDictionaries {
    try pooled(.smallDictionaries, 0, byteCount: { $0.byteCount }) { try SmallDictionaries(self) }
  }
}
