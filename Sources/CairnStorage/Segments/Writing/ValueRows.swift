/// The rows that values of columns belong to, where a column is stored by means of another: those of all columns in one
/// row group, on which it is found out which are, and then of these in all of them.
struct ValueRows: Sendable {
  /// The row group with the most rows.
  let sample: Int
  let sampleRowCount: Int
  /// By column, of the sample; empty for columns that are not looked at.
  let sampled: RowGroupColumns
  /// By row group: of the columns that are asked for later.
  private(set) var all: [RowGroupColumns] = []
  /// Columns of which no row of the sample has two values.
  let single: [Int]

  /// Nil where there are no rows.
  init?(_ plan: TranspositionPlan, _ groups: [RowGroupColumns], _ rows: [ArraySlice<RowOrder.Source>]) {
    guard let sample = rows.indices.max(by: { rows[$0].count < rows[$1].count }) else { return nil }
    self.sample = sample
    sampleRowCount = rows[sample].count
    let wanted = plan.catalogue.columns.indices.map { column in
      let kind = plan.catalogue.columns[column].kind
      return groups[sample][column].count >= DerivedSearch.minimumCount
        && (kind == .string || kind == .number || kind == .shape)
    }
    let sampled = plan.owners(rows[sample], wanted: wanted)
    self.sampled = sampled
    single = wanted.indices.filter { column in
      wanted[column] && groups[sample][column].count == sampled[column].count
        && zip(sampled[column], sampled[column].dropFirst()).allSatisfy { $0 < $1 }
    }
  }

  /// Finds the rows of the values of some columns in all row groups.
  mutating func find(
    _ columns: Set<Int>, _ plan: TranspositionPlan, _ rows: [ArraySlice<RowOrder.Source>], threads: Int
  ) throws {
    if columns.isEmpty { return }
    let wanted = plan.catalogue.columns.indices.map { columns.contains($0) }
    all = try parallelMap(count: rows.count, threads: threads) { plan.owners(rows[$0], wanted: wanted) }
  }
}
