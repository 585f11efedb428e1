import CairnStorage

/// What an expression of one column has come to for the entries of a segment's dictionaries, kept for the segment's
/// other row groups: an entry that many of them have is evaluated once.
///
/// Safe to use from several threads.
final class EntryResults: @unchecked Sendable {
  private let lock = Lock()
  private var known: [Key: [UInt32: EngineValue]] = [:]
  private var byteCount = 0

  private struct Key: Hashable {
    let segment: Int
    let column: Int
  }

  /// More is forgotten.
  private static let byteLimit = 8 << 20
  /// What an entry takes beside its result.
  private static let entryByteCount = 48
  /// Fewer entries are evaluated as they come.
  private static let leastEntryCount = 64

  /// The results for all rows of a field; nil where its entries are few, or so many that hardly any comes again.
  ///
  /// - Parameter isCancelled: results are no results any more once it is true.
  func vector(
    _ field: CodedField, segment: Int, rowCount: Int, isCancelled: () -> Bool,
    _ evaluate: (EngineValue) -> EngineValue
  ) throws -> Vector? {
    let ids = field.words.words
    guard ids.count >= Self.leastEntryCount, ids.count * 2 < rowCount else { return nil }
    let key = Key(segment: segment, column: field.columnNumber)
    var entries = lock.withLock { () -> [EngineValue?] in
      let results = known[key] ?? [:]
      return ids.map { results[$0] }
    }
    let places = entries.indices.filter { entries[$0] == nil }
    var fresh: [(id: UInt32, result: EngineValue)] = []
    if !places.isEmpty {
      let values = try field.values(of: places.map { ids[$0] })
      for (place, value) in zip(places, values) {
        let result = evaluate(EngineValue(value))
        entries[place] = result
        fresh.append((ids[place], result))
      }
      if !isCancelled() { keep(fresh, of: key) }
    }
    return .coded(
      Vector.Coded(
        entries: entries.map { $0 ?? .null } + field.others.map { evaluate(EngineValue($0.value)) },
        codes: field.words.allCodes()))
  }

  private func keep(_ results: [(id: UInt32, result: EngineValue)], of key: Key) {
    let added = results.reduce(0) { $0 + Self.entryByteCount + $1.result.heldByteCount }
    lock.withLock {
      if byteCount + added > Self.byteLimit {
        known = [:]
        byteCount = 0
      }
      byteCount += added
      var list = known.removeValue(forKey: key) ?? [:]
      for (id, result) in results { list[id] = result }
      known[key] = list
    }
  }
}
