import CairnSQL
import CairnStorage

/// Reads `events`: prunes segments, row groups and rows, filters on encoded columns, and hands the rows on with
/// columns that are read when they are asked for.
final class ScanOperator: Operator, @unchecked Sendable {
  /// What is read; complete when planning ends, and not changed after.
  let table: EventsTable
  /// Conditions on record paths alone, which storage evaluates.
  private(set) var conjuncts: [BoundExpression] = []
  /// Conditions on virtual columns and on those of queries around.
  private var others: [BoundExpression] = []
  /// Bounds on eventTime with the condition that each was read off.
  private var bounds: [(bound: TimeBound, conjunct: BoundExpression)] = []
  private var conditionTexts: [PlanText] = []

  init(_ table: EventsTable) { self.table = table }

  /// Whether conditions bound the event time.
  var isTimeBounded: Bool { !bounds.isEmpty }

  /// Adds a condition that rows must satisfy. Only while planning.
  func add(_ conjunct: BoundExpression, bound: TimeBound?, text: @escaping PlanText) {
    conditionTexts.append(text)
    if let bound {
      bounds.append((bound, conjunct))
    } else if !conjunct.isVolatile, conjunct.columns.allSatisfy(isPath),
      !conjunct.columns.isEmpty || conjunct.constant != nil
    {
      conjuncts.append(conjunct)
    } else {
      others.append(conjunct)
    }
  }

  /// Whether it is a path of this table's records; one of a query around is a parameter.
  private func isPath(_ id: ColumnID) -> Bool {
    if case .path? = table.source(id) { true } else { false }
  }

  var summary: String { "Scan events" }

  var details: [String] {
    var lines: [String] = []
    if !conditionTexts.isEmpty { lines.append("where \(conditionTexts.conjunction())") }
    if let range = TimeBound.all(bounds.map(\.bound)).description { lines.append("time \(range)") }
    let names = table.columns.map { column in
      switch column.source {
      case .path(let path): path.description
      case .element(let path, let steps): path.description + steps.map(\.description).joined()
      case .count(let path): "cardinality(\(path.description))"
      case .elements(let form): form.text
      case .virtual(let column): column.description
      }
    }
    lines.append("reads \(names.isEmpty ? "no column" : names.joined(separator: ", "))")
    return lines
  }

  var inputs: [any Operator] { [] }

  func addTypes(to types: inout [ColumnID: ResultType]) {
    for column in table.columns { types[column.id] = ResultType(column.source) }
  }

  /// Rows of a row group that time allows, before conditions are evaluated.
  struct Candidate: Sendable {
    let segment: ScanSegment
    let filter: RowFilter?
    /// What the rows must have somewhere.
    let search: ValueSearch?
    let rowGroup: Int
    /// With a filter also those that marks hide: conditions take a run of rows without looking at each of them, and
    /// in most segments that came one by one a few rows are hidden.
    let rows: Positions

    /// Rows that no mark hides.
    var unmarkedRowCount: Int { segment.reader.unmarked(rows, in: rowGroup).count }
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let candidates = try candidates(context)
    let threads = max(1, context.options.threads)
    if candidates.count < threads * Self.fewRowGroups, threads > 1 {
      _ = try runSlices(candidates, context, work, take)
      return
    }
    var start = 0
    // Of wide ones few at first, so that a LIMIT ends soon.
    var wideCount = threads
    while start < candidates.count {
      // Those that are read whole go together, and those that are read in slices.
      let isWide = try isWide(candidates[start], context)
      let last = min(start + (isWide ? wideCount : threads * Self.longestRun), candidates.count)
      var end = start + 1
      while end < last, try self.isWide(candidates[end], context) == isWide { end += 1 }
      let part = candidates[start..<end]
      start = end
      if isWide {
        if try !runSlices(Array(part), context, work, take) { return }
        wideCount = min(wideCount * 4, threads * Self.largestWindow)
        continue
      }
      let goesOn = try parallelVisit(
        count: part.count, threads: threads, window: threads * Self.largestWindow
      ) { [self] index -> Result? in
        try context.check()
        let rows = try scan(part[part.startIndex + index], context)
        return try rows.flatMap { try batch($0, context) }.map(work)
      } _: { result in
        try result.map(take) ?? true
      }
      if !goesOn { return }
    }
  }

  private func isWide(_ candidate: Candidate, _ context: ExecutionContext) throws -> Bool {
    try isWide(candidate.rows.count, of: candidate.segment, context)
  }

  /// How many rows of a segment go together: fewer of wide ones.
  private func rowCount(of segment: ScanSegment, _ context: ExecutionContext) throws -> Int {
    let byteCount = try segment.widths.byteCount(table.columns.map(\.source))
    return max(Self.leastRowCount, context.rowCount(atMost: .max, rowByteCount: byteCount))
  }

  /// Whether so many rows of a segment are too many to go together.
  private func isWide(_ count: Int, of segment: ScanSegment, _ context: ExecutionContext) throws -> Bool {
    // What rows take is looked up by column, which would be most of the work for a needle's.
    try count > Self.leastRowCount && count > rowCount(of: segment, context)
  }

