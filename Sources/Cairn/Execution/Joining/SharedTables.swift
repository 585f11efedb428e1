import CairnStorage

/// What the runs of one query's operators make once in all: a subquery that runs for each combination of outer
/// values keeps here what does not depend on them.
final class SharedTables: @unchecked Sendable {
  private final class Entry: @unchecked Sendable {
    let lock = Lock()
    var runCount = 0
    var value: AnyObject?
  }

  private let lock = Lock()
  private var entries: [ObjectIdentifier: Entry] = [:]

  /// What an operator has made, or makes now; nil for its first `count` runs.
  func value<Value: AnyObject>(
    _ owner: AnyObject, after count: Int = 0, _ make: () throws -> Value
  ) throws -> Value? {
    let entry = lock.withLock {
      let key = ObjectIdentifier(owner)
      if let entry = entries[key] { return entry }
      let entry = Entry()
      entries[key] = entry
      return entry
    }
    return try entry.lock.withLock {
      if let value = entry.value as? Value { return value }
      entry.runCount += 1
      if entry.runCount <= count { return nil }
      let value = try make()
      entry.value = value
      return value
    }
  }
}
