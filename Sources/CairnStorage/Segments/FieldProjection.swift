/// Reads one path of chosen rows: only the columns that the path leads to are touched.
package struct FieldProjection {
  private let group: RowGroupPaths

  package init(_ reader: SegmentReader, rowGroup: Int) throws {
    group = try RowGroupPaths(reader, rowGroup: rowGroup)
  }

  /// Values at `path` for `rows` (ascending positions in the row group).
  ///
  /// - Parameter wantsStringsOnly: objects and arrays may be given as missing.
  package func values(
    _ path: [PathName], rows: [UInt32], wantsStringsOnly: Bool = false
  ) throws -> [FieldValue] {
    guard !rows.isEmpty else { return [] }
    var output = [FieldValue](repeating: .missing, count: rows.count)
    var composite: [Int] = []
    try group.visit(path, rows: rows) { part in
      switch part.target {
      case .missing, .object: break
      case .composite: composite += part.members
      case .literal(let kind): for index in part.members { output[index] = RowGroupPaths.literal(kind) }
      case .value(let column, _):
        for (index, value) in zip(part.members, try group.values(column, part.positions)) {
          output[index] = value
        }
      }
    }
    if wantsStringsOnly { return output }
    composite.sort()
    for (index, text) in zip(composite, try group.texts(path, rows: composite.map { rows[$0] })) {
      output[index] = text
    }
    return output
  }
}
