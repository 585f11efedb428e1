import CairnStorage

/// One row for each element of arrays, or entry of maps and objects, beside the columns that are there.
final class UnnestOperator: Operator {
  struct Source: Sendable {
    let expression: BoundExpression
    /// The columns that it gives: the element; its members where there are several; or key and value.
    let outputs: [ColumnID]
    /// The names of several columns, and the members that the elements are documented to have.
    var names: [PathName] = []
    var documented: [PathName] = []
  }

  private let input: any Operator
  private let sources: [Source]
  private let ordinality: ColumnID?
  /// Whether a row without elements stays, with NULLs (LEFT JOIN).
  private let keepsRows: Bool

  init(_ input: any Operator, _ sources: [Source], ordinality: ColumnID?, keepsRows: Bool) {
    self.input = input
    self.sources = sources
    self.ordinality = ordinality
    self.keepsRows = keepsRows
  }

  var summary: String { "Unnest" }
  var inputs: [any Operator] { [input] }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    try input.pull(context) { [self] batch in
      if let stored = try storedElements(batch, context) {
        return Part<Result>(batch: batch, results: try stored.map(work))
      }
      var part = Part<Result>(
        batch: batch, vectors: try sources.map { try $0.expression.vector(batch, context) })
      var isWide = false
      for _ in 0..<Self.eagerPartCount where part.next < batch.rowCount && !isWide {
        let output = try rows(batch, part.vectors, &part.next, context)
        isWide = part.next < batch.rowCount && output.rowCount < Self.outputRowCount
        if output.rowCount > 0 { part.results.append(try work(output)) }
      }
      return part
    } _: { part in
      for result in part.results {
        if try !take(result) { return false }
      }
      var next = part.next
      while next < part.batch.rowCount {
        try context.check()
        let output = try rows(part.batch, part.vectors, &next, context)
        if output.rowCount > 0, try !take(try work(output)) { return false }
      }
      return true
    }
  }

  /// Rows that are handed on together, about.
  private static let outputRowCount = 1 << 16
  /// So many times they are handed on where the batch is; what it gives beyond that comes after, so that it need not
  /// all be held.
  private static let eagerPartCount = 4

  /// What a batch gave, and the row that goes on.
  private struct Part<Result: Sendable>: Sendable {
    var results: [Result] = []
    let batch: Batch
    let vectors: [Vector]
    var next = 0

    init(batch: Batch, vectors: [Vector]) {
      self.batch = batch
      self.vectors = vectors
    }

    /// All that a batch gives.
    init(batch: Batch, results: [Result]) {
      self.init(batch: batch, vectors: [])
      self.results = results
      next = batch.rowCount
    }
  }

  /// What a batch gives where storage has the elements as columns; nil where the arrays have to be read. None of the
  /// elements is read for it.
  private func storedElements(_ batch: Batch, _ context: ExecutionContext) throws -> [Batch]? {
    guard context.options.mode.usesPruning, sources.count == 1, sources[0].outputs.count == 1,
      let array = sources[0].expression.plainMember, array.names.isEmpty,
      let (elements, counts) = try batch.columns[array.column]?.elements(),
      !keepsRows || !counts.contains(0)
    else { return nil }
    let limit = context.rowCount(
      atMost: Self.outputRowCount, rowByteCount: batch.rowByteCount + SegmentWidths.elementByteCount)
    var batches: [Batch] = []
    var rows: [UInt32] = []
    var ordinals: [Int64] = []
    var first = 0
    func give() {
      if rows.isEmpty { return }
      var output = batch.select(rows)
      let part = elements.subset(.run(first..<(first + rows.count)))
      output.columns[sources[0].outputs[0]] = Column(part, .path(BoundPath(names: [])))
      if let ordinality { output.columns[ordinality] = Column(.wholes(Vector.Numbers(ordinals))) }
      batches.append(output)
      first += rows.count
      (rows, ordinals) = ([], [])
    }
    for (row, count) in counts.enumerated() {
      for ordinal in 0..<count {
        rows.append(UInt32(truncatingIfNeeded: row))
        if ordinality != nil { ordinals.append(Int64(ordinal) + 1) }
      }
      if rows.count >= limit { give() }
    }
    give()
    return batches
  }

  /// The elements of a row where these are all that is wanted; nil where there are other columns or none of them.
  private func singleColumn(_ vectors: [Vector], _ row: Int) -> [EngineValue]? {
    guard sources.count == 1, sources[0].outputs.count == 1, case let value = vectors[0][row],
      value.entries == nil,
      let items = value.elements, !(items.isEmpty && keepsRows)
    else { return nil }
    return items
  }

  /// What some rows of a batch give, from `next` on.
  private func rows(
    _ batch: Batch, _ vectors: [Vector], _ next: inout Int, _ context: ExecutionContext
  ) throws -> Batch {
    var rows: [UInt32] = []
    var byteCount = 0
    var ordinals: [EngineValue] = []
    var values = sources.map { $0.outputs.map { _ in [EngineValue]() } }
    while next < batch.rowCount, rows.count < Self.outputRowCount, byteCount < context.batchByteLimit {
      let row = next
      next += 1
      if let items = singleColumn(vectors, row) {
        for item in items {
          byteCount += item.heldByteCount
          rows.append(UInt32(row))
        }
        if ordinality != nil { ordinals += items.indices.map { .number(.integer(Int64($0 + 1))) } }
        values[0][0] += items
        continue
      }
      let lists = zip(sources, vectors).map { $0.rows(of: $1[row]) }
      let count = lists.map(\.count).max() ?? 0
      for element in 0..<(count == 0 && keepsRows ? 1 : count) {
        rows.append(UInt32(row))
        ordinals.append(element < count ? .number(.integer(Int64(element + 1))) : .null)
        for (source, list) in lists.enumerated() {
          for column in values[source].indices {
            let value = element < list.count ? list[element][column] : .null
            byteCount += value.heldByteCount
            values[source][column].append(value)
          }
        }
      }
    }
    var output = batch.select(rows)
    for (source, columns) in zip(sources, values) {
      for (id, column) in zip(source.outputs, columns) { output.columns[id] = Column(.plain(column)) }
    }
    if let ordinality { output.columns[ordinality] = Column(.plain(ordinals)) }
    return output
  }
}

extension UnnestOperator.Source {
  /// The rows that a value gives, each with a value for each column (S67).
  fileprivate func rows(of value: EngineValue) -> [[EngineValue]] {
    if let map = value.entries {
      return map.pairs.map { outputs.count == 1 ? [$0.key] : filled([$0.key, $0.value]) }
    }
    guard let items = value.elements else { return [] }
    if outputs.count == 1 { return items.map { [$0] } }
    let objects = items.map { $0.entries }
    let isByName = isNamed(objects)
    return zip(items, objects).map { item, object in
      if case .row(let row) = item { return filled(row.values) }
      guard let object else { return filled([]) }
      if isByName { return names.map { object.value(named: $0) ?? .null } }
      if documented.isEmpty { return filled(object.values) }
      return filled(documented.map { object.value(named: $0) ?? .null })
    }
  }

  /// Whether a column has the name of a member, so that all columns are found by their names.
  private func isNamed(_ objects: [MapValue?]) -> Bool {
    names.contains { name in
      documented.contains { JSONText.isSameIgnoringCase($0.bytes, name.bytes) }
        || objects.contains { $0?.value(named: name) != nil }
    }
  }

  private func filled(_ values: [EngineValue]) -> [EngineValue] {
    let missing = max(0, outputs.count - values.count)
    return Array((values + Array(repeating: .null, count: missing)).prefix(outputs.count))
  }
}
