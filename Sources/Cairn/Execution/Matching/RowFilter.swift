import CairnSQL
import CairnStorage

/// A condition's conjuncts as storage takes them, made once for all segments.
final class RowCondition: Sendable {
  fileprivate let mode: EvaluationMode
  fileprivate let cancellation: QueryCancellation
  /// Predicates on one path, as the condition has them.
  fileprivate let predicates: [ColumnPredicate]
  /// Of each OR on several paths, or of searches of whole records, its terms.
  fileprivate let choices: [[RowCondition]]
  fileprivate let rows: [BoundExpression]
  /// A conjunct without paths that is not true: nothing passes.
  fileprivate let passesNothing: Bool

  init(
    _ conjuncts: [BoundExpression], mode: EvaluationMode,
    cancellation: QueryCancellation = QueryCancellation()
  ) {
    self.mode = mode
    self.cancellation = cancellation
    passesNothing = conjuncts.contains { $0.paths.isEmpty && !$0.isVolatile && $0.truth([]) != true }
    predicates = conjuncts.filter { $0.alternatives.isEmpty && Self.isColumnPredicate($0) }
      .map { Self.predicate($0, cancellation) }
    choices = conjuncts.filter { !$0.alternatives.isEmpty }.map { choice in
      choice.alternatives.map { RowCondition($0.conjuncts, mode: mode, cancellation: cancellation) }
    }
    rows = conjuncts.filter {
      $0.alternatives.isEmpty && !$0.paths.isEmpty && !Self.isColumnPredicate($0) || $0.isVolatile
    }
  }

  /// Whether storage judges its values. Times are numbers there, which loops take as they are.
  private static func isColumnPredicate(_ conjunct: BoundExpression) -> Bool {
    conjunct.paths.count == 1 && !conjunct.isVolatile && !conjunct.paths[0].isTimeColumn
  }

  private static func predicate(
    _ conjunct: BoundExpression, _ cancellation: QueryCancellation
  ) -> ColumnPredicate {
    let needle = conjunct.needle.flatMap { $0.mayMatchNonStrings ? nil : $0.texts }
    return ColumnPredicate(
      path: conjunct.paths[0].names, needles: needle, textNeedles: conjunct.textNeedles,
      wantsStringsOnly: conjunct.paths[0].onlyStrings, compositeVerdict: conjunct.compositeTruth,
      textJudge: judge(of: conjunct, cancellation)
    ) { !cancellation.isCancelled && conjunct.truth(values: [EngineValue($0)]) == true }
  }

  /// Makes what judges strings by their bytes; nil where values have to be made of them.
  private static func judge(
    of conjunct: BoundExpression, _ cancellation: QueryCancellation
  ) -> (@Sendable () -> (UnsafeBufferPointer<UInt8>) -> Bool)? {
    if conjunct.textJudge() == nil { return nil }
    return {
      let judge = conjunct.textJudge()
      return { text in !cancellation.isCancelled && judge?(text) == true }
    }
  }
}

/// A condition over the row groups of one segment, its conjuncts ordered by cost.
///
/// A conjunct on one path runs on the encoded columns; an OR of conditions on several paths takes the rows of each of
/// them; another one on several paths reads those of the rows that are left. What is expected to leave the fewest rows
/// comes first: rare paths and equality with one of many values.
final class RowFilter: Sendable {
  private struct ColumnConjunct: Sendable {
    var predicate: ColumnPredicate
    var verdicts: VerdictCache
    var search: RecordSearch?
  }

  private let condition: RowCondition
  private let reader: SegmentReader
  private let ordered = Memo<Int, [ColumnConjunct]>()
  private let choices: [[RowFilter]]

  init(_ condition: RowCondition, _ reader: SegmentReader) {
    self.condition = condition
    self.reader = reader
    choices = condition.choices.map { $0.map { RowFilter($0, reader) } }
  }

  /// False only where no row of the segment can pass; reads little.
  func mayPass() throws -> Bool {
    if condition.passesNothing { return false }
    if !condition.mode.usesPruning { return true }
    return try condition.predicates.allSatisfy { try $0.mayPass(in: reader) }
      && choices.allSatisfy { try $0.contains { try $0.mayPass() } }
  }

  /// The predicates in the order in which they are evaluated, found when rows are.
  private func conjuncts() throws -> [ColumnConjunct] {
    try ordered.value(0) {
      let costs =
        condition.predicates.count > 1
        ? try condition.predicates.map { try $0.expectedRowCount(in: reader) } : [0]
      return zip(condition.predicates, costs).sorted { $0.1 < $1.1 }.map { predicate, _ in
        let needles = condition.mode.usesPruning ? predicate.textNeedles : nil
        return ColumnConjunct(
          predicate: predicate, verdicts: VerdictCache(),
          search: needles.flatMap { RecordSearch(reader, path: predicate.path, $0) })
      }
    }
  }

