/// Reads one path of chosen rows: only the columns that the path leads to are touched.
package struct FieldProjection {
  let group: RowGroupPaths

  package init(_ reader: SegmentReader, rowGroup: Int) throws {
    group = RowGroupPaths(reader, rowGroup: rowGroup)
  }

  /// Values at `path` for `rows` (ascending positions in the row group).
  ///
  /// - Parameter wantsStringsOnly: objects and arrays may be given as missing.
  package func values(
    _ path: [PathName], rows: [UInt32], wantsStringsOnly: Bool = false
  ) throws -> [FieldValue] {
    let vector = try vector(path, rows: rows, wantsStringsOnly: wantsStringsOnly)
    return vector.codes.map { vector.values[Int($0)] }
  }
}
