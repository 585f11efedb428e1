import CairnSQL

/// A step of making a plan better. Each gives the same rows with and without any other, which tests try; the order is
/// that of the cases.
package enum PlanPass: String, CaseIterable, Sendable {
  /// Subqueries that depend on the row around by equalities read their rows once (`LookUpEqualities`).
  case lookUpEqualities = "look-up-equalities"
  /// Conditions go down to the rows that they are about, through joins, derived tables, groups, windows and unions
  /// (`PushFilters`).
  case pushFilters = "push-filters"
  /// Equalities of both sides of a join become its hash keys (`FindHashKeys`).
  case findHashKeys = "find-hash-keys"
  /// Conditions on event time become ranges that scans prune by (`BoundTimes`).
  case boundTimes = "bound-times"
  /// A sort whose rows are limited keeps the first ones only (`LimitSorts`).
  case limitSorts = "limit-sorts"
  /// What nobody reads is not computed (`PruneColumns`).
  case pruneColumns = "prune-columns"
  /// A common table that several places read, and that takes work to make, is made once (`ShareTables`).
  case shareTables = "share-tables"

  private func rewritten(_ plan: LogicalPlan, _ columns: [ColumnID], _ ids: ColumnIDs, now: TimePoint)
    -> LogicalPlan
  {
    switch self {
    case .lookUpEqualities: LookUpEqualities(ids: ids).rewritten(plan)
    case .pushFilters: PushFilters(now: now).rewritten(plan)
    case .findHashKeys: FindHashKeys(ids: ids).rewritten(plan)
    case .boundTimes: BoundTimes().rewritten(plan)
    case .limitSorts: LimitSorts().rewritten(plan)
    case .pruneColumns: PruneColumns().rewritten(plan, for: Set(columns))
    case .shareTables: ShareTables.rewritten(plan)
    }
  }

  /// The plan after all passes but some.
  ///
  /// Throws `CairnError.usage` where a pass has lost a column that something reads: a mistake in Cairn, said before a wrong
  /// row is.
  static func improved(
    _ plan: LogicalPlan, _ columns: [ColumnID], _ ids: ColumnIDs, now: TimePoint, without: Set<PlanPass>
  ) throws -> LogicalPlan {
    var plan = plan.withoutLoneMentions
    for pass in allCases where !without.contains(pass) {
      plan = pass.rewritten(plan, columns, ids, now: now)
      guard columns.allSatisfy(plan.has), plan.freeColumns.isEmpty else {
        throw CairnError.usage(
          "the plan of this statement lost a column in \(pass.rawValue), which is a mistake in Cairn: please "
            + "report it; --without-pass \(pass.rawValue) answers without this step")
      }
    }
    return plan
  }
}
