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
      let table = GroupTable(
        calls, interners, pass: pass,
        byteLimit: pass.modulus < Self.largestModulus ? context.options.memoryLimit : .max)
      try input.pull(context) { [self] batch in
        try sets.enumerated().map { number, members in
          try PartialGroups(batch, keys: keys, members: members, set: number, calls: calls, interners, pass)
        }
      } _: { partials in
        for partial in partials where !table.isFull { table.merge(partial) }
        return !table.isFull
      }
      if table.isFull {
        passes += pass.split(Self.splitCount).reversed()
        continue
      }
      // Without keys there is a group even where there are no rows.
      for (number, members) in sets.enumerated() where members.isEmpty { table.addEmptyGroup(set: number) }
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
        batch.columns[id] = Column(.plain(Array(table.keys[index][range])))
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
private final class GroupTable {
  private let calls: [AggregateCall]
  private let interners: AggregateInterners
  private let pass: GroupingPass
  private let byteLimit: Int
  private var byteCount = 0
  /// Groups of at most two keys, by their numbers; of more keys by all of them.
  private var byPair: [UInt64: Int] = [:]
  private var byNumbers: [[UInt32]: Int] = [:]
  private(set) var keys: [[EngineValue]]
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
    keys = interners.keys.map { _ in [] }
    states = calls.map { AggregateStates($0) }
  }

  var count: Int { sets.count }
  var isFull: Bool { byteCount > byteLimit }

  func merge(_ partial: PartialGroups) {
    var targets = [Int](repeating: -1, count: partial.count)
    for group in 0..<partial.count where partial.isKept[group] {
      targets[group] =
        number(partial.set, partial.numbers, group)
        ?? add(partial.set, partial.numbers.map { $0[group] }, partial.keys.map { $0[group] })
    }
    for index in states.indices {
      states[index].merge(partial.states[index], targets)
      byteCount += partial.states[index].byteCount(targets)
    }
    byteCount = max(byteCount, interners.byteCount + count * Self.groupByteCount)
  }

  func addEmptyGroup(set: Int) {
    let numbers = keys.map { _ in [UInt32.max] }
    // One pass alone takes it, which may have found it among the rows.
    if number(set, numbers, 0) == nil, pass.takes(set, keys.map { _ in [.null] }, 1) == [true] {
      _ = add(set, keys.map { _ in .max }, keys.map { _ in .null })
    }
  }

  private func number(_ set: Int, _ numbers: [[UInt32]], _ group: Int) -> Int? {
    if numbers.count <= 2, set == 0 {
      var pair: UInt64 = 0
      for column in numbers { pair = pair << 32 | UInt64(column[group]) }
      return byPair[pair]
    }
    return byNumbers[[UInt32(truncatingIfNeeded: set)] + numbers.map { $0[group] }]
  }

  private func add(_ set: Int, _ numbers: [UInt32], _ values: [EngineValue]) -> Int {
    let number = sets.count
    if numbers.count <= 2, set == 0 {
      byPair[numbers.reduce(0) { $0 << 32 | UInt64($1) }] = number
    } else {
      byNumbers[[UInt32(truncatingIfNeeded: set)] + numbers] = number
    }
    sets.append(set)
    for (index, value) in values.enumerated() { keys[index].append(value) }
    for index in states.indices { states[index].addGroup(calls[index]) }
    byteCount += Self.groupByteCount + values.reduce(0) { $0 + ($1.text?.count ?? 0) }
    return number
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
