import CairnSQL
import CairnStorage

/// A condition on records, as `--where` takes it: SQL's expression language, `docs/semantics.md`.
public struct Condition: Sendable {
  let bound: BoundExpression
  /// The text that it was read from.
  public let text: String
  /// Literals that no record can have, and the like.
  let notes: [String]
  /// The paths that it names, without those that stand in for others.
  let namedPaths: [BoundPath]
  /// Members of arrays' elements that it names.
  let namedElements: [AccessPath]

  /// Parses and binds a condition; `now` is milliseconds since 1970. With the archive that it is for, quoted names are
  /// exact where some record has them so spelled, a text in double quotes is refused, and Logstash's `@timestamp`
  /// counts as eventTime in records that have none, unless `usesLogstashTime` is false.
  ///
  /// Throws `CairnError.usage` with the line, a caret and what was expected.
  public init(
    _ text: String, now: Int64, on archive: Archive? = nil, usesLogstashTime: Bool = true
  ) throws {
    self.text = text
    let keys = archive.map { RecordKeys($0) }
    let table = EventsTable(ColumnIDs(), keys: keys, isQueried: false, usesLogstashTime: usesLogstashTime)
    do {
      bound = try Binder.bind(try SQLParser.parseExpression(text), now: now / 1000, in: table)
    } catch let error as SQLSyntaxError {
      throw CairnError.usage(error.rendered(in: text))
    } catch let error as BindError {
      throw error.error(in: text)
    }
    if let failure = keys?.failure { throw failure }
    notes = table.notes
    let substituted = Set(table.substituted)
    namedPaths = bound.paths.filter { !substituted.contains($0) }
    namedElements = table.elementPaths
  }
}

/// How a condition is evaluated; tests switch parts off and compare.
package struct EvaluationMode: Sendable {
  /// Row groups are passed over where their dictionaries prove that no row passes.
  package var usesPruning = true
  /// Dictionary entries are judged once; else every value is.
  package var usesDictionary = true

  package init(usesPruning: Bool = true, usesDictionary: Bool = true) {
    self.usesPruning = usesPruning
    self.usesDictionary = usesDictionary
  }
}

/// A condition's conjuncts, ordered by cost, over the row groups of one segment.
///
/// A conjunct on one path runs on the encoded columns; one on several reads those paths of the rows that are
/// left. What is expected to leave the fewest rows comes first: rare paths and equality with one of many values.
final class RowFilter: Sendable {
  private struct ColumnConjunct: Sendable {
    var predicate: ColumnPredicate
    var verdicts: VerdictCache
    var search: RecordSearch?
  }

  private let reader: SegmentReader
  private let mode: EvaluationMode
  /// Predicates on one path, as the condition has them.
  private let predicates: [ColumnPredicate]
  private let ordered = Memo<Int, [ColumnConjunct]>()
  private let rows: [BoundExpression]
  /// A conjunct without paths that is not true: nothing passes.
  private let passesNothing: Bool
  private let cancellation: QueryCancellation

  init(
    conjuncts: [BoundExpression], _ reader: SegmentReader, mode: EvaluationMode,
    cancellation: QueryCancellation = QueryCancellation()
  ) {
    self.cancellation = cancellation
    self.reader = reader
    self.mode = mode
    passesNothing = conjuncts.contains { $0.paths.isEmpty && !$0.isVolatile && $0.truth([]) != true }
    predicates = conjuncts.filter { $0.paths.count == 1 && !$0.isVolatile }
      .map { Self.predicate($0, cancellation) }
    rows = conjuncts.filter { $0.paths.count > 1 || $0.isVolatile }
  }

  /// False only where no row of the segment can pass; reads little.
  func mayPass() throws -> Bool {
    if passesNothing { return false }
    return try !mode.usesPruning || predicates.allSatisfy { try $0.mayPass(in: reader) }
  }

  /// The predicates in the order in which they are evaluated, found when rows are.
  private func conjuncts() throws -> [ColumnConjunct] {
    try ordered.value(0) {
      let costs = predicates.count > 1 ? try predicates.map { try $0.expectedRowCount(in: reader) } : [0]
      return zip(predicates, costs).sorted { $0.1 < $1.1 }.map { predicate, _ in
        let needles = mode.usesPruning ? predicate.textNeedles : nil
        return ColumnConjunct(
          predicate: predicate, verdicts: VerdictCache(),
          search: needles.flatMap { RecordSearch(reader, path: predicate.path, $0) })
      }
    }
  }

  private static func predicate(
    _ conjunct: BoundExpression, _ cancellation: QueryCancellation
  ) -> ColumnPredicate {
    let needle = conjunct.needle.flatMap { $0.mayMatchNonStrings ? nil : $0.texts }
    return ColumnPredicate(
      path: conjunct.paths[0].names, needles: needle, textNeedles: conjunct.textNeedles,
      wantsStringsOnly: conjunct.paths[0].onlyStrings
    ) { !cancellation.isCancelled && conjunct.truth([$0]) == true }
  }

  /// False only where word lists, dictionaries and indexes prove that no row of the row group passes.
  func mayPass(_ rowGroup: Int) throws -> Bool {
    try !passesNothing && mayPass(try ColumnFilter(reader, rowGroup: rowGroup))
  }

  private func mayPass(_ filter: ColumnFilter) throws -> Bool {
    try !mode.usesPruning || conjuncts().allSatisfy { try filter.mayPass($0.predicate) }
  }

  /// The rows of `candidates` (ascending) that pass; `wasRead` is false where dictionaries alone decided.
  func filter(
    _ rowGroup: Int, _ candidates: Positions
  ) throws -> (rows: Positions, wasRead: Bool) {
    try cancellation.during { try select(rowGroup, candidates) }
  }

  private func select(
    _ rowGroup: Int, _ candidates: Positions
  ) throws -> (rows: Positions, wasRead: Bool) {
    if passesNothing { return (.run(0..<0), false) }
    let filter = try ColumnFilter(reader, rowGroup: rowGroup)
    if try !mayPass(filter) { return (.run(0..<0), false) }
    let columns = try conjuncts()
    var left = candidates
    if left.isEmpty { return (left, false) }
    for conjunct in columns where !left.isEmpty {
      left = try filter.filter(
        conjunct.predicate, rows: left, cache: conjunct.verdicts, search: conjunct.search,
        usesDictionary: mode.usesDictionary)
    }
    for conjunct in rows where !left.isEmpty { left = try filterRows(conjunct, rowGroup, left) }
    return (left, true)
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
        try projection.vector($0.names, rows: part, wantsStringsOnly: $0.onlyStrings)
      }
      for row in 0..<part.count
      where !cancellation.isCancelled
        && conjunct.truth(columns.map { $0.values[Int($0.codes[row])] }) == true
      {
        passing.append(UInt32(start + row))
      }
    }
    return rows.select(.listed(passing))
  }

  /// Codes of all paths of a condition that are held together, about, and rows that are worth finding.
  private static let codeLimit = 1 << 21
  private static let leastRowCount = 1024
}
