import CairnStorage

/// What an expression of one column has come to for the entries of a segment's dictionaries, kept for the segment's
/// other row groups, and by text for other segments: a text that many of them have is evaluated once.
///
/// Safe to use from several threads.
final class EntryResults: @unchecked Sendable {
  private let lock = Lock()
  /// By segment and column the number of each entry's result.
  private var known: [Key: [UInt32: UInt32]] = [:]
  private var knownTexts: [Text: UInt32] = [:]
  /// Results that are kept, by number; what many entries come to is there once.
  private var results: [EngineValue] = []
  private var numbers: [Result: UInt32] = [:]
  private var byteCount = 0
  /// How often all was forgotten: numbers mean something until then.
  private var age = 0

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

  /// A result of the kinds that are told apart by all that they are.
  private enum Result: Hashable {
    case null
    case boolean(Bool)
    case whole(Int64)
    case text(Text)
    case string(Text)

    init?(_ value: EngineValue) {
      switch value {
      case .null: self = .null
      case .boolean(let truth): self = .boolean(truth)
      case .number(.integer(let whole)): self = .whole(whole)
      case .text(let bytes): self = .text(Text(bytes))
      case .record(.string(let bytes)): self = .string(Text(bytes))
      default: return nil
      }
    }
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
    // Their texts serve other slices of the rows too, so numbers are for other row groups.
    let keepsNumbers = isAlone || !field.isInOneRowGroup
    var entries = lock.withLock { () -> Entries in knownEntries(known[key] ?? [:], ids) }
    if !entries.open.isEmpty {
      let values = try field.values(of: entries.open.map { ids[$0] })
      var open = Array(values.indices)
      var texts: [Text?] = []
      if !isAlone {
        texts = values.map(Self.text)
        open = lock.withLock { findTexts(texts, ids, key, keepsNumbers, &entries) }
      }
      var fresh: [Fresh] = []
      fresh.reserveCapacity(open.count)
      for index in open {
        let place = entries.open[index]
        let result = evaluate(EngineValue(values[index]))
        entries.add(result, at: place)
        fresh.append(Fresh(id: ids[place], text: isAlone ? nil : texts[index], result: result))
      }
      if !fresh.isEmpty, !isCancelled() { keep(fresh, of: key, keepsNumbers: keepsNumbers) }
    }
    let codes = field.words.allCodes()
    for other in field.others { entries.append(evaluate(EngineValue(other.value))) }
    return .coded(Vector.Coded(entries: entries.results, codes: entries.codes(codes)))
  }

  /// Nil for what is no string: the same digits may be a number.
  private static func text(_ value: FieldValue) -> Text? {
    if case .string(let bytes) = value { Text(bytes) } else { nil }
  }

  /// What the entries of a dictionary come to, as far as that is known.
  private func knownEntries(_ known: [UInt32: UInt32], _ ids: [UInt32]) -> Entries {
    var entries = Entries(count: ids.count, age: age)
    if known.isEmpty {
      entries.open = Array(ids.indices)
      return entries
    }
    for (place, id) in ids.enumerated() {
      if let number = known[id] {
        entries.take(number, of: results, at: place)
      } else {
        entries.open.append(place)
      }
    }
    return entries
  }

  /// Takes the results of those open entries whose texts other segments have had; gives the indices of the others.
  private func findTexts(
    _ texts: [Text?], _ ids: [UInt32], _ key: Key, _ keepsNumbers: Bool, _ entries: inout Entries
  ) -> [Int] {
    if knownTexts.isEmpty { return Array(texts.indices) }
    entries.know(age)
    var others: [Int] = []
    // Taken out, so that it is changed in place.
    var list = keepsNumbers ? known.removeValue(forKey: key) ?? [:] : [:]
    for (index, text) in texts.enumerated() {
      guard let text, let number = knownTexts[text] else {
        others.append(index)
        continue
      }
      let place = entries.open[index]
      entries.take(number, of: results, at: place)
      if keepsNumbers { list[ids[place]] = number }
    }
    if keepsNumbers {
      known[key] = list
      byteCount += Self.entryByteCount * (texts.count - others.count)
    }
    return others
  }

  /// The results of a dictionary's entries, each of them once where they are told apart, and where each entry's is.
  private struct Entries {
    var results: [EngineValue] = []
    var places: [UInt32]
    /// Entries whose results are not known.
    var open: [Int] = []
    private var fresh: [Result: UInt32] = [:]
    /// By number of a kept result where it is among these.
    private var taken: [UInt32] = []
    private var age: Int

    init(count: Int, age: Int) { (places, self.age) = (Array(repeating: 0, count: count), age) }

    /// Numbers of another age are of other results.
    mutating func know(_ age: Int) {
      if age != self.age { (taken, self.age) = ([], age) }
    }

    /// Takes a result that is kept.
    mutating func take(_ number: UInt32, of kept: [EngineValue], at place: Int) {
      let number = Int(number)
      if taken.count < kept.count { taken += repeatElement(.max, count: kept.count - taken.count) }
      if taken[number] == .max {
        taken[number] = UInt32(truncatingIfNeeded: results.count)
        results.append(kept[number])
      }
      places[place] = taken[number]
    }

    mutating func add(_ result: EngineValue, at place: Int) {
      let next = UInt32(truncatingIfNeeded: results.count)
      if let key = Result(result) {
        if let known = fresh[key] {
          places[place] = known
          return
        }
        fresh[key] = next
      }
      places[place] = next
      results.append(result)
    }

    /// That of one more entry.
    mutating func append(_ result: EngineValue) {
      places.append(UInt32(truncatingIfNeeded: results.count))
      results.append(result)
    }

    func codes(_ codes: [UInt32]) -> [UInt32] {
      places.withUnsafeBufferPointer { places in codes.map { places[Int($0)] } }
    }
  }

  private struct Fresh {
    let id: UInt32
    let text: Text?
    let result: EngineValue
  }

  private func keep(_ fresh: [Fresh], of key: Key, keepsNumbers: Bool) {
    let added = fresh.reduce(0) {
      $0 + 2 * Self.entryByteCount + ($1.text?.bytes.count ?? 0) + $1.result.heldByteCount
    }
    lock.withLock {
      if byteCount + added > Self.byteLimit {
        (known, knownTexts, results, numbers) = ([:], [:], [], [:])
        byteCount = 0
        age += 1
      }
      byteCount += added
      var list = known.removeValue(forKey: key) ?? [:]
      for entry in fresh {
        let number = number(of: entry.result)
        if keepsNumbers { list[entry.id] = number }
        if let text = entry.text { knownTexts[text] = number }
      }
      known[key] = list
    }
  }

  private func number(of result: EngineValue) -> UInt32 {
    let next = UInt32(truncatingIfNeeded: results.count)
    if let key = Result(result) {
      if let known = numbers[key] { return known }
      numbers[key] = next
    }
    results.append(result)
    return next
  }
}
