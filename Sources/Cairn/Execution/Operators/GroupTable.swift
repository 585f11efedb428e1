/// What numbers the values of keys and of counted distinct arguments, for all batches of a run.
struct AggregateInterners: Sendable {
  let keys: [ValueInterner]
  let calls: [ValueInterner]

  init(keyCount: Int, callCount: Int) {
    keys = (0..<keyCount).map { _ in ValueInterner() }
    calls = (0..<callCount).map { _ in ValueInterner() }
  }

  var byteCount: Int { keys.reduce(0) { $0 + $1.byteCount } + calls.reduce(0) { $0 + $1.byteCount } }
}

/// The groups of a set of keys over all batches with what the aggregates have gathered.
struct GroupTable {
  private let calls: [AggregateCall]
  /// Whether the values of keys are wanted.
  private let keepsKeys: Bool
  private(set) var count = 0
  /// Bytes that it takes beside what numbers the values, roughly.
  private(set) var byteCount = 0
  /// Groups by the numbers of their keys: of the first two together, of these and the third, and so on.
  private var byPair: [PairNumbers]
  /// Combinations at each step but the last, whose combinations are the groups.
  private var combinationCounts: [UInt32]
  private(set) var keys: [GroupKeys]
  private(set) var states: [AggregateStates]

  /// What a group takes beside its keys' and states' own bytes, roughly.
  static let groupByteCount = 96
  /// What a key's number and place take in a group, roughly.
  static let keyByteCount = 48

  init(keys keyCount: Int, _ calls: [AggregateCall], keepsKeys: Bool = true) {
    self.calls = calls
    self.keepsKeys = keepsKeys
    keys = (0..<keyCount).map { _ in GroupKeys() }
    byPair = (0..<max(1, keyCount - 1)).map { _ in PairNumbers() }
    combinationCounts = byPair.dropLast().map { _ in 0 }
    states = calls.map { AggregateStates($0) }
  }

  /// Takes in the groups of later rows; gives those of them that are new, ascending.
  @discardableResult
  mutating func merge(_ partial: PartialGroups) throws -> [Int] {
    var targets: [Int] = []
    targets.reserveCapacity(partial.count)
    var added: [Int] = []
    for index in keys.indices { keys[index].begin(partial.keys[index]) }
    for group in 0..<partial.count {
      let (number, isNew) = number(partial.numbers, group)
      targets.append(number)
      if isNew {
        try add(group)
        added.append(group)
      }
    }
    for index in states.indices {
      byteCount += states[index].merge(partial.states[index], targets, calls[index])
    }
    return added
  }

  /// Adds the group of no rows, where there is none yet.
  mutating func addEmptyGroup() throws {
    let isNew = number(keys.map { _ in [UInt32.max] }, 0).isNew
    for index in keys.indices { keys[index].begin(.null) }
    if isNew { try add(0) }
  }

  /// A group's number by those of its keys, which is the next one for a new group.
  private mutating func number(_ numbers: [[UInt32]], _ group: Int) -> (number: Int, isNew: Bool) {
    let next = UInt32(truncatingIfNeeded: count)
    var number = numbers.first.map { $0[group] } ?? 0
    // One key is a pair with nothing.
    for step in byPair.indices {
      let key = UInt64(number) << 32 | UInt64(numbers.count > step + 1 ? numbers[step + 1][group] : 0)
      if step == byPair.count - 1 {
        number = byPair[step].number(of: key, next: next)
      } else {
        let known = combinationCounts[step]
        number = byPair[step].number(of: key, next: known)
        if number == known { combinationCounts[step] += 1 }
      }
    }
    return (Int(number), number == next)
  }

  /// Adds a group of the partial ones that keys have begun with.
  private mutating func add(_ group: Int) throws {
    count += 1
    byteCount +=
      Self.groupByteCount + keys.count * Self.keyByteCount + states.count * AggregateStates.stateByteCount
    if keepsKeys {
      for index in keys.indices { byteCount += try keys[index].append(group) }
    }
    for index in states.indices { states[index].addGroup(calls[index]) }
  }
}
