import CairnStorage
import CairnTestSupport
import Testing

@testable import Cairn

/// Rows in the order of keys, rows gathered by group and rows looked for among others: what comparing values one by one
/// gives, in whatever form the columns come.
struct RowOrderTests {
  private static let times = ["2025-01-01T00:00:00Z", "2025-01-01T00:00:01Z", "2024-12-31T23:59:59Z"]
  private static let words = ["", "a", "ab", "same-start-1", "same-start-2", "same-start-10", "\u{0}"]

  private static func values(_ kind: Int, _ count: Int, _ random: inout SeededGenerator) -> [EngineValue] {
    (0..<count).map { _ in
      if random.chance(9) { return .null }
      switch kind {
      case 0: return .record(.string(Array(random.pick(times).utf8)))
      case 1: return .record(.string(Array(random.pick(words).utf8)))
      case 2: return .number(.integer(Int64(random.below(4)) - 2))
      // Nearly each text once.
      case 3: return .text(Array("same-start-\(random.below(100_000))".utf8))
      default:
        return random.pick([
          .boolean(true), .record(.number([0x31])), .record(.string([0x31])), .text([0x32]),
        ])
      }
    }
  }

  /// Some values cut into batches, each in a form of its own.
  private static func vectors(
    _ values: [EngineValue], _ counts: [Int], isTime: Bool, _ random: inout SeededGenerator
  ) -> [Vector] {
    var start = 0
    return counts.map { count in
      defer { start += count }
      return BatchForms.random(Array(values[start..<start + count]), isTime: isTime, &random)
    }
  }

  private static func counts(_ rowCount: Int, _ random: inout SeededGenerator) -> [Int] {
    var counts: [Int] = []
    while counts.reduce(0, +) < rowCount {
      counts.append(min(1 + random.below(rowCount), rowCount - counts.reduce(0, +)))
    }
    return counts
  }

  @Test(arguments: 0..<120) func ordersRows(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let rowCount = random.pick([1, 2, 40, 700, 3000])
    let counts = Self.counts(rowCount, &random)
    let ids = ColumnIDs()
    var batches = counts.map { Batch(rowCount: $0) }
    var keys: [SortKey] = []
    var columns: [[EngineValue]] = []
    for _ in 0..<random.below(4) {
      let kind = random.below(5)
      let isTime = kind == 0 && random.chance(2)
      let key = SortKey(
        column: ids.make(), isDescending: random.chance(2), nullsFirst: random.chance(2), isTime: isTime)
      let values = Self.values(kind, rowCount, &random)
      for (index, vector) in Self.vectors(values, counts, isTime: isTime, &random).enumerated() {
        batches[index].columns[key.column] = Column(vector)
      }
      keys.append(key)
      columns.append(values)
    }
    let groups = random.chance(2) ? (0..<rowCount).map { _ in UInt32(random.below(3)) } : nil
    func compare(_ lhs: Int, _ rhs: Int) -> Int {
      if let groups, groups[lhs] != groups[rhs] { return groups[lhs] < groups[rhs] ? -1 : 1 }
      for (key, values) in zip(keys, columns) {
        let (left, right) = (values[lhs], values[rhs])
        if left.isNull || right.isNull {
          if left.isNull && right.isNull { continue }
          return left.isNull == key.nullsFirst ? -1 : 1
        }
        let order = ComparedValue.compare(ComparedValue(left), ComparedValue(right), isTime: key.isTime)
        if order != 0 { return key.isDescending ? -order : order }
      }
      return 0
    }
    let wanted = (0..<rowCount).sorted { lhs, rhs in
      let order = compare(lhs, rhs)
      return order != 0 ? order < 0 : lhs < rhs
    }
    let ordered = try OrderedRows(batches, keys, in: groups, threads: 2)
    #expect(ordered.rows.map { Int($0) } == wanted)
    var ties: [Range<Int>] = []
    var start = 0
    for place in 1...rowCount where place == rowCount || compare(wanted[place - 1], wanted[place]) != 0 {
      if place - start > 1 { ties.append(start..<place) }
      start = place
    }
    #expect(ordered.ties == ties)
    for limit in groups == nil ? [0, 1, 7, rowCount / 9, rowCount] : [] {
      let few = try OrderedRows(batches, keys, limit: limit, threads: 2)
      #expect(few.rows.prefix(limit).map { Int($0) } == Array(wanted.prefix(limit)), "limit \(limit)")
    }
  }

