import CairnStorage

/// GROUP BY, DISTINCT and aggregates: groups are found on codes batch by batch, in parallel, and merged by value
/// in the order of the rows.
///
/// Memory is bounded by taking the groups in several passes over the input, each for a part of the keys by their
/// hash: reading a compacted archive again costs about what reading a spilled file would.
final class AggregateOperator: Operator {
  private let input: any Operator
  private let keys: [ColumnID]
  /// Which keys group together; one set for a plain GROUP BY.
  private let sets: [[Int]]
  private let calls: [AggregateCall]
  /// For `grouping(…)`: its column and which keys its bits are, highest first.
  private let groupings: [(id: ColumnID, keys: [Int])]
  private let text: String

  init(
    _ input: any Operator, keys: [ColumnID], sets: [[Int]], calls: [AggregateCall],
    groupings: [(id: ColumnID, keys: [Int])] = [], text: String
  ) {
    self.input = input
    self.keys = keys
    self.sets = sets
    self.calls = calls
    self.groupings = groupings
    self.text = text
  }

  var summary: String { calls.isEmpty ? "Distinct" : keys.isEmpty ? "Aggregate" : "HashAggregate" }
  var details: [String] { text.isEmpty ? [] : [text] }
  var inputs: [any Operator] { [input] }

  /// Rows that a batch gives at a time.
  private static let outputRowCount = 8192
  /// A pass that does not fit is split into this many.
  private static let splitCount: UInt64 = 4
  /// Splitting ends here: one group alone may be larger than the bound.
  private static let largestModulus: UInt64 = 1 << 16

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    var passes = [GroupingPass.whole]
    while let pass = passes.popLast() {
      let interners = AggregateInterners(keyCount: keys.count, callCount: calls.count)
      var table = GroupTable(
        calls, interners, pass: pass,
        byteLimit: pass.modulus < Self.largestModulus ? context.options.memoryLimit : .max)
      try input.pull(context) { [self] batch in
        try sets.enumerated().map { number, members in
          try PartialGroups(batch, keys: keys, members: members, set: number, calls: calls, interners, pass)
        }
      } _: { partials in
        for partial in partials where !table.isFull { try table.merge(partial) }
        return !table.isFull
      }
      if table.isFull {
        passes += pass.split(Self.splitCount).reversed()
        continue
      }
      // Without keys there is a group even where there are no rows.
      for (number, members) in sets.enumerated() where members.isEmpty {
        try table.addEmptyGroup(set: number)
      }
      if try !emit(table, context, work, take) { return }
    }
  }

  private func emit<Result>(
    _ table: GroupTable, _ context: ExecutionContext, _ work: (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws -> Bool {
    let results = zip(calls, table.states).map { $1.results($0) }
    for start in stride(from: 0, to: table.count, by: Self.outputRowCount) {
      try context.check()
      let range = start..<min(start + Self.outputRowCount, table.count)
      var batch = Batch(rowCount: range.count)
      for (index, id) in keys.enumerated() {
        let values = table.keys[index]
        batch.columns[id] = Column(count: range.count) { rows in
          .plain(try rows.map { try values.value(range.lowerBound + Int($0)) })
        }
      }
      for (call, values) in zip(calls, results) {
        batch.columns[call.id] = Column(.plain(Array(values[range])))
      }
      for grouping in groupings {
        batch.columns[grouping.id] = Column(
          .plain(
            range.map { group in
              let members = sets[table.sets[group]]
              let bits = grouping.keys.reduce(0) { $0 << 1 | (members.contains($1) ? 0 : 1) }
              return .number(.integer(Int64(bits)))
            }))
      }
      if try !take(try work(batch)) { return false }
    }
    return true
  }
}

/// What numbers the values of keys and of counted distinct arguments, for all batches of a pass.
struct AggregateInterners: Sendable {
  let keys: [ValueInterner]
  let calls: [ValueInterner]

  init(keyCount: Int, callCount: Int) {
    keys = (0..<keyCount).map { _ in ValueInterner() }
    calls = (0..<callCount).map { _ in ValueInterner() }
  }

  var byteCount: Int { keys.reduce(0) { $0 + $1.byteCount } + calls.reduce(0) { $0 + $1.byteCount } }
}

/// All groups of a pass.
private struct GroupTable {
  private let calls: [AggregateCall]
  private let interners: AggregateInterners
  private let pass: GroupingPass
  private let byteLimit: Int
  private var byteCount = 0
  /// Groups of at most two keys, by their numbers; of more keys by all of them.
  private var byPair = PairNumbers()
  private var byNumbers: [[UInt32]: Int] = [:]
  private(set) var keys: [GroupKeys]
  private(set) var sets: [Int] = []
  private(set) var states: [AggregateStates]

  /// What a group costs beside its keys' and states' own bytes, roughly.
  private static let groupByteCount = 160

  init(
    _ calls: [AggregateCall], _ interners: AggregateInterners, pass: GroupingPass,
    byteLimit: Int
  ) {
    self.calls = calls
    self.interners = interners
    self.pass = pass
    self.byteLimit = byteLimit
    keys = interners.keys.map { _ in GroupKeys() }
    states = calls.map { AggregateStates($0) }
  }

  var count: Int { sets.count }
  var isFull: Bool { byteCount > byteLimit }

  mutating func merge(_ partial: PartialGroups) throws {
    var targets = [Int](repeating: -1, count: partial.count)
    for index in keys.indices { keys[index].begin(partial.keys[index]) }
    for group in 0..<partial.count where partial.isKept[group] {
      let (number, isNew) = number(partial.set, partial.numbers, group)
      targets[group] = number
      if isNew { try add(partial.set, group) }
    }
    for index in states.indices {
      states[index].merge(partial.states[index], targets)
      byteCount += partial.states[index].byteCount(targets)
    }
    byteCount = max(byteCount, interners.byteCount + count * Self.groupByteCount)
  }

  mutating func addEmptyGroup(set: Int) throws {
    // One pass alone takes it, which may have found it among the rows.
    guard try pass.takes(set, keys.map { _ in .null }, 1) == [true] else { return }
    let isNew = number(set, keys.map { _ in [UInt32.max] }, 0).isNew
    for index in keys.indices { keys[index].begin(.null) }
    if isNew { try add(set, 0) }
  }

  /// A group's number by those of its keys, which is the next one for a new group.
  private mutating func number(_ set: Int, _ numbers: [[UInt32]], _ group: Int) -> (number: Int, isNew: Bool)
  {
    let next = count
    let number: Int
    if numbers.count <= 2, set == 0 {
      var pair: UInt64 = 0
      for column in numbers { pair = pair << 32 | UInt64(column[group]) }
      number = Int(byPair.number(of: pair, next: UInt32(truncatingIfNeeded: next)))
    } else {
      let key = [UInt32(truncatingIfNeeded: set)] + numbers.map { $0[group] }
      number = byNumbers[key] ?? next
      if number == next { byNumbers[key] = next }
    }
    return (number, number == next)
  }

  /// Adds a group of the partial ones that keys have begun with.
  private mutating func add(_ set: Int, _ group: Int) throws {
    sets.append(set)
    byteCount += Self.groupByteCount
    for index in keys.indices { byteCount += try keys[index].append(group) }
    for index in states.indices { states[index].addGroup(calls[index]) }
  }
}

extension AggregateStates {
  /// Bytes that merging these may have added, roughly.
  fileprivate func byteCount(_ targets: [Int]) -> Int {
    switch self {
    case .counts: 0
    case .distinctCounts(let sets): sets.reduce(0) { $0 + $1.byteCount }
    case .distinctRows(let rows): rows.reduce(0) { $0 + $1.rows.count } * 192
    case .orderedRows(let rows): rows.reduce(0) { $0 + $1.count } * 160
    case .states: targets.count * 64
    }
  }
}
