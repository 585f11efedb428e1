/// Verdicts of one predicate on the dictionary entries of one segment, by column: each entry is judged once,
/// whatever the number of row groups and threads.
package final class VerdictCache: @unchecked Sendable {
  private let lock = Lock()
  private var verdicts: [Int: [UInt8]] = [:]

  package init() {}

  static let unknown: UInt8 = 0
  static let fails: UInt8 = 1
  static let passes: UInt8 = 2

  func known(column: Int, entryCount: Int) -> [UInt8] {
    lock.withLock { verdicts[column] ?? [UInt8](repeating: Self.unknown, count: entryCount) }
  }

  /// Adds what another thread may not have found yet.
  func add(_ found: [(id: Int, verdict: UInt8)], column: Int, entryCount: Int) {
    lock.withLock {
      for (id, verdict) in found {
        verdicts[column, default: [UInt8](repeating: Self.unknown, count: entryCount)][id] = verdict
      }
    }
  }
}

/// Evaluates a predicate on the encoded columns of one row group.
package struct ColumnFilter {
  private let group: RowGroupPaths

  package init(_ reader: SegmentReader, rowGroup: Int) throws {
    group = try RowGroupPaths(reader, rowGroup: rowGroup)
  }

  /// False only where no row of the row group can pass, told from dictionaries: no shape and no code is read.
  package func mayPass(_ predicate: ColumnPredicate) throws -> Bool {
    guard let needles = predicate.needles else { return true }
    for index in group.resolver.stringColumns(predicate.path) {
      let column = try group.reader.column(index)
      if column.chunk(of: group.rowGroup) == nil { continue }
      if try column.mayContain(needles, in: group.rowGroup) { return true }
    }
    return false
  }

  /// The rows of `rows` (ascending) that pass, ascending.
  ///
  /// - Parameter usesDictionary: false to judge every value on its own, for tests.
  package func filter(
    _ predicate: ColumnPredicate, rows: [UInt32], cache: VerdictCache, usesDictionary: Bool = true
  ) throws -> [UInt32] {
    var passed = [Bool](repeating: false, count: rows.count)
    var composite: [Int] = []
    try group.visit(predicate.path, rows: rows) { part in
      switch part.target {
      case .missing, .object:
        if predicate.passes(.missing) { for index in part.members { passed[index] = true } }
      case .literal(let kind):
        if predicate.passes(RowGroupPaths.literal(kind)) {
          for index in part.members { passed[index] = true }
        }
      case .composite:
        composite += part.members
      case .value(let column, _):
        let verdicts =
          usesDictionary
          ? try judge(predicate, column: column, part.positions, cache)
          : try group.values(column, part.positions).map(predicate.passes)
        for (index, verdict) in zip(part.members, verdicts) { passed[index] = verdict }
      }
    }
    if predicate.wantsStringsOnly {
      if predicate.passes(.missing) { for index in composite { passed[index] = true } }
      composite = []
    }
    composite.sort()
    for (index, text) in zip(composite, try group.texts(predicate.path, rows: composite.map { rows[$0] })) {
      passed[index] = predicate.passes(text)
    }
    return rows.indices.filter { passed[$0] }.map { rows[$0] }
  }

  private func judge(
    _ predicate: ColumnPredicate, column index: Int, _ positions: [UInt32], _ cache: VerdictCache
  ) throws -> [Bool] {
    let column = try group.reader.column(index)
    if column.info.kind == .integer { return try judgeIntegers(predicate, index, positions) }
    if let coded = try column.dictionaryCodes(in: group.rowGroup) {
      return try judgeCodes(predicate, column, index, coded, positions, cache)
    }
    if let needles = predicate.needles, let matches = try column.uuidMatches(needles, in: group.rowGroup) {
      let hits = Set(matches)
      return positions.map { hits.contains($0) }
    }
    let vector = try group.strings(column, positions)
    let isNumber = column.info.kind == .number
    // Neighbours are often equal: times above all.
    var last: (value: FieldValue, verdict: Bool)?
    return (0..<vector.count).map { position in
      let value = RowGroupPaths.value(vector.table, vector.entry(position), isNumber: isNumber)
      if let last, last.value == value { return last.verdict }
      let verdict = predicate.passes(value)
      last = (value, verdict)
      return verdict
    }
  }

  private func judgeIntegers(
    _ predicate: ColumnPredicate, _ column: Int, _ positions: [UInt32]
  ) throws -> [Bool] {
    var known: [FieldValue: Bool] = [:]
    return try group.values(column, positions).map { value in
      if let verdict = known[value] { return verdict }
      let verdict = predicate.passes(value)
      known[value] = verdict
      return verdict
    }
  }

  /// Each entry of the chunk's word list once, then codes against the verdicts.
  private func judgeCodes(
    _ predicate: ColumnPredicate, _ column: ColumnReader, _ index: Int, _ coded: CodedWords,
    _ positions: [UInt32], _ cache: VerdictCache
  ) throws -> [Bool] {
    if let last = positions.last, Int(last) >= coded.count {
      throw group.damaged("a value is behind its column")
    }
    let entryCount = column.directory.entryCount
    let known = cache.known(column: index, entryCount: entryCount)
    guard coded.words.last.map({ Int($0) < entryCount }) ?? true else {
      throw group.damaged("a value has no entry")
    }
    var verdicts = coded.words.map { known[Int($0)] }
    let open = verdicts.indices.filter { verdicts[$0] == VerdictCache.unknown }
    if !open.isEmpty {
      var found: [(id: Int, verdict: UInt8)] = []
      if let needles = predicate.needles {
        let ids = Set(try column.ids(of: needles))
        for position in open {
          verdicts[position] = ids.contains(coded.words[position]) ? VerdictCache.passes : VerdictCache.fails
        }
      } else {
        let isNumber = column.info.kind == .number
        let table = try column.entries(open.map { coded.words[$0] })
        for (entry, position) in open.enumerated() {
          let passes = predicate.passes(RowGroupPaths.value(table, entry, isNumber: isNumber))
          verdicts[position] = passes ? VerdictCache.passes : VerdictCache.fails
        }
      }
      for position in open { found.append((Int(coded.words[position]), verdicts[position])) }
      cache.add(found, column: index, entryCount: entryCount)
    }
    return coded.take(positions).map { verdicts[Int($0)] == VerdictCache.passes }
  }
}
