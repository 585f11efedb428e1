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

  /// Adds what another thread may not have found yet: verdicts of the entries `ids[place]` at the places `open`.
  func add(_ found: [UInt8], of ids: [UInt32], at open: [Int], column: Int, entryCount: Int) {
    lock.withLock {
      // Taken out, so that it is changed in place.
      var list = verdicts.removeValue(forKey: column) ?? [UInt8](repeating: Self.unknown, count: entryCount)
      for place in open { list[Int(ids[place])] = found[place] }
      verdicts[column] = list
    }
  }
}

/// Evaluates a predicate on the encoded columns of one row group.
///
/// What word lists and dictionaries decide is decided from them: codes are read only where some values of the
/// chunk pass and some do not.
package struct ColumnFilter {
  private let group: RowGroupPaths

  package var rowGroup: Int { group.rowGroup }

  package init(_ reader: SegmentReader, rowGroup: Int) throws {
    group = RowGroupPaths(reader, rowGroup: rowGroup)
  }

  /// False only where no row of the row group can pass, told from word lists, dictionaries and membership
  /// indexes: no chunk is read.
  package func mayPass(_ predicate: ColumnPredicate) throws -> Bool {
    for target in try group.targets(predicate.path) {
      switch target {
      case .missing, .literal, .composite, .object: if isWanted(target, predicate) { return true }
      case .value(let index):
        guard let needles = predicate.needles else { return true }
        let column = try group.reader.column(index)
        if column.info.kind == .string, try column.mayContain(needles, in: group.rowGroup) { return true }
      // Needles are strings: no other value passes.
      }
    }
    return false
  }

  /// The rows of `rows` (ascending) that pass, ascending.
  ///
  /// - Parameters:
  ///   - search: finds the objects that can pass, before they are rebuilt; nil to rebuild all.
  ///   - usesDictionary: false to judge every value on its own, for tests.
  package func filter(
    _ predicate: ColumnPredicate, rows candidates: Positions, cache: VerdictCache,
    search: RecordSearch? = nil,
    usesDictionary: Bool = true
  ) throws -> Positions {
    if usesDictionary, let rows = try filterValues(predicate, candidates, cache) { return rows }
    var passed: [Positions] = []
    var composite: [Positions] = []
    try group.visit(predicate.path, rows: candidates, isWanted: { isWanted($0, predicate) }) { part in
      switch part.target {
      case .missing, .object, .literal: passed.append(part.members)
      case .composite:
        if predicate.wantsStringsOnly || predicate.compositeVerdict == true {
          passed.append(part.members)
        } else {
          composite.append(part.members)
        }
      case .value(let index):
        let column = try group.reader.column(index)
        try group.check(part.positions, in: column)
        let matches =
          usesDictionary
          ? try judge(predicate, column, part.positions, cache)
          : try judgeEach(predicate, column, part.positions)
        if matches.count > 0 { passed.append(part.members.select(matches)) }
      }
    }
    var objects = Self.union(composite)
    if let search {
      let found = try search.search(candidates.select(objects), in: group.rowGroup)
      objects = objects.select(found.indices)
      if found.isCertain {
        passed.append(objects)
        objects = .run(0..<0)
      }
    }
    let texts = try group.texts(predicate.path, rows: candidates.select(objects))
    let matches = texts.indices.filter { predicate.passes(texts[$0]) }.map { UInt32($0) }
    if !matches.isEmpty { passed.append(objects.select(.listed(matches))) }
    return candidates.select(Self.union(passed))
  }

  /// The same where only values of one column can pass: they are judged first, and only the rows of those that
  /// pass are looked for, so that rare values cost what they are and not what the rows are. Nil where that is not
  /// so, or the candidates are no run.
  private func filterValues(
    _ predicate: ColumnPredicate, _ candidates: Positions, _ cache: VerdictCache
  ) throws -> Positions? {
    guard case .run(let range) = candidates, !range.isEmpty,
      let sole = try group.soleColumn(predicate.path, isWanted: { isWanted($0, predicate) })
    else { return nil }
    let values = Positions.run(sole.ranks.rank(of: range.lowerBound)..<sole.ranks.rank(of: range.upperBound))
    let matches = try judge(predicate, sole.column, values, cache)
    if matches.count == 0 { return .run(0..<0) }
    return Positions(
      sole.ranks.instances(ofFirstValues: values.select(matches), sole.route.placeOfCode, sole.place))
  }

  /// Whether rows of the target can pass, as far as the target tells.
  private func isWanted(_ target: PathTable.Target, _ predicate: ColumnPredicate) -> Bool {
    switch target {
    case .missing: predicate.passes(.missing)
    case .literal(let kind): predicate.passes(RowGroupPaths.literal(kind))
    case .composite:
      predicate.compositeVerdict ?? (!predicate.wantsStringsOnly || predicate.passes(.missing))
    case .object, .value: true
    }
  }

  /// All positions of disjoint parts.
  private static func union(_ parts: [Positions]) -> Positions {
    if parts.count <= 1 { return parts.first ?? .run(0..<0) }
    return Positions(parts.flatMap(\.list).sorted())
  }

  /// Indices into `positions` of the values that pass.
  private func judge(
    _ predicate: ColumnPredicate, _ column: ColumnReader, _ positions: Positions, _ cache: VerdictCache
  ) throws -> Positions {
    if column.info.kind == .integer { return try judgeIntegers(predicate, column, positions) }
    if let list = try column.wordList(in: group.rowGroup), !list.isEmpty {
      let verdicts = try entryVerdicts(predicate, column, list, cache)
      let passing = verdicts.reduce(0) { $0 + Int($1) }
      if passing == 0 { return .run(0..<0) }
      if passing == verdicts.count { return .run(0..<positions.count) }
      return try column.words(in: group.rowGroup).indices(of: positions, passing: verdicts)
    }
    if let needles = predicate.needles {
      guard column.info.kind == .string, try column.mayContain(needles, in: group.rowGroup) else {
        return .run(0..<0)
      }
      if let matches = try column.tokenMatches(needles, in: group.rowGroup) {
        return positions.indices(of: matches)
      }
    }
    if let seconds = try column.seconds(in: group.rowGroup, rowSeconds: group.rowSeconds) {
      return try judgeSeconds(predicate, seconds, positions)
    }
    return try judgeEach(predicate, column, positions)
  }

  /// 1 for each entry of the chunk's word list that passes, else 0. Each entry is judged once a segment.
  private func entryVerdicts(
    _ predicate: ColumnPredicate, _ column: ColumnReader, _ list: [UInt32], _ cache: VerdictCache
  ) throws -> [UInt8] {
    if let needles = predicate.needles {
      var verdicts = [UInt8](repeating: 0, count: list.count)
      guard column.info.kind == .string else { return verdicts }
      for id in try column.ids(of: needles) {
        let code = list.partitioningIndex { $0 >= id }
        if code < list.count, list[code] == id { verdicts[code] = 1 }
      }
      return verdicts
    }
    let entryCount = column.directory.entryCount
    guard list.last.map({ Int($0) < entryCount }) ?? true else { throw group.damaged("a value has no entry") }
    let known = cache.known(column: column.metadata.index, entryCount: entryCount)
    var verdicts = list.map { known[Int($0)] }
    let open = verdicts.indices.filter { verdicts[$0] == VerdictCache.unknown }
    if !open.isEmpty {
      if column.info.kind == .string, let judge = predicate.textJudge?() {
        var next = 0
        try column.visitEntries(open.map { list[$0] }) { _, text in
          verdicts[open[next]] = judge(text) ? VerdictCache.passes : VerdictCache.fails
          next += 1
        }
      } else {
        for (position, value) in zip(open, try column.entryValues(open.map { list[$0] })) {
          verdicts[position] = predicate.passes(value) ? VerdictCache.passes : VerdictCache.fails
        }
      }
      cache.add(verdicts, of: list, at: open, column: column.metadata.index, entryCount: entryCount)
    }
    return verdicts.map { $0 == VerdictCache.passes ? 1 : 0 }
  }

  private func judgeIntegers(
    _ predicate: ColumnPredicate, _ column: ColumnReader, _ positions: Positions
  ) throws -> Positions {
    let values = try column.integers(in: group.rowGroup)
    var known: [Int64: Bool] = [:]
    var last: (value: Int64, verdict: Bool)?
    return positions.filter { position in
      let value = values[Int(position)]
      if let last, last.value == value { return last.verdict }
      let verdict = known[value] ?? predicate.passes(.integer(value))
      known[value] = verdict
      last = (value, verdict)
      return verdict
    }
  }

  /// Timestamps, which often repeat the one before: each different neighbour is spelled once.
  private func judgeSeconds(
    _ predicate: ColumnPredicate, _ seconds: [Int64], _ positions: Positions
  ) throws -> Positions {
    var last: (value: Int64, verdict: Bool)?
    return try positions.filter { position in
      let value = seconds[Int(position)]
      if let last, last.value == value { return last.verdict }
      guard let text = TimestampStrings.text(value) else {
        throw group.damaged("timestamp outside the years 1 to 9999")
      }
      let verdict = predicate.passes(.string(text))
      last = (value, verdict)
      return verdict
    }
  }

  private func judgeEach(
    _ predicate: ColumnPredicate, _ column: ColumnReader, _ positions: Positions
  ) throws -> Positions {
    if column.info.kind == .integer {
      let values = try column.integers(in: group.rowGroup)
      return positions.filter { predicate.passes(.integer(values[Int($0)])) }
    }
    let vector = try group.strings(column, positions)
    if column.info.kind == .string, let judge = predicate.textJudge?() {
      var passing: [UInt32] = []
      for index in 0..<vector.count where judge(vector.table[vector.entry(index)]) {
        passing.append(UInt32(truncatingIfNeeded: index))
      }
      return .listed(passing)
    }
    let isNumber = column.info.kind == .number
    return .listed(
      (0..<vector.count).filter {
        predicate.passes(RowGroupPaths.value(vector.table, vector.entry($0), isNumber: isNumber))
      }.map { UInt32($0) })
  }
}

extension Positions {
  /// Indices of the positions that satisfy `isWanted`.
  fileprivate func filter(_ isWanted: (UInt32) throws -> Bool) rethrows -> Positions {
    var found: [UInt32] = []
    for index in 0..<count where try isWanted(self[index]) { found.append(UInt32(truncatingIfNeeded: index)) }
    return Positions(found)
  }

  /// Indices of those of the ascending `wanted` positions that are among these.
  fileprivate func indices(of wanted: [UInt32]) -> Positions {
    switch self {
    case .run(let range):
      return .listed(
        wanted.filter { range.contains(Int($0)) }.map { $0 - UInt32(truncatingIfNeeded: range.lowerBound) })
    case .listed(let list):
      return .listed(
        wanted.compactMap { position in
          let index = list.partitioningIndex { $0 >= position }
          return index < list.count && list[index] == position ? UInt32(index) : nil
        })
    }
  }
}
