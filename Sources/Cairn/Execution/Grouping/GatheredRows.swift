import CairnStorage

/// The rows that an aggregate takes one by one, in their order or in one of its own, or once each (`array_agg`,
/// `listagg`), with the group of each. Their columns stay as they came: values are made when a group comes out.
struct GatheredRows: Sendable {
  /// Rows of a batch.
  private struct Part: Sendable {
    var groups: [UInt32]
    /// Of what is taken once: the numbers of the arguments' values, by argument and row.
    var numbers: [[UInt32]] = []
    /// Arguments and what they are ordered by.
    var columns: [ColumnID: Vector]

    /// Some of the rows.
    mutating func keep(_ rows: [UInt32], _ groups: [UInt32]) {
      if rows.count < self.groups.count { columns = columns.mapValues { $0.gathered(rows).compacted } }
      self.groups = groups
      numbers = []
    }

    var heldByteCount: Int { columns.values.reduce(0) { $0 + $1.heldByteCount } }
  }

  private var parts: [Part] = []
  /// Combinations of arguments, and those that groups have taken.
  private var combinations: CombinationNumbers
  private var taken = PairNumbers()
  private var takenCount: UInt32 = 0
  /// How large each group's result is, of functions that collect values.
  private var sizes: [CollectedSize] = []
  private var sorted: Sorted?

  /// The rows group by group, each group's in order.
  private struct Sorted: Sendable {
    let store: RowStore
    let rows: [UInt32]
    /// Where each group's rows begin, and where the last one's end.
    let starts: [Int]
  }

  init(_ call: AggregateCall) { combinations = CombinationNumbers(keyCount: call.arguments.count) }

  /// The rows of a batch.
  init(_ call: AggregateCall, _ batch: Batch, _ groups: LocalGroups, _ interner: ValueInterner) throws {
    self.init(call)
    var rows = (0..<UInt32(truncatingIfNeeded: batch.rowCount)).map { $0 }
    var codes: [CodeColumn] = []
    if call.isTakenOnce {
      codes = try call.arguments.map {
        try batch.columns[$0]?.codes(count: batch.rowCount)
          ?? CodeColumn(.constant(.null), count: batch.rowCount)
      }
      rows = codes.reduce(groups) { LocalGroups($0, by: $1) }.firstRows
    }
    if call.function.skipsNull, let first = call.arguments.first {
      let nulls = try batch.columns[first]?.nulls(count: batch.rowCount)
      rows = rows.filter { nulls?[Int($0)] == false }
    }
    let numbers = try codes.map { try interner.numbers(of: $0, codes: $0.codes(ofRows: rows)) }
    let source = batch.select(rows)
    var columns: [ColumnID: Vector] = [:]
    for id in call.arguments + call.ordering.map(\.column) {
      columns[id] = try source.columns[id]?.vector() ?? .constant(.null)
    }
    parts = [Part(groups: rows.map { groups.numbers[Int($0)] }, numbers: numbers, columns: columns)]
  }

  mutating func addGroups(_ count: Int) { sizes += repeatElement(CollectedSize(), count: count) }

  // MARK: Gathering

  /// What a pair of a group and a value takes that is taken once.
  private static let pairByteCount = 32

  /// Takes in later rows: `targets[i]` is where their group `i` goes. Gives the bytes that this adds, roughly.
  mutating func merge(_ later: GatheredRows, _ targets: [Int], _ call: AggregateCall) -> Int {
    var added = 0
    for var part in later.parts {
      let combined = part.numbers.isEmpty ? [] : combinations.numbers(part.numbers, count: part.groups.count)
      let byteCounts = call.boundedArgument.flatMap { part.columns[$0] }?.byteCounts(
        call.function.collects, rowCount: part.groups.count)
      var rows: [UInt32] = []
      var groups: [UInt32] = []
      rows.reserveCapacity(part.groups.count)
      groups.reserveCapacity(part.groups.count)
      for (row, group) in part.groups.enumerated() {
        let target = targets[Int(group)]
        if !combined.isEmpty {
          let known = taken.number(of: UInt64(target) << 32 | UInt64(combined[row]), next: takenCount)
          if known != takenCount { continue }
          takenCount += 1
          added += Self.pairByteCount
        }
        if let byteCounts {
          // What is beyond the limits is NULL, however much follows.
          if !sizes[target].isOver { sizes[target].add(byteCounts[row], as: call.function.collects) }
          if sizes[target].isOver { continue }
        }
        rows.append(UInt32(truncatingIfNeeded: row))
        groups.append(UInt32(truncatingIfNeeded: target))
      }
      if rows.isEmpty { continue }
      part.keep(rows, groups)
      added += part.heldByteCount + rows.count * Self.rowByteCount(call)
      parts.append(part)
    }
    return added
  }