  /// False only where word lists, dictionaries and indexes prove that no row of the row group passes.
  func mayPass(_ rowGroup: Int) throws -> Bool {
    try mayPass(try ColumnFilter(reader, rowGroup: rowGroup))
  }

  private func mayPass(_ filter: ColumnFilter) throws -> Bool {
    if condition.passesNothing { return false }
    if !condition.mode.usesPruning { return true }
    return try conjuncts().allSatisfy { try filter.mayPass($0.predicate) }
      && choices.allSatisfy { try $0.contains { try $0.mayPass(filter) } }
  }

  /// The rows of `candidates` (ascending) that pass; `wasRead` is false where dictionaries alone decided.
  func filter(
    _ rowGroup: Int, _ candidates: Positions
  ) throws -> (rows: Positions, wasRead: Bool) {
    try condition.cancellation.during { try select(try ColumnFilter(reader, rowGroup: rowGroup), candidates) }
  }

  private func select(
    _ filter: ColumnFilter, _ candidates: Positions
  ) throws -> (rows: Positions, wasRead: Bool) {
    if try !mayPass(filter) { return (.run(0..<0), false) }
    let columns = try conjuncts()
    var left = candidates
    if left.isEmpty { return (left, false) }
    for conjunct in columns where !left.isEmpty {
      left = try filter.filter(
        conjunct.predicate, rows: left, cache: conjunct.verdicts, search: conjunct.search,
        usesDictionary: condition.mode.usesDictionary)
    }
    for choice in choices where !left.isEmpty { left = try Self.rows(of: choice, filter, left) }
    for conjunct in condition.rows where !left.isEmpty {
      left = try filterRows(conjunct, filter.rowGroup, left)
    }
    return (left, true)
  }

  /// The rows that any of some filters passes.
  private static func rows(
    of choice: [RowFilter], _ filter: ColumnFilter, _ candidates: Positions
  ) throws -> Positions {
    var passed = RowSet(candidates)
    var left = candidates
    for alternative in choice where !left.isEmpty {
      let found = try alternative.select(filter, left).rows
      if found.isEmpty { continue }
      passed.insert(found)
      // Conditions on rare paths find their few rows in a run without looking at the others.
      if passed.count > candidates.count / 2 || left.count < candidates.count {
        left = passed.missing(of: candidates)
      }
    }
    return passed.positions
  }

  private func filterRows(
    _ conjunct: BoundExpression, _ rowGroup: Int, _ rows: Positions
  ) throws -> Positions {
    let projection = try FieldProjection(reader, rowGroup: rowGroup)
    // The codes of many paths take much: fewer rows are looked at together then.
    let rowCount = max(Self.leastRowCount, Self.codeLimit / max(1, conjunct.paths.count))
    var passing: [UInt32] = []
    for start in stride(from: 0, to: rows.count, by: rowCount) {
      let range = start..<min(start + rowCount, rows.count)
      let part = range.count == rows.count ? rows : rows.select(.run(range))
      let columns = try conjunct.paths.map {
        try Vector(
          projection.field($0.names, rows: part, wantsStringsOnly: $0.onlyStrings), segment: 0)
      }
      for row in try conjunct.selection(columns, rowCount: part.count, condition.cancellation) {
        passing.append(UInt32(truncatingIfNeeded: start) + row)
      }
    }
    return rows.select(.listed(passing))
  }

  /// Codes of all paths of a condition that are held together, about, and rows that are worth finding.
  private static let codeLimit = 1 << 21
  private static let leastRowCount = 1024
}

/// Some of the rows of a row group.
private struct RowSet {
  private var words: [UInt64]
  /// The row of the first bit.
  private let first: Int
  private(set) var count = 0

  /// None of the ascending `candidates` yet.
  init(_ candidates: Positions) {
    first = candidates.isEmpty ? 0 : Int(candidates[0])
    words = Array(repeating: 0, count: ((candidates.last ?? 0) - first) / 64 + 1)
  }

  mutating func insert(_ rows: Positions) {
    for index in 0..<rows.count {
      let place = Int(rows[index]) - first
      let bit: UInt64 = 1 << UInt64(place & 63)
      if words[place >> 6] & bit == 0 { count += 1 }
      words[place >> 6] |= bit
    }
  }

  private func contains(_ row: UInt32) -> Bool {
    let place = Int(row) - first
    return words[place >> 6] & 1 << UInt64(place & 63) != 0
  }

  /// Those of the candidates that are not among them.
  func missing(of candidates: Positions) -> Positions {
    Positions(candidates.list.filter { !contains($0) })
  }

  var positions: Positions {
    var rows: [UInt32] = []
    rows.reserveCapacity(count)
    for (index, word) in words.enumerated() {
      var left = word
      while left != 0 {
        rows.append(UInt32(first + index * 64 + left.trailingZeroBitCount))
        left &= left - 1
      }
    }
    return Positions(rows)
  }
}
