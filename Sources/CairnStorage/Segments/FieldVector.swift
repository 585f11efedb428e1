/// Values at one path of chosen rows, as storage has them: entries, and a code per row.
package struct FieldVector: Sendable {
  /// What codes refer to. Entries may be equal to each other and need not be used by any row.
  package var values: [FieldValue]
  /// The entry of each row.
  package var codes: [UInt32]
  /// A number for each entry that names it in the segment, where storage has one: equal numbers mean equal
  /// values, in every row group, so that work on an entry is done once a segment. Empty where it has none.
  package var keys: [UInt64] = []

  package init(values: [FieldValue], codes: [UInt32], keys: [UInt64] = []) {
    self.values = values
    self.codes = codes
    self.keys = keys
  }
}

extension FieldProjection {
  /// Values at `path` for `rows` (ascending positions in the row group).
  ///
  /// - Parameter wantsStringsOnly: objects and arrays may be given as missing.
  package func vector(
    _ path: [PathName], rows: [UInt32], wantsStringsOnly: Bool = false
  ) throws -> FieldVector {
    var codes: [UInt32] = []
    codes.reserveCapacity(rows.count)
    var entries: [FieldValue] = []
    var known: [FieldValue: UInt32] = [:]
    for value in try values(path, rows: rows, wantsStringsOnly: wantsStringsOnly) {
      if let code = known[value] {
        codes.append(code)
      } else {
        known[value] = UInt32(entries.count)
        codes.append(UInt32(entries.count))
        entries.append(value)
      }
    }
    return FieldVector(values: entries, codes: codes)
  }
}
