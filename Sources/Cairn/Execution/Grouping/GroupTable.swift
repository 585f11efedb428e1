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
  private let keyCount: Int
  private(set) var count = 0
  /// Bytes that it takes beside what numbers the values, roughly.
  private(set) var byteCount = 0
  private var numbers: CombinationNumbers
  /// The values of each key; none where they are not wanted.
  private(set) var keys: [GroupKeys]
  private(set) var states: [AggregateStates]

  /// What a group takes beside its keys' and states' own bytes, roughly.
  static let groupByteCount = 96
  /// What a key's number and place take in a group, roughly.
  static let keyByteCount = 48

  /// - Parameter interners: by key: what numbers its values; nil where these are not wanted.
  init(keys keyCount: Int, _ calls: [AggregateCall], interners: [ValueInterner]? = nil) {
    self.calls = calls
    self.keyCount = keyCount
    keys = interners?.map { GroupKeys($0) } ?? []
    numbers = CombinationNumbers(keyCount: keyCount)
    states = calls.map { AggregateStates($0) }
  }

  /// Takes in the groups of later rows; gives those of them that are new, ascending.
  @discardableResult
  mutating func merge(_ partial: PartialGroups) -> [Int] {
    let targets = numbers.numbers(partial.numbers, count: partial.count).map { Int($0) }
    var added: [Int] = []
    for (group, target) in targets.enumerated() where target == count + added.count { added.append(group) }
    add(added, partial.keys, partial.numbers)
    for index in states.indices {
      byteCount += states[index].merge(partial.states[index], targets, calls[index])
    }
    return added
  }

  /// Adds the group of no rows, where there is none yet.
  mutating func addEmptyGroup() {
    let none = (0..<keyCount).map { _ in [UInt32.max] }
    let number = numbers.numbers(none, count: 1).first.map { Int($0) }
    if number == count { add([0], none.map { _ in .null }, none) }
  }

  /// Makes the states ready for results, once all groups are there.
  mutating func finish(threads: Int) throws {
    for index in states.indices {
      try states[index].finish(calls[index], groupCount: count, threads: threads)
    }
  }

  /// Adds some groups of partial ones.
  private mutating func add(_ groups: [Int], _ partial: [PartialKey], _ numbers: [[UInt32]]) {
    count += groups.count
    byteCount +=
      groups.count
      * (Self.groupByteCount + keyCount * Self.keyByteCount + states.count * AggregateStates.stateByteCount)
    for index in keys.indices {
      byteCount += keys[index].append(groups, of: partial[index], numbers: numbers[index])
    }
    for index in states.indices { states[index].addGroups(groups.count, calls[index]) }
  }
}
