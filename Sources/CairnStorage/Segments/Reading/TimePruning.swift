/// Rows of a row group that lie in a half-open range of event times, as a range of positions.
///
/// Rows are ordered by time, the untimed ones first, so the answer is two binary searches; where the row
/// group's bounds decide, not even the times are read.
package struct TimePruning: Sendable, Equatable {
  /// Milliseconds since 1970; nil for no bound. A bound leaves out rows without a readable time.
  package var since: Int64?
  package var until: Int64?

  package init(since: Int64?, until: Int64?) {
    self.since = since
    self.until = until
  }

  package var isUnbounded: Bool { since == nil && until == nil }

  /// Whether any time in `minimum...maximum` can lie in the range.
  package func overlaps(minimum: Int64, maximum: Int64) -> Bool {
    guard minimum <= maximum else { return false }
    if let since, maximum < since { return false }
    if let until, minimum >= until { return false }
    return true
  }

  private func covers(minimum: Int64, maximum: Int64) -> Bool {
    (since.map { $0 <= minimum } ?? true) && (until.map { maximum < $0 } ?? true)
  }

  package func rows(of rowGroup: Int, in reader: SegmentReader) throws -> Range<Int> {
    let group = reader.footer.rowGroups[rowGroup]
    if isUnbounded { return 0..<group.rowCount }
    guard overlaps(minimum: group.minimumTime, maximum: group.maximumTime) else { return 0..<0 }
    let first = group.untimedRowCount
    if covers(minimum: group.minimumTime, maximum: group.maximumTime) { return first..<group.rowCount }
    let times = try reader.times(of: rowGroup)
    let start = since.map { times.firstIndex(from: $0) } ?? 0
    let end = until.map { times.firstIndex(from: $0) } ?? times.count
    return (first + start)..<(first + max(start, end))
  }
}
