import CairnStorage

/// What an expression of one column has come to for the entries of a segment's dictionaries, kept for the segment's
/// other row groups, and by text for other segments: a text that many of them have is evaluated once.
///
/// Safe to use from several threads.
final class EntryResults: @unchecked Sendable {
  private let lock = Lock()
  private var known: [Key: [UInt32: EngineValue]] = [:]
  private var knownTexts: [Text: EngineValue] = [:]
  private var byteCount = 0

  /// An entry that is a string.
  private struct Text: Hashable {
    let bytes: [UInt8]
    private let hash: UInt64

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      hash = checksum(bytes, seed: 0)
    }

    static func == (lhs: Text, rhs: Text) -> Bool { lhs.hash == rhs.hash && lhs.bytes == rhs.bytes }
    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
  }

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
  /// - Parameters:
  ///   - isAlone: whether there is no other segment.
  ///   - isCancelled: results are no results any more once it is true.
  func vector(
    _ field: CodedField, segment: Int, isAlone: Bool, rowCount: Int, isCancelled: () -> Bool,
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
      let texts = isAlone ? [] : values.map(Self.text)
      let results = isAlone ? [] : lock.withLock { texts.map { $0.flatMap { knownTexts[$0] } } }
      var freshTexts: [(text: Text, result: EngineValue)] = []
      for (index, place) in places.enumerated() {
        let result: EngineValue
        if !isAlone, let known = results[index] {
          result = known
        } else {
          result = evaluate(EngineValue(values[index]))
          if !isAlone, let text = texts[index] { freshTexts.append((text, result)) }
        }
        entries[place] = result
        fresh.append((ids[place], result))
      }
      // Their texts serve other slices of the rows too, so numbers are for other row groups.
      if !isCancelled() { keep(!isAlone && field.isInOneRowGroup ? [] : fresh, of: key, freshTexts) }
    }
    return .coded(
      Vector.Coded(
        entries: entries.map { $0 ?? .null } + field.others.map { evaluate(EngineValue($0.value)) },
        codes: field.words.allCodes()))
  }

  /// Nil for what is no string: the same digits may be a number.
  private static func text(_ value: FieldValue) -> Text? {
    if case .string(let bytes) = value { Text(bytes) } else { nil }
  }

  private func keep(
    _ results: [(id: UInt32, result: EngineValue)], of key: Key, _ texts: [(text: Text, result: EngineValue)]
  ) {
    let added =
      results.reduce(0) { $0 + Self.entryByteCount + $1.result.heldByteCount }
      + texts.reduce(0) { $0 + Self.entryByteCount + $1.text.bytes.count + $1.result.heldByteCount }
    lock.withLock {
      if byteCount + added > Self.byteLimit {
        known = [:]
        knownTexts = [:]
        byteCount = 0
      }
      byteCount += added
      if !results.isEmpty {
        var list = known.removeValue(forKey: key) ?? [:]
        for (id, result) in results { list[id] = result }
        known[key] = list
      }
      for (text, result) in texts { knownTexts[text] = result }
    }
  }
}