  // MARK: Rows by group

  private struct Call {
    let call: AggregateCall
    let arguments: [[EngineValue]]
    let keys: [[EngineValue]]
  }

  @Test(arguments: 0..<80) func gathersRows(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let rowCount = random.pick([1, 40, 900])
    let counts = Self.counts(rowCount, &random)
    let ids = ColumnIDs()
    var batches = counts.map { Batch(rowCount: $0) }
    func column(_ kind: Int) -> (id: ColumnID, values: [EngineValue]) {
      let id = ids.make()
      let values = Self.values(kind, rowCount, &random)
      for (index, vector) in Self.vectors(values, counts, isTime: kind == 0, &random).enumerated() {
        batches[index].columns[id] = Column(vector)
      }
      return (id, values)
    }
    let group = column(1)
    let name = random.pick(["array_agg", "listagg", "string_agg", "map_agg", "sum", "multimap_agg"])
    let function = try #require(AggregateTable.entry(name))
    let argument = column(random.below(5))
    let second = column(random.pick([1, 3]))
    let hasTwo = name.hasPrefix("m") || name.hasSuffix("t_agg") || name == "listagg" && random.chance(2)
    let isDistinct = random.chance(2)
    let ordering = (0..<random.below(3)).map { _ in
      let kind = random.below(4)
      let own = column(kind)
      let key = SortKey(
        column: own.id, isDescending: random.chance(2), nullsFirst: random.chance(2), isTime: false)
      return (key: key, values: own.values)
    }
    let flag = random.chance(2) ? column(4) : nil
    let call = AggregateCall(
      id: ids.make(), name: name, function: function,
      arguments: hasTwo ? [argument.id, second.id] : [argument.id], isDistinct: isDistinct, filter: flag?.id,
      ordering: ordering.map(\.key))
    guard call.isGathered else { return }
    let interners = AggregateInterners(keyCount: 1, callCount: 1)
    var table = GroupTable(keys: 1, [call], interners: interners.keys)
    for batch in batches {
      table.merge(try PartialGroups(batch, keys: [group.id], members: [0], calls: [call], interners))
    }
    try table.finish(threads: 2)
    let results = try table.states[0].results(call, 0..<table.count).values(count: table.count)
    let names = try table.keys[0].vector(Array(0..<table.count)).values(count: table.count)
    #expect(table.count == Set(group.values.map { $0.text }).count)
    for (key, result) in zip(names, results) {
      var rows = (0..<rowCount).filter { group.values[$0].text == key.text }
      if let flag { rows = rows.filter { flag.values[$0].truth == true } }
      if function.skipsNull { rows = rows.filter { !argument.values[$0].isNull } }
      rows.sort { lhs, rhs in
        for own in ordering {
          let order = own.key.compare(ComparedValue(own.values[lhs]), ComparedValue(own.values[rhs]))
          if order != 0 { return order < 0 }
        }
        return lhs < rhs
      }
      var state = function.make()
      var seen: Set<[GroupingKey]> = []
      for row in rows {
        let values = hasTwo ? [argument.values[row], second.values[row]] : [argument.values[row]]
        if isDistinct, !seen.insert(values.map { GroupingKey($0) }).inserted { continue }
        state.add(values, times: 1)
      }
      #expect(result == state.result, "\(name) \(key)")
    }
  }

