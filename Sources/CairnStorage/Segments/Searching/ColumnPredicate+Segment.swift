extension ColumnPredicate {
  /// False only where no record of the segment can pass, told from names, dictionaries and membership indexes: neither
  /// shapes nor values are read.
  package func mayPass(in reader: SegmentReader) throws -> Bool {
    // Needles are strings: nothing else passes.
    guard let needles, !path.isEmpty else { return true }
    return try reader.stringColumns(at: path).contains { try reader.column($0).mayContain(needles) }
  }
}
