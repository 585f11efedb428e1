/// Values that follow from those of other columns.
extension ColumnReader {
  /// Values of a chunk of derived ones, at ascending positions below their number, or all where these are nil.
  func derived(_ chunk: ColumnDirectory.Chunk, positions: [UInt32]?) throws -> StringTable {
    let stored = try pooled(.derived, chunk.rowGroup, byteCount: { (held: DerivedStrings) in held.byteCount })
    {
      var (_, body) = try storedStrings(chunk)
      return try DerivedStrings(&body, count: chunk.valueCount, parentCount: directory.parents.count)
    }
    return try stored.values(at: positions) { number, positions in
      let parent = try parent(number)
      let strings = try parent.strings(in: chunk.rowGroup, positions: positions) {
        try segment.seconds(of: chunk.rowGroup)
      }
      return (strings.table, strings.codes)
    }
  }

  /// A column of strings that values are derived from: none whose own are derived.
  private func parent(_ number: Int) throws -> ColumnReader {
    let columns = try segment.columnTable().columns
    let index = directory.parents[number]
    guard columns.indices ~= index, columns[index].kind == .string else {
      throw origin.damaged("values derived from column \(index)")
    }
    let column = try segment.column(index)
    guard column.directory.parents.isEmpty else {
      throw origin.damaged("values derived from column \(index), which is derived itself")
    }
    return column
  }
}