  /// Results beyond the limits are NULL, and what led there is let go.
  @Test func gatheredRowsHaveLimits() throws {
    let ids = ColumnIDs()
    let (group, argument) = (ids.make(), ids.make())
    func call(_ name: String, isDistinct: Bool = false) throws -> AggregateCall {
      AggregateCall(
        id: ids.make(), name: name, function: try #require(AggregateTable.entry(name)),
        arguments: [argument], isDistinct: isDistinct, filter: nil, ordering: [])
    }
    let calls = [try call("array_agg"), try call("listagg"), try call("array_agg", isDistinct: true)]
    let interners = AggregateInterners(keyCount: 1, callCount: calls.count)
    var table = GroupTable(keys: 1, calls, interners: interners.keys)
    let long = EngineValue.text(Array(repeating: 0x61, count: 1 << 20))
    for part in 0..<70 {
      var batch = Batch(rowCount: 2)
      batch.columns[group] = Column(.plain([.text([0x61]), .text([0x62])]))
      batch.columns[argument] = Column(.plain([long, .text(Array("\(part)".utf8))]))
      table.merge(try PartialGroups(batch, keys: [group], members: [0], calls: calls, interners))
      if part == 40 { #expect(table.byteCount > 30 << 20) }
    }
    try table.finish(threads: 1)
    let results = try zip(calls, table.states).map { try $1.results($0, 0..<2).values(count: 2) }
    #expect(results[0][0] == .null)
    #expect(results[1][0] == .null)
    #expect(results[2][0] == .array([long]))
    #expect(results[0][1].elements?.count == 70)
    #expect(results[1][1].text?.count == 10 + 2 * 60)
    #expect(results[2][1].elements?.count == 70)
  }

  // MARK: Rows among rows

  @Test(arguments: 0..<80) func findsRows(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let columnCount = 2 + random.below(2)
    let sides = (0..<columnCount).map { _ in
      let isTime = random.chance(3)
      return ComparedSides(valueIsTime: isTime, otherIsTime: isTime)
    }
    func columns(_ count: Int) -> [[EngineValue]] {
      sides.map { side in
        Self.values(side.valueIsTime ? 0 : random.pick([1, 1, 3, random.below(5)]), count, &random)
      }
    }
    var list = ComparedList(.equal, isAll: false, sides)
    var rows: [[EngineValue]] = []
    for _ in 0..<random.below(3) {
      let count = 1 + random.below(60)
      let own = columns(count)
      let vectors = zip(own, sides).map { BatchForms.random($0, isTime: $1.valueIsTime, &random) }
      list.add(vectors, count: count)
      rows += (0..<count).map { row in own.map { $0[row] } }
    }
    list.end()
    let count = 200
    let asked = columns(count)
    let vectors = zip(asked, sides).map { BatchForms.random($0, isTime: $1.valueIsTime, &random) }
    let outcomes = list.outcomes(vectors, rowCount: count)
    for row in 0..<count {
      let values = asked.map { $0[row] }
      var wanted: Bool? = false
      for other in rows {
        var isEqual: Bool? = true
        for (index, side) in sides.enumerated() {
          isEqual = ThreeValued.and(isEqual, side.order(values[index], other[index]).map { $0 == 0 })
        }
        wanted = isEqual == true || wanted == true ? true : isEqual == nil ? nil : wanted
      }
      #expect(list.truth(values) == wanted, "\(values)")
      if let outcomes { #expect(outcomes.rows[row] == Outcomes.code(wanted)) }
    }
  }
}

/// The element at a place of all in order is what sorting gives.
struct PlaceInOrderTests {
  @Test(arguments: 0..<60) func isThatOfTheSortedList(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = random.pick([1, 2, 1000, 1025, 5000])
    let bound = random.pick([1, 3, 1000, 1 << 40])
    let signed = (0..<count).map { _ -> Int64 in
      random.chance(50)
        ? random.pick([.min, .max, 0, -1]) : Int64(random.below(bound)) - Int64(bound / 2)
    }
    let unsigned = signed.map { UInt64(bitPattern: $0) }
    for place in [1, count, 1 + random.below(count), 1 + random.below(count)] {
      #expect(signed.element(place) == signed.sorted()[place - 1])
      #expect(unsigned.element(place) == unsigned.sorted()[place - 1])
    }
  }
}