  /// Row groups are read in slices where there are few of them, so that all threads have work, and where their rows
  /// are wide.
  private func runSlices<Result: Sendable>(
    _ candidates: [Candidate], _ context: ExecutionContext,
    _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws -> Bool {
    let threads = max(1, context.options.threads)
    let scans = try parallelMap(count: candidates.count, threads: threads) { [self] in
      try scan(candidates[$0], context)
    }
    var isWide = false
    let slices = try scans.compactMap { $0 }.flatMap { scan -> [ScanRows] in
      var size = scan.rows.count
      if candidates.count < threads * Self.fewRowGroups, threads > 1 {
        size = max(Self.sliceRowCount, size / (threads * Self.fewRowGroups) + 1)
      }
      if try self.isWide(size, of: scan.segment, context) {
        (size, isWide) = (try rowCount(of: scan.segment, context), true)
      }
      if scan.rows.count <= size { return [scan] }
      return stride(from: 0, to: scan.rows.count, by: size).map { start in
        scan.subset(.run(start..<min(start + size, scan.rows.count)))
      }
    }
    let window = threads * (isWide ? Self.wideWindow : Self.largestWindow)
    return try parallelVisit(count: slices.count, threads: threads, window: window) {
      [self, slices] index -> Result? in
      try context.check()
      return try batch(slices[index], context).map(work)
    } _: { result in
      try result.map(take) ?? true
    }
  }

  /// Fewer rows are not worth finding them.
  private static let leastRowCount = 256
  /// Slices of wide rows in flight for each thread.
  private static let wideWindow = 2
  /// Row groups for each thread below which rows are divided.
  private static let fewRowGroups = 2
  /// Rows that are worth a thread's start.
  private static let sliceRowCount = 2048
  /// Row groups in flight for each thread.
  private static let largestWindow = 8
  /// Row groups for each thread among which is looked for those that go together.
  private static let longestRun = 64

  func candidates(_ context: ExecutionContext) throws -> [Candidate] {
    let options = context.options
    let hard = TimePruning(since: options.since, until: options.until)
    let soft = TimeBound.all(bounds.map(\.bound))
    let segments = context.archive.segmentsInOrder
    let reads = context.reads(of: self)
    reads.update { $0.segments += segments.count }
    if conjuncts.contains(where: { $0.constant.map { $0.truth != true } ?? false }) { return [] }
    var wanted: [(number: Int, entry: ArchiveSegment)] = []
    for (number, entry) in segments.enumerated() {
      if let part = options.part, part.rowGroups(of: entry).isEmpty { continue }
      if options.isUndated, entry.untimedRowCount == 0 { continue }
      let hasLate = options.usesLogstashTime && entry.untimedRowCount > 0
      if !hard.isUnbounded, !hard.overlaps(minimum: entry.minimumTime, maximum: entry.maximumTime), !hasLate {
        reads.update { $0.segmentsOutsideTime += 1 }
        continue
      }
      if options.mode.usesPruning, entry.untimedRowCount == 0,
        !soft.widened.overlaps(minimum: entry.minimumTime, maximum: entry.maximumTime),
        !soft.widened.isUnbounded
      {
        reads.update { $0.segmentsOutsideTime += 1 }
        continue
      }
      wanted.append((number, entry))
    }
    let opened = wanted
    let conditions = Conditions(self, context)
    // Segments that are open are asked what is at hand, which is less for a few than a thread's start.
    let isLittle = opened.count <= Self.fewSegments && opened.allSatisfy { context.archive.isOpen($0.entry) }
    return try parallelMap(count: opened.count, threads: isLittle ? 1 : options.threads) { [self] index in
      let (number, entry) = opened[index]
      let reader = try context.archive.open(entry, statistics: reads.reads)
      reads.update {
        $0.segmentsRead += 1
        $0.rowGroups += reader.footer.rowGroups.count
      }
      let segment = ScanSegment(
        reader, number: number, archive: context.archive.snapshots[entry.archive].path,
        options)
      let rowGroups = context.options.part?.rowGroups(of: entry)
      return try self.candidates(segment, among: rowGroups, conditions, hard, soft, context)
    }.flatMap { $0 }
  }

  /// Segments that one thread asks.
  private static let fewSegments = 16

  /// What rows must satisfy, with and without the conditions that bound the time.
  private struct Conditions {
    let onPaths: RowCondition?
    let onAll: RowCondition?

    init(_ scan: ScanOperator, _ context: ExecutionContext) {
      func condition(_ conjuncts: [BoundExpression]) -> RowCondition? {
        if conjuncts.isEmpty { return nil }
        return RowCondition(
          conjuncts, mode: context.options.mode, cancellation: context.options.cancellation)
      }
      onPaths = condition(scan.conjuncts)
      onAll = scan.bounds.isEmpty ? onPaths : condition(scan.conjuncts + scan.bounds.map(\.conjunct))
    }
  }

  private func candidates(
    _ segment: ScanSegment, among rowGroups: [Range<Int>]?, _ conditions: Conditions, _ hard: TimePruning,
    _ soft: TimeBound, _ context: ExecutionContext
  ) throws -> [Candidate] {
    let reader = segment.reader
    let reads = context.reads(of: self)
    let mode = context.options.mode
    let onPaths = conditions.onPaths.map { RowFilter($0, reader) }
    let onAll = bounds.isEmpty ? onPaths : conditions.onAll.map { RowFilter($0, reader) }
    if let onPaths, try !onPaths.mayPass() {
      reads.update { $0.rowGroupsRuledOut += reader.footer.rowGroups.count }
      return []
    }
    let search = try context.options.finder.map { try ValueSearch(reader, $0) }
    var candidates: [Candidate] = []
    for (rowGroup, group) in reader.footer.rowGroups.enumerated() {
      if let rowGroups, !rowGroups.contains(where: { $0.contains(rowGroup) }) { continue }
      let allowed = try hard.rows(of: rowGroup, in: reader)
      // Rows without eventTime that another time puts into the range.
      let late =
        context.options.usesLogstashTime && !hard.isUnbounded && group.untimedRowCount > 0
        ? try LogstashTime.rows(of: rowGroup, in: reader, within: hard) : []
      if allowed.isEmpty, late.isEmpty {
        reads.update { $0.rowGroupsOutsideTime += 1 }
        continue
      }
      var rows: Positions
      var filter = onAll
      if context.options.isUndated {
        rows = try LogstashTime.undatedRows(
          of: rowGroup, in: reader, isUsed: context.options.usesLogstashTime)
      } else if bounds.isEmpty || !mode.usesPruning {
        rows = .run(allowed)
      } else if group.untimedRowCount == 0, group.hasExactTimes {
        rows = .run(allowed.clamped(to: try soft.exact.rows(of: rowGroup, in: reader)))
        filter = onPaths
      } else {
        let untimed =
          !allowed.isEmpty && allowed.lowerBound < group.untimedRowCount ? group.untimedRowCount : 0
        let range = allowed.clamped(to: try soft.widened.rows(of: rowGroup, in: reader))
        // Rows without a readable time stand before the range.
        let timed = max(range.lowerBound, untimed)..<max(range.upperBound, untimed)
        rows =
          untimed > 0 ? Positions((0..<untimed).map { UInt32($0) } + timed.map { UInt32($0) }) : .run(range)
      }
      if !late.isEmpty { rows = Positions(late + rows.list) }
      let unmarked = reader.unmarked(rows, in: rowGroup)
      if unmarked.isEmpty {
        reads.update { $0.rowGroupsOutsideTime += 1 }
        continue
      }
      if filter == nil { rows = unmarked }
      candidates.append(
        Candidate(segment: segment, filter: filter, search: search, rowGroup: rowGroup, rows: rows))
    }
    return candidates
  }

  /// The rows of a candidate that pass what storage evaluates; nil for none.
  private func scan(_ candidate: Candidate, _ context: ExecutionContext) throws -> ScanRows? {
    var rows: Positions
    let reads = context.reads(of: self)
    if let filter = candidate.filter {
      let wasRead: Bool
      (rows, wasRead) = try filter.filter(candidate.rowGroup, candidate.rows)
      rows = candidate.segment.reader.unmarked(rows, in: candidate.rowGroup)
      reads.update { if wasRead { $0.rowGroupsRead += 1 } else { $0.rowGroupsRuledOut += 1 } }
    } else {
      rows = candidate.rows
      reads.update { $0.rowGroupsRead += 1 }
    }
    rows = try candidate.segment.reader.unshared(rows, in: candidate.rowGroup)
    var found: FoundRows?
    if let search = candidate.search, !rows.isEmpty {
      let some = try context.options.cancellation.during { try search.found(rows, in: candidate.rowGroup) }
      (rows, found) = (some.rows, some)
    }
    if rows.isEmpty { return nil }
    return ScanRows(candidate.segment, rowGroup: candidate.rowGroup, rows: rows, found: found)
  }

  /// A batch of the rows that pass the other conditions too; nil for none.
  private func batch(_ scan: ScanRows, _ context: ExecutionContext) throws -> Batch? {
    var batch = Batch(rowCount: scan.rows.count)
    for (id, source) in table.columns { batch.columns[id] = Column(scan, source) }
    for conjunct in others {
      batch = batch.select(try conjunct.selection(batch, context))
      if batch.rowCount == 0 { return nil }
    }
    return batch
  }
}

extension BoundPath {
  /// The path as people write it.
  var description: String {
    names.isEmpty
      ? "eventJson" : names.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: ".")
  }
}

extension ValueStep {
  /// The step as people write it behind a path.
  fileprivate var description: String {
    switch self {
    case .name(let name): "." + String(decoding: name.bytes, as: UTF8.self)
    case .element(let index): "[\(index)]"
    case .nameOrElement(let name, _): "['\(String(decoding: name.bytes, as: UTF8.self))']"
    case .anyElement: "[]"
    case .document, .scalar: ""
    }
  }
}
