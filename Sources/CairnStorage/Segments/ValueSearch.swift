/// Finds the rows of a segment that have a key or a value which a judge accepts, without rebuilding a record: each
/// dictionary entry is judged once, whatever the number of rows.
///
/// One object serves the row groups and threads of one scan of a segment.
package final class ValueSearch: Sendable {
  private let search: PieceSearch<ValueJudge>

  package init(_ reader: SegmentReader, _ judge: ValueJudge) throws {
    let catalogue = try reader.catalogue()
    var isInside = [Bool](repeating: true, count: catalogue.slots.count)
    // The root is no value of a record.
    if !isInside.isEmpty { isInside[0] = false }
    search = PieceSearch(reader, judge, tree: InstanceTree(catalogue), isInside: isInside)
  }

  /// Those of `rows` (ascending) that have one.
  package func rows(_ rows: Positions, in rowGroup: Int) throws -> Positions {
    rows.select(try search.indices(.run(0..<rows.count), of: rows, in: rowGroup))
  }
}
