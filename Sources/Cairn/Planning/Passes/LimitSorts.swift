/// A sort whose first rows alone are asked for keeps no others.
struct LimitSorts {
  func rewritten(_ plan: LogicalPlan) -> LogicalPlan {
    guard case .limit(let input, let offset, let count?) = plan else { return plan.mapInputs(rewritten) }
    let (last, overflow) = offset.addingReportingOverflow(count)
    return .limit(rewritten(overflow ? input : limited(input, last)), offset: offset, count: count)
  }

  private func limited(_ plan: LogicalPlan, _ count: Int) -> LogicalPlan {
    switch plan {
    case .project(let input, let projection): return .project(limited(input, count), projection)
    case .sort(let input, var sort) where !sort.keepsTies:
      sort.limit = min(sort.limit ?? count, count)
      return .sort(input, sort)
    case .mention(let input, var mention):
      mention.isAsWritten = false
      return .mention(limited(input, count), mention)
    default: return plan
    }
  }
}
