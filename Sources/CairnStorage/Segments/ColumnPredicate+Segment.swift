extension ColumnPredicate {
  /// False only where no record of the segment can pass, told from names, dictionaries and membership indexes: neither
  /// shapes nor values are read.
  package func mayPass(in reader: SegmentReader) throws -> Bool {
    // Needles are strings: nothing else passes.
    guard let needles, !path.isEmpty else { return true }
    let table = try reader.columnTable()
    for slot in table.slots(at: path) {
      guard let index = table.column(slot, .string) else { continue }
      if try reader.column(index).mayContain(needles) { return true }
    }
    return false
  }
}
