import CairnSQL

/// Conditions that say nothing but a range of event time as such ranges, by which a scan leaves out segments, row groups
/// and rows.
struct BoundTimes {
  func rewritten(_ plan: LogicalPlan) -> LogicalPlan {
    guard case .scan(var scan) = plan else { return plan.mapInputs(rewritten) }
    for place in scan.conditions.indices {
      let conjunct = scan.conditions[place].conjunct
      if conjunct.bound.columns.contains(where: { scan.table.isEventTime($0) }) {
        scan.conditions[place].timeBound = conjunct.timeBound
      }
    }
    return .scan(scan)
  }
}

extension EventsTable {
  /// Whether a column is the event time of its records.
  fileprivate func isEventTime(_ id: ColumnID) -> Bool {
    if case .path(let path)? = source(id) { path.isEventTime } else { false }
  }
}
