extension ColumnTable {
  /// The column of `eventTime`, where it is always a string and no other key could be what the unquoted name means.
  var exactTimeColumn: Int? {
    let name = Array("eventTime".utf8)
    let named = slots(at: [PathName(bytes: name, isExact: false)])
    guard named.count == 1, let slot = named.first, slots[slot].name == name, columns(of: slot).count == 1
    else {
      return nil
    }
    return column(slot, .string)
  }
}

extension SegmentReader {
  /// What the footer says as `hasExactTimes`, told from the columns.
  func isExactInTime(_ rowGroup: Int) throws -> Bool {
    guard let index = try columnTable().exactTimeColumn else { return false }
    let column = try column(index)
    guard let chunk = column.chunk(of: rowGroup), chunk.valueCount == footer.rowGroups[rowGroup].rowCount
    else {
      return false
    }
    return try column.encodingName(of: chunk) == "\(StringEncoding.rowTime)"
  }
}
