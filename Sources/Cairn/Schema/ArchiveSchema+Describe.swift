import CairnSQL
import CairnStorage

extension ArchiveSchema {
  /// Columns of DESCRIBE and SHOW COLUMNS.
  static let describedColumns = ["Column", "Type", "Values"].map { QueryColumn(name: $0) }

  /// What DESCRIBE (without a pattern) and SHOW COLUMNS give, column by column.
  func described(like pattern: String?) -> [[EngineValue]] {
    let columns = columns(like: pattern)
    return [
      columns.map { .text(Array($0.path.utf8)) }, columns.map { .text(Array($0.type.utf8)) },
      columns.map { .number(.integer(Int64($0.valueCount))) },
    ]
  }
}
