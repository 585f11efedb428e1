import CairnSQL
import CairnStorage

/// A bound, checked condition or value. Immutable; evaluation never throws or traps.
package struct BoundExpression: Sendable {
  /// The columns that it reads, in order of first use.
  package let columns: [ColumnID]
  /// For each of them the names inside its values at which the wanted ones are; mostly none.
  let members: [[PathName]]
  /// Those that are record paths, in the same order.
  package let paths: [BoundPath]
  /// What can be looked up in a dictionary, if the expression is a test for equality with texts.
  package let needle: Needle?
  /// Where it reads eventTime: seconds of the steps of time within which its value is the same for all canonical times,
  /// as long as the other columns' values are.
  let timeGranularity: Int64?
  /// Whether it has another value each time that it is evaluated, so that it must be for each row, once.
  let isVolatile: Bool
  /// What it is evaluated by. Loops hold on to this alone: the whole expression has many parts to count references of.
  let root: any Node
  /// What it comes to for entries of dictionaries; nil where evaluating is no more work than remembering.
  let results: EntryResults?
  /// The top-level AND terms; empty if there are none.
  private let terms: [BoundExpression]
  /// The terms of a top-level OR that reads several paths, those about one path together, or of one that searches whole
  /// records; empty if there are none.
  let alternatives: [BoundExpression]

  init(
    root: any Node, table: PathTable, needle: Needle?, terms: [BoundExpression],
    alternatives: [BoundExpression] = [], timeGranularity: Int64? = nil, isVolatile: Bool = false
  ) {
    self.alternatives = alternatives
    self.isVolatile = isVolatile
    self.root = root
    columns = table.columns
    members = table.members
    paths = table.paths
    self.needle = needle
    self.terms = terms
    self.timeGranularity = timeGranularity
    let isPlain = root is PathNode || root is ColumnNode
    results =
      isPlain || isVolatile || timeGranularity != nil || table.columns.count != 1
        || !table.members.allSatisfy(\.isEmpty) ? nil : EntryResults()
  }

  /// The value for a row; `values[i]` belongs to `columns[i]`. Deterministic, unless it is
  /// volatile, and independent of row order.
  package func evaluate(values: [EngineValue]) -> EngineValue {
    guard values.count >= columns.count else { return .null }
    return root.value(Row(values: values, elements: []))
  }

  /// The values for all rows of a batch at once, where its nodes have loops for these; else nil.
  func flat(_ rows: FlatRows) -> Vector? { isVolatile ? nil : root.flat(rows)?.vector }

  /// The outcome where a condition is needed (S30).
  package func truth(values: [EngineValue]) -> Bool? {
    guard values.count >= columns.count else { return nil }
    return root.truth(Row(values: values, elements: []))
  }

  /// The outcomes for all rows of a batch at once where a condition is needed, where its nodes have loops for it;
  /// else nil.
  func flatTruths(_ rows: FlatRows) -> Outcomes? { isVolatile ? nil : root.flatTruths(rows) }

  /// The outcome for strings of its one column, told from their bytes; nil where values have to be made of them.
  func textJudge() -> TextJudge? { columns.count == 1 && !isVolatile ? root.textJudge() : nil }

  /// The outcome where its one column is an object or array, if that does not depend on what is in it.
  var compositeTruth: Bool? { columns.count == 1 && !isVolatile ? root.compositeTruth : nil }

  /// The value for a record whose value at `paths[i]` is `fields[i]`.
  package func evaluate(_ fields: [FieldValue]) -> EngineValue {
    evaluate(values: fields.map { EngineValue($0) })
  }

  /// The outcome for a record whose value at `paths[i]` is `fields[i]`.
  package func truth(_ fields: [FieldValue]) -> Bool? {
    truth(values: fields.map { EngineValue($0) })
  }

  init(_ root: any Node, _ table: PathTable) {
    self.init(root: root, table: table, needle: nil, terms: [])
  }

  /// The column that it is, if it does nothing with it.
  var plainColumn: ColumnID? {
    if columns.count == 1, let node = root as? PathNode, node.reader.isPlain { return columns[0] }
    return columns.count == 1 && root is ColumnNode ? columns[0] : nil
  }

  /// The column and the names inside its values, if it does nothing with what is there.
  var plainMember: (column: ColumnID, names: [PathName])? {
    guard columns.count == 1, let node = root as? PathNode, node.reader.isWhole else { return nil }
    return (columns[0], members[0])
  }

  /// What it reads, of the values of columns.
  func inputs(_ value: (ColumnID) -> EngineValue) -> [EngineValue] {
    zip(columns, members).map { Vector.constant(value($0)).member($1)[0] }
  }

  /// Where it looks for texts in a path as a whole: what a value's text has in it wherever it is true.
  package var textNeedles: TextNeedles? {
    columns.count == 1 && paths.count == 1 ? (root as? any TextSearchNode)?.textNeedles : nil
  }

  /// Top-level AND terms, each bound to its own paths; the expression itself if there are none.
  package var conjuncts: [BoundExpression] { terms.isEmpty ? [self] : terms }

  /// The value if it is the same for every row.
  package var constant: EngineValue? { root.constant }

  /// The type of its values, where it is known before there are any; `inputs[i]` is that of `columns[i]`.
  func resultType(_ inputs: (Int) -> ResultType?) -> ResultType? { root.type(inputs) }
}

/// `path = 'text'` or `path IN ('text', …)`: TRUE where the path's value is a string with one of these texts.
package struct Needle: Sendable, Equatable {
  /// The path that is read.
  package let path: BoundPath
  /// The texts, without repetition, in order of first use.
  package let texts: [[UInt8]]
  /// Whether a number, boolean, object or array may have one of the texts too.
  package let mayMatchNonStrings: Bool

  init(path: BoundPath, texts: [[UInt8]]) {
    var seen: Set<[UInt8]> = []
    self.path = path
    self.texts = texts.filter { seen.insert($0).inserted }
    mayMatchNonStrings = texts.contains(where: Needle.maySpellNonString)
  }

  /// Whether a number, boolean, object or array may have a text.
  static func maySpellNonString(_ text: [UInt8]) -> Bool {
    guard let first = text.first else { return false }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "-")
      || first &- UInt8(ascii: "0") <= 9 && ExactDecimal.isJSONNumber(text)
      || text == EngineValue.trueText || text == EngineValue.falseText
  }
}

extension ExactDecimal {
  /// Whether a text has the letters of a JSON number, be it one of S14 or not.
  static func isJSONNumber(_ text: [UInt8]) -> Bool {
    text.allSatisfy { $0 &- UInt8(ascii: "0") <= 9 || "+-.eE".utf8.contains($0) }
  }
}