  /// What a row takes beside its values: its group and what putting it in order needs.
  private static func rowByteCount(_ call: AggregateCall) -> Int {
    MemoryLayout<UInt32>.size + RadixOrder.rowByteCount + call.ordering.count * MemoryLayout<Int64>.size
  }

  // MARK: Results

  /// Puts the rows of `groupCount` groups in order, once all are there.
  mutating func sort(_ call: AggregateCall, groupCount: Int, threads: Int) throws {
    let batches = parts.map { part in
      Batch(rowCount: part.groups.count, columns: part.columns.mapValues { Column($0) })
    }
    let groups = parts.flatMap(\.groups)
    let order = try OrderedRows(batches, call.ordering, in: groups, threads: threads).rows
    var starts = [Int](repeating: 0, count: groupCount + 1)
    for group in groups { starts[Int(group) + 1] += 1 }
    for group in 0..<groupCount { starts[group + 1] += starts[group] }
    sorted = Sorted(store: RowStore(batches), rows: order, starts: starts)
    parts = []
  }

  /// The results of some groups.
  func results(_ call: AggregateCall, _ range: Range<Int>) throws -> Vector {
    guard let sorted else { return .constant(.null) }
    let first = sorted.starts[range.lowerBound]
    let rows = sorted.rows[first..<sorted.starts[range.upperBound]].map { Int($0) }
    let batch = sorted.store.batch(rows, isWhole: true)
    let vectors = try call.arguments.map { try batch.columns[$0]?.vector() ?? .constant(.null) }
    let places = range.map { group in
      sizes[group].isOver ? nil : sorted.starts[group] - first..<sorted.starts[group + 1] - first
    }
    let isWanted =
      call.isDistinct && !call.isTakenOnce
      ? try Self.firstOfEach(vectors.map { CodeColumn($0, count: rows.count) }, places) : nil
    let groups = Groups(rowCount: rows.count, places: places, isWanted: isWanted)
    switch (call.function.collects, vectors.first) {
    case (.array, let values?): return groups.arrays(values, isBounded: call.boundedArgument != nil)
    case (.text(let separator), let values?):
      return groups.joined(values, vectors.dropFirst().first, separator)
    default: return groups.states(call, vectors)
    }
  }

  /// Whether each row has another combination of arguments than the rows before it in its place.
  private static func firstOfEach(_ arguments: [CodeColumn], _ places: [Range<Int>?]) throws -> [Bool] {
    let interner = ValueInterner()
    let rows = (0..<UInt32(truncatingIfNeeded: places.compactMap { $0?.upperBound }.max() ?? 0)).map { $0 }
    let numbers = try arguments.map { try interner.numbers(of: $0, codes: $0.codes(ofRows: rows)) }
    var combinations = CombinationNumbers(keyCount: arguments.count)
    let combined = combinations.numbers(numbers, count: rows.count)
    var isFirst = [Bool](repeating: false, count: rows.count)
    var seen = PairNumbers(capacity: rows.count)
    var count: UInt32 = 0
    for (group, place) in places.enumerated() {
      for row in place ?? 0..<0 {
        isFirst[row] = seen.number(of: UInt64(group) << 32 | UInt64(combined[row]), next: count) == count
        if isFirst[row] { count += 1 }
      }
    }
    return isFirst
  }

  /// Groups whose rows stand together, in order.
  private struct Groups {
    let rowCount: Int
    /// Where each group's rows are; nil where its result is too large.
    let places: [Range<Int>?]
    /// Which rows are taken; nil for all.
    let isWanted: [Bool]?

    @inline(__always)
    private func eachRow(_ place: Range<Int>, _ body: (Int) -> Void) {
      for row in place where isWanted?[row] != false { body(row) }
    }

    /// - Parameter isBounded: whether what is too large has been told before.
    func arrays(_ values: Vector, isBounded: Bool) -> Vector {
      let coded = values.coded(count: rowCount)
      return .plain(
        places.map { place in
          guard let place else { return .null }
          var size = CollectedSize()
          var items: [EngineValue] = []
          items.reserveCapacity(place.count)
          eachRow(place) { row in
            let value = coded.entries[Int(coded.codes[row])]
            if !isBounded { size.add(value) }
            items.append(value)
          }
          return items.isEmpty || size.isOver ? .null : .array(items)
        })
    }

