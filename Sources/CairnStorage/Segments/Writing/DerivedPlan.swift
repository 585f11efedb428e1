/// Which columns of strings are stored as values that follow from those of other columns.
struct DerivedPlan: Sendable {
  struct Column: Sendable {
    /// Forms whose parents are places in `parents`.
    var forms: [DerivedForm]
    /// Merged columns.
    var parents: [Int]

    /// Writes the chunk of a row group; false where its values hardly follow from others.
    func encode(
      _ column: Int, _ source: IndirectStrings, _ group: RowGroupColumns, _ rows: RowGroupColumns,
      _ mergers: [ColumnMerger?], _ compressor: ZstdCompressor, into writer: inout ByteWriter
    ) -> Bool {
      let parents = parents.compactMap { parent -> DerivedParent? in
        guard let (table, entries) = mergers[parent]?.strings(group[parent]) else { return nil }
        return DerivedParent(table, entries: entries, rows: rows[parent])
      }
      return DerivedStrings.encode(source, rows: rows[column], forms, parents, compressor, into: &writer)
    }
  }

  /// By merged column.
  private(set) var columns: [Int: Column] = [:]

  init(_ plan: TranspositionPlan, _ groups: [RowGroupColumns], _ rows: ValueRows?) {
    guard let rows else { return }
    var search = DerivedSearch(plan, groups[rows.sample], rows)
    search.run()
    columns = search.found
  }

  /// Those that are derived, and those that they are derived from.
  var used: Set<Int> { Set(columns.flatMap { [$0] + $1.parents }) }
}
