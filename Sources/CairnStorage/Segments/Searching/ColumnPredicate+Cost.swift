extension ColumnPredicate {
  /// How many rows of a segment may pass, guessed from the sizes of the columns and dictionaries that the path
  /// leads to: what conjuncts are put in order by. Reads directories, no values.
  package func expectedRowCount(in reader: SegmentReader) throws -> Int {
    let table = try reader.pathTable(slot: 0, path: path[...])
    var expected = passes(.missing) ? reader.footer.rowCount : 0
    for target in table.targets {
      switch target {
      case .missing, .literal: continue
      // Objects are read, and put together, at the end.
      case .composite, .object: expected += wantsStringsOnly ? 0 : reader.footer.rowCount
      case .value(let index):
        let column = try reader.column(index)
        let values = column.info.valueCount
        guard let needles else {
          expected += values / Self.guessedShare
          continue
        }
        if column.info.kind != .string { continue }
        // Strings without a dictionary are mostly all different.
        let entries = column.directory.entryCount > 0 ? column.directory.entryCount : values
        expected += min(values, values / max(1, entries) * needles.count + 1)
      }
    }
    return expected
  }

  /// One value in so many passes a condition that is not an equality, for want of better knowledge.
  private static let guessedShare = 3
}
