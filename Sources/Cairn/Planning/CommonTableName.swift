/// A table of a WITH, by which those who read it are told to read the same.
final class CommonTableName {
  let text: String
  /// Counted in the order of the WITHs.
  let number: Int
  /// Places where it is named.
  var mentionCount = 0

  init(_ text: String, number: Int) { (self.text, self.number) = (text, number) }
}

extension LogicalPlan {
  /// A place where a common table is named.
  struct Mention {
    let name: CommonTableName
    /// The table's columns, and whether somebody reads them here.
    let columns: [ColumnID]
    var isRead: [Bool]
    /// Whether the input gives all rows that the table has, as it is written.
    var isAsWritten = true
    /// The input with all columns, once some may be missing.
    var whole: LogicalPlan?

    init(name: CommonTableName, columns: [ColumnID]) {
      (self.name, self.columns) = (name, columns)
      isRead = columns.map { _ in true }
    }
  }

  /// Common tables that one place alone reads are in that place what they stand for.
  var withoutLoneMentions: LogicalPlan {
    if case .mention(let input, let mention) = self, mention.name.mentionCount < 2 {
      return input.withoutLoneMentions
    }
    return mapInputs(\.withoutLoneMentions)
  }
}

/// A table that is made once for all that read it.
final class SharedTable {
  let name: String
  var plan: LogicalPlan
  /// The columns that somebody reads.
  let columns: [ColumnID]
  /// What makes it, the same for all.
  private(set) lazy var source = SharedOperator.Source(name, plan.operators, columns)

  init(_ name: String, _ plan: LogicalPlan, _ columns: [ColumnID]) {
    (self.name, self.plan, self.columns) = (name, plan, columns)
  }
}
