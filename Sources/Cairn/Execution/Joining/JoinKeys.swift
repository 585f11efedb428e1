import CairnStorage

/// The values of one side of an equality with the key that equal values have in common.
struct JoinKeys: Sendable {
  private enum Values: Sendable {
    case texts(Vector.Texts)
    case times([Int64])
    case coded(Vector.Coded)
  }

  private let values: Values
  /// The texts' entries, as they lie in the table that `values` holds.
  private let entries: TextEntries?
  /// The entry of each row; the row itself where empty.
  private let codes: [UInt32]
  /// By entry.
  private let hashes: [UInt64?]

  init(_ vector: Vector, count: Int) {
    if case .texts(let texts) = vector {
      values = .texts(texts)
      codes = texts.codes
      let entries = texts.entries
      self.entries = entries
      hashes =
        (0..<entries.count).map { entry -> UInt64? in
          let text = entries[entry]
          if TextShape.isOnlyText(text) { return GroupingKey.textHash(text) }
          // Neither a number nor a time has three points.
          if let address = NetworkAddress(quad: text) { return GroupingKey(.address(address)).stableHash }
          return texts.value(UInt32(truncatingIfNeeded: entry)).joinHash
        } + [nil]
      return
    }
    entries = nil
    if case .times(let times) = vector {
      values = .times(times.seconds)
      codes = []
      hashes = Self.hashes(times.seconds)
      return
    }
    let coded = vector.coded(count: count)
    values = .coded(coded)
    codes = coded.codes
    hashes = coded.entries.map { $0.joinHash }
  }

  private static func hashes(_ seconds: [Int64]) -> [UInt64?] {
    // Neighbours are often equal.
    var last: (second: Int64, hash: UInt64?)?
    return seconds.map { second in
      if let last, last.second == second { return last.hash }
      let hash = TimePoint(seconds: second)?.joinHash
      last = (second, hash)
      return hash
    }
  }

  subscript(row: Int) -> EngineValue {
    switch values {
    case .texts(let texts): texts[row]
    case .times(let seconds): Vector.time(seconds[row])
    case .coded(let coded): coded.entries[Int(coded.codes[row])]
    }
  }

  var entryCount: Int { hashes.count }

  /// Rows by the entries that they have of all keys; nil where each has its own, or nearly.
  static func sharedEntries(_ keys: [JoinKeys], rowCount: Int) -> LocalGroups? {
    guard rowCount > 0, keys.allSatisfy({ $0.hashes.count * 2 < $0.codes.count }) else { return nil }
    let groups = LocalGroups(keys.compactMap(\.codeColumn), rowCount: rowCount)
    return groups.count * 2 < rowCount ? groups : nil
  }

  private var codeColumn: CodeColumn? {
    switch values {
    case .texts(let texts): .texts(texts)
    case .times: nil
    case .coded(let coded): .coded(coded)
    }
  }

  /// Whether a row has the same bytes as an entry of other texts; nil where it has no text.
  @inline(__always)
  func isSame(_ row: Int, _ others: TextEntries, _ other: Int) -> Bool? {
    guard let entries, Int(codes[row]) != entries.count, other != others.count else { return nil }
    let (mine, theirs) = (entries[Int(codes[row])], others[other])
    return mine.count == theirs.count && CairnStorage.compare(mine, theirs) == 0
  }

  /// Whether a row has the same second as one of other times; nil where one of them has none.
  @inline(__always)
  func isSame(_ row: Int, _ second: Int64) -> Bool? {
    guard case .times(let seconds) = values, EventTime.canonicalRange.contains(second),
      EventTime.canonicalRange.contains(seconds[row])
    else { return nil }
    return seconds[row] == second
  }

  /// Takes each row's part into its hash; a NULL, which equals nothing, is noted.
  fileprivate func combine(into hashes: inout [UInt64], _ hasNull: inout [Bool], _ row: (Int) -> Int) {
    for index in hashes.indices {
      let row = row(index)
      if let part = self.hashes[codes.isEmpty ? row : Int(codes[row])] {
        hashes[index] = (hashes[index] ^ part) &* 0x9E37_79B9_7F4A_7C15
      } else {
        hasNull[index] = true
      }
    }
  }
}

/// For each row of a batch the hash of all its keys.
struct KeyHashes: Sendable {
  private enum Form: Sendable {
    case inMemory([UInt64])
    case inFile(SpillArena.Part)
  }

  private let form: Form
  let count: Int
  /// The hash of rows that have a NULL, which equals nothing.
  static let null: UInt64 = 0

  init(_ keys: [JoinKeys], rowCount: Int) { self.init(keys, count: rowCount) { $0 } }

  /// Those of some rows.
  init(_ keys: [JoinKeys], rows: [UInt32]) { self.init(keys, count: rows.count) { Int(rows[$0]) } }

  private init(_ keys: [JoinKeys], count: Int, _ row: (Int) -> Int) {
    self.count = count
    var hashes = [UInt64](repeating: 0, count: count)
    var hasNull = [Bool](repeating: false, count: count)
    for key in keys { key.combine(into: &hashes, &hasNull, row) }
    for row in hashes.indices {
      let hash = hashes[row] ^ hashes[row] >> 32
      hashes[row] = hasNull[row] ? Self.null : hash == Self.null ? 1 : hash
    }
    form = .inMemory(hashes)
  }

  private init(_ part: SpillArena.Part, count: Int) {
    form = .inFile(part)
    self.count = count
  }

  var isInFile: Bool {
    if case .inFile = form { true } else { false }
  }

  func spilled(_ arena: SpillArena) throws -> KeyHashes {
    guard case .inMemory(let values) = form else { return self }
    return KeyHashes(try arena.append(values), count: count)
  }

  var values: [UInt64] {
    switch form {
    case .inMemory(let values): values
    case .inFile(let part): part.elements(UInt64.self)
    }
  }
}

extension EngineValue {
  /// The same for all values that can be equal by S20: numbers by value, also where a text spells them; times
  /// likewise; booleans as their texts; arrays and objects by their parts, also where a text spells them. Nil for
  /// what equals nothing.
  var joinHash: UInt64? { joinHash(depth: CompositeOrder.nesting) }

  private func joinHash(depth: Int) -> UInt64? {
    if isNull { return nil }
    if let number = number { return GroupingKey(.number(number)).stableHash }
    if let point = timePoint { return point.joinHash }
    if let address = networkAddress { return GroupingKey(.address(address)).stableHash }
    let composite = isComposite ? self : spelledComposite
    guard let composite else { return GroupingKey(.text(text ?? [])).stableHash }
    if depth == 0 { return 1 }
    return composite.partsHash { $0.joinHash(depth: depth - 1) ?? 0 }
  }

  /// The object or array that a text spells in full; nil for none.
  private var spelledComposite: EngineValue? {
    guard let text = string, text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "["),
      JSONDocument.compact(text) == text
    else { return nil }
    return .record(.json(text))
  }
}

extension TimePoint {
  /// The same for equal times: both halves of it depend on every bit of the seconds.
  fileprivate var joinHash: UInt64 {
    var hash = (UInt64(bitPattern: seconds) ^ UInt64(bitPattern: fraction) << 20) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ hash >> 32) &* 0xD6E8_FEB8_6659_FD93
    return hash ^ hash >> 32
  }
}