    /// Texts with a separator between them; NULL where there is none, and beyond the limit (S86).
    func joined(_ values: Vector, _ given: Vector?, _ separator: [UInt8]) -> Vector {
      if case .texts(let texts) = values {
        let (entries, null) = (texts.entries, texts.null)
        return withExtendedLifetime(texts) {
          joined(given, separator) { texts.codes[$0] == null ? nil : entries[Int(texts.codes[$0])] }
        }
      }
      // The entries' texts end to end.
      let coded = values.coded(count: rowCount)
      let table = StringTable(entryCapacity: coded.entries.count)
      var places = [Int](repeating: -1, count: coded.entries.count)
      for (entry, value) in coded.entries.enumerated() {
        guard let text = value.text else { continue }
        places[entry] = table.count
        table.append(text)
      }
      return withExtendedLifetime(table) {
        joined(given, separator) { row in
          let place = places[Int(coded.codes[row])]
          return place < 0 ? nil : table[place]
        }
      }
    }

    @inline(__always)
    private func joined(
      _ given: Vector?, _ separator: [UInt8], _ text: (Int) -> UnsafeBufferPointer<UInt8>?
    ) -> Vector {
      let separators = given?.coded(count: rowCount)
      let separatorTexts = separators?.entries.map(\.text) ?? []
      var heap = RawVector<UInt8>()
      var ends = RawVector<UInt64>(capacity: places.count)
      var codes: [UInt32] = []
      for place in places {
        let start = heap.count
        var separator = separator
        var (isEmpty, isOver) = (true, place == nil)
        eachRow(place ?? 0..<0) { row in
          guard !isOver, let text = text(row) else { return }
          if let separators, let own = separatorTexts[Int(separators.codes[row])] { separator = own }
          if !isEmpty { heap.append(contentsOf: separator) }
          heap.append(contentsOf: text)
          (isEmpty, isOver) = (false, heap.count - start > ResultLimits.textByteCount)
        }
        if isEmpty || isOver {
          heap.truncate(to: start)
          codes.append(.max)
        } else {
          codes.append(UInt32(truncatingIfNeeded: ends.count))
          ends.append(UInt64(heap.count))
        }
      }
      let null = UInt32(truncatingIfNeeded: ends.count)
      return .texts(
        Vector.Texts(
          StringTable(heap: heap, ends: ends), codes: codes.map { $0 == .max ? null : $0 }, isTyped: true))
    }

    /// What other functions make of the rows one by one.
    func states(_ call: AggregateCall, _ vectors: [Vector]) -> Vector {
      let arguments = vectors.map { $0.coded(count: rowCount) }
      return .plain(
        places.map { place in
          var state = call.function.make()
          eachRow(place ?? 0..<0) { row in
            state.add(arguments.map { $0.entries[Int($0.codes[row])] }, times: 1)
          }
          return state.result
        })
    }
  }
}

extension AggregateCall {
  /// Whether its rows are kept until its groups come out.
  var isGathered: Bool {
    !isPlainCount && !isDistinctCount && (isDistinct || !ordering.isEmpty || function.collects != nil)
  }

  /// Whether combinations of arguments are taken once as they come.
  var isTakenOnce: Bool { isDistinct && ordering.isEmpty }

  /// What makes a result too large, where what is taken is known as it comes.
  var boundedArgument: ColumnID? {
    function.collects == nil || isDistinct && !isTakenOnce ? nil : arguments.first
  }
}

extension Vector {
  /// What each row's value takes in a result of a form; nil where that is beyond every limit.
  fileprivate func byteCounts(_ form: CollectedForm?, rowCount: Int) -> [Int?] {
    func byteCount(_ value: EngineValue) -> Int? {
      if case .text = form { return value.text?.count ?? 0 }
      return value.byteCount(depth: ResultLimits.nesting - 1)
    }
    switch self {
    case .coded(let coded):
      let byEntry = coded.entries.map(byteCount)
      return coded.codes.map { byEntry[Int($0)] }
    case .texts(let texts):
      let (entries, null) = (texts.entries, texts.null)
      let (ofText, ofNull) = (byteCount(.text([])) ?? 0, byteCount(.null))
      return withExtendedLifetime(texts) {
        texts.codes.map { $0 == null ? ofNull : entries[Int($0)].count + ofText }
      }
    case .plain(let values): return values.map(byteCount)
    case .constant(let value): return Array(repeating: byteCount(value), count: rowCount)
    case .times, .timestamps, .wholes, .doubles: return (0..<rowCount).map { byteCount(self[$0]) }
    }
  }

  /// The same without entries that no row has, where these are most of them.
  fileprivate var compacted: Vector {
    guard case .coded(let coded) = self, coded.codes.count < coded.entries.count / 2 else { return self }
    return .coded(
      Vector.Coded(
        entries: coded.codes.map { coded.entries[Int($0)] },
        codes: coded.codes.indices.map { UInt32(truncatingIfNeeded: $0) }))
  }
}
