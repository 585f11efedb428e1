import CairnSQL
import CairnStorage

/// What storage reads for an expression: the value below some names. The steps behind them (indexes, any
/// element, JSON inside strings) are taken in the evaluation.
package struct BoundPath: Hashable, Sendable {
  /// The names from the record down, each resolved as S2 says; empty for the whole record.
  package var names: [PathName]
  /// Whether only a string counts here: any other value may be given as `.missing`, so that objects need not
  /// be put together. JSON functions ask for it, in case their argument is text that holds JSON (S7).
  package var onlyStrings: Bool

  package init(names: [PathName], onlyStrings: Bool = false) {
    self.names = names
    self.onlyStrings = onlyStrings
  }

  /// Whether it compares with text as time (S23).
  var isTimeColumn: Bool {
    AccessPath.timeColumns.contains { column in
      column.count == names.count
        && zip(column, names).allSatisfy { text, name in
          let bytes = Array(text.utf8)
          return name.isExact ? name.bytes == bytes : PathResolver.equalsFolded(name.bytes, bytes)
        }
    }
  }
}
