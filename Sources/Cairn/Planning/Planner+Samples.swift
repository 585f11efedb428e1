import CairnSQL

// TABLESAMPLE (S90).
extension Planner {
  func sample(_ source: Source, _ percentage: Expression) throws -> Source {
    let constant = try Binder.bind(percentage, in: Scope(tables: [], outer: nil), now: now).constant
    guard let share = constant?.number?.double, (0...100).contains(share) else {
      throw BindError(message: "a sample is of 0 to 100 percent of the rows", span: percentage.span)
    }
    return Source(.sample(source.plan, percentage: share), source.tables)
  }
}
