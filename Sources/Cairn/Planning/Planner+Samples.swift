import CairnSQL

// TABLESAMPLE (S90).
extension Planner {
  func sample(_ source: Source, _ percentage: Expression) throws -> Source {
    let constant = try Binder.bind(percentage, in: Scope(tables: [], outer: nil), now: now).constant
    guard let share = constant?.number?.double, (0...100).contains(share) else {
      throw BindError(message: "a sample is of 0 to 100 percent of the rows", span: percentage.span)
    }
    if case .leaf(let leaf) = source {
      return .leaf(Source.Leaf(leaf.table, SampleOperator(leaf.root, percentage: share), scan: leaf.scan))
    }
    let none = Source.Leaf(Scope.Table(names: [], content: .columns([])), ValuesOperator([], [[]]))
    return .dependent(source, none) { SampleOperator($0, percentage: share) }
  }
}
