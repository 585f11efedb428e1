import CairnStorage

extension Vector {
  /// Texts where they lie end to end, and an entry for each row: none of them is a value of its own.
  struct Texts: Sendable {
    let table: StringTable
    /// The entry of each row; `null` for NULL.
    var codes: [UInt32]
    /// Whether they are typed texts; else strings of records.
    let isTyped: Bool

    init(_ table: StringTable, codes: [UInt32], isTyped: Bool) {
      self.table = table
      self.codes = codes
      self.isTyped = isTyped
    }

    /// What storage has: a row's own entry, or none.
    init(_ field: TextField) {
      self.init(field.table, codes: field.codes, isTyped: false)
    }

    /// Codes are below it.
    var entryCount: Int { table.count + 1 }
    /// The code of NULL.
    var null: UInt32 { UInt32(truncatingIfNeeded: table.count) }
    var entries: TextEntries { TextEntries(table) }

    /// Whether entries are fewer than rows, so that work on entries is less than on rows.
    var hasFewEntries: Bool { entryCount * 2 < codes.count }

    subscript(row: Int) -> EngineValue { value(codes[row]) }

    func value(_ code: UInt32) -> EngineValue {
      if code == null { return .null }
      let text = Array(table[Int(code)])
      return isTyped ? .text(text) : .record(.string(text))
    }

    /// The rows at `indices`, in that order; NULL for `UInt32.max`. What few rows keep of a large table is copied, so
    /// that the table can go.
    func gathered(_ indices: [UInt32]) -> Texts {
      let null = null
      let taken = indices.map { $0 == .max ? null : codes[Int($0)] }
      let result = Texts(table, codes: taken, isTyped: isTyped)
      return indices.count * Self.compactedShare < table.count ? result.compacted() : result
    }

    /// Fewer rows than this share of a table's entries do not keep it.
    private static let compactedShare = 4

    /// The same over a table of what the rows have alone, an entry a row.
    private func compacted() -> Texts {
      let (entries, null) = (entries, null)
      let fresh = StringTable(entryCapacity: codes.count)
      for code in codes where code != null { fresh.append(entries[Int(code)]) }
      var next: UInt32 = 0
      let last = UInt32(truncatingIfNeeded: fresh.count)
      let newCodes = codes.map { code -> UInt32 in
        if code == null { return last }
        defer { next += 1 }
        return next
      }
      return withExtendedLifetime(table) { Texts(fresh, codes: newCodes, isTyped: isTyped) }
    }

    /// As values, each entry that rows have once.
    func coded() -> Coded {
      if hasFewEntries {
        return Coded(entries: (0..<UInt32(entryCount)).map { value($0) }, codes: codes)
      }
      var places = [UInt32](repeating: .max, count: entryCount)
      var entries: [EngineValue] = []
      let newCodes = codes.map { code -> UInt32 in
        if places[Int(code)] == .max {
          places[Int(code)] = UInt32(truncatingIfNeeded: entries.count)
          entries.append(value(code))
        }
        return places[Int(code)]
      }
      return Coded(entries: entries, codes: newCodes)
    }

    /// Whether each row is NULL.
    var nulls: [Bool] {
      let null = null
      return codes.map { $0 == null }
    }

    /// The tables of several vectors one after the other.
    struct Joined {
      let table: StringTable
      private var starts: [UInt32] = []

      /// Nil where there are too many entries.
      init?(_ parts: [Texts]) {
        let count = parts.reduce(0) { $0 + $1.table.count }
        if count >= UInt32.max { return nil }
        var heap = RawVector<UInt8>(capacity: parts.reduce(0) { $0 + $1.table.heap.count })
        var ends = RawVector<UInt64>(capacity: count)
        for part in parts {
          starts.append(UInt32(truncatingIfNeeded: ends.count))
          let first = UInt64(heap.count)
          heap.append(from: part.table.heap.base, count: part.table.heap.count)
          for end in part.table.ends.buffer { ends.append(first + end) }
          starts.append(UInt32(truncatingIfNeeded: ends.count))
        }
        table = StringTable(heap: heap, ends: ends)
      }

      var null: UInt32 { UInt32(truncatingIfNeeded: table.count) }

      /// What a part's code has become.
      @inline(__always)
      func code(_ code: UInt32, of part: Int) -> UInt32 {
        let code = starts[2 * part] + code
        return code < starts[2 * part + 1] ? code : null
      }
    }

    /// The rows of several vectors, one after the other; nil where some are typed and some are not.
    init?(joining parts: [Texts]) {
      let isTyped = parts.first { $0.table.count > 0 }?.isTyped ?? false
      guard parts.allSatisfy({ $0.isTyped == isTyped || $0.table.count == 0 }), let all = Joined(parts) else {
        return nil
      }
      var codes: [UInt32] = []
      codes.reserveCapacity(parts.reduce(0) { $0 + $1.codes.count })
      for (index, part) in parts.enumerated() {
        for code in part.codes { codes.append(all.code(code, of: index)) }
      }
      self.init(all.table, codes: codes, isTyped: isTyped)
    }

    var heldByteCount: Int { table.heap.count + table.count * 8 + codes.count * 4 }

    /// What a row's value takes, roughly, where one is made.
    var meanByteCount: Int { EngineValue.bufferedByteCount + table.heap.count / max(1, table.count) }
  }
}

extension Vector {
  /// The same as texts, where all values are strings of one sort or NULL; else nil.
  func texts(count: Int) -> Texts? {
    switch self {
    case .texts(let texts): return texts
    case .constant(let value): return Texts([value], codes: Array(repeating: 0, count: count))
    case .coded(let coded): return Texts(coded.entries, codes: coded.codes)
    case .plain(let values):
      return Texts(values, codes: values.indices.map { UInt32(truncatingIfNeeded: $0) })
    case .times, .timestamps, .wholes, .doubles: return nil
    }
  }
}

extension Vector.Texts {
  /// A row a value, each text once; nil where a value is neither a string nor NULL, or some are typed and some are not.
  init?(distinct values: [EngineValue]) {
    let table = StringTable()
    var codes: [UInt32] = []
    codes.reserveCapacity(values.count)
    var isTyped: Bool?
    var known = TextNumbers()
    for value in values {
      let (text, typed): ([UInt8], Bool)
      switch value {
      case .text(let bytes): (text, typed) = (bytes, true)
      case .record(.string(let bytes)): (text, typed) = (bytes, false)
      case .null:
        codes.append(.max)
        continue
      default: return nil
      }
      if typed != isTyped ?? typed { return nil }
      isTyped = typed
      codes.append(text.withUnsafeBufferPointer { known.number(of: $0, in: table) })
    }
    let null = UInt32(truncatingIfNeeded: table.count)
    self.init(table, codes: codes.map { $0 == .max ? null : $0 }, isTyped: isTyped ?? false)
  }

  /// Nil where an entry is neither a string nor NULL, or some are typed and some are not.
  fileprivate init?(_ values: [EngineValue], codes: [UInt32]) {
    let table = StringTable(entryCapacity: values.count)
    var places = [UInt32](repeating: .max, count: values.count)
    var isTyped: Bool?
    for (index, value) in values.enumerated() {
      let (text, typed): ([UInt8], Bool)
      switch value {
      case .text(let bytes): (text, typed) = (bytes, true)
      case .record(.string(let bytes)): (text, typed) = (bytes, false)
      case .null: continue
      default: return nil
      }
      if typed != isTyped ?? typed { return nil }
      isTyped = typed
      places[index] = UInt32(truncatingIfNeeded: table.count)
      table.append(text)
    }
    let null = UInt32(truncatingIfNeeded: table.count)
    self.init(
      table, codes: codes.map { places[Int($0)] == .max ? null : places[Int($0)] }, isTyped: isTyped ?? false)
  }
}

/// Finds texts in a table that has each once: open addressing over hashes.
struct TextNumbers {
  /// Number + 1 below the upper half of the hash; 0 for none.
  private var places = [UInt64](repeating: 0, count: 256)
  private var hashes: [UInt64] = []

  private static let upperHalf: UInt64 = 0xFFFF_FFFF << 32

  /// Bytes held.
  var byteCount: Int { (places.count + hashes.count) * 8 }

  /// Whether the table has a text.
  func contains(_ text: UnsafeBufferPointer<UInt8>, in entries: TextEntries) -> Bool {
    known(text, in: entries) != nil
  }

  /// The number of a text; nil where the table does not have it.
  func known(_ text: UnsafeBufferPointer<UInt8>, in entries: TextEntries) -> UInt32? {
    let place = places[place(of: text, GroupingKey.textHash(text), in: entries)]
    return place == 0 ? nil : UInt32(truncatingIfNeeded: place & ~Self.upperHalf) - 1
  }

  /// The place of a text, or the free one that it would have.
  private func place(of text: UnsafeBufferPointer<UInt8>, _ hash: UInt64, in entries: TextEntries) -> Int {
    places.withUnsafeBufferPointer { places in
      let mask = places.count - 1
      let upper = hash & Self.upperHalf
      var place = Int(truncatingIfNeeded: hash) & mask
      while places[place] != 0 {
        if places[place] & Self.upperHalf == upper,
          compare(entries[Int(places[place] & ~Self.upperHalf) - 1], text) == 0
        {
          break
        }
        place = (place + 1) & mask
      }
      return place
    }
  }

  /// The number of a text: `next` for one that is new, which the caller then appends.
  mutating func number(of text: UnsafeBufferPointer<UInt8>, in entries: TextEntries, next: UInt32) -> UInt32 {
    let hash = GroupingKey.textHash(text)
    let place = place(of: text, hash, in: entries)
    if places[place] != 0 { return UInt32(truncatingIfNeeded: places[place] & ~Self.upperHalf) - 1 }
    hashes.append(hash)
    places[place] = hash & Self.upperHalf | UInt64(next) + 1
    if hashes.count * 2 > places.count { grow() }
    return next
  }

  /// The number of a text, which is appended where it is new.
  mutating func number(of text: UnsafeBufferPointer<UInt8>, in table: StringTable) -> UInt32 {
    let next = UInt32(truncatingIfNeeded: table.count)
    let number = number(of: text, in: TextEntries(table), next: next)
    if number == next { table.append(text) }
    return number
  }

  private mutating func grow() {
    places = Array(repeating: 0, count: places.count * 4)
    let mask = places.count - 1
    for (number, hash) in hashes.enumerated() {
      var place = Int(truncatingIfNeeded: hash) & mask
      while places[place] != 0 { place = (place + 1) & mask }
      places[place] = hash & Self.upperHalf | UInt64(number + 1)
    }
  }
}

/// Distinct texts, end to end.
final class TextSet: @unchecked Sendable {
  private let table = StringTable()
  private var numbers = TextNumbers()

  var count: Int { table.count }
  var byteCount: Int { table.heap.count + table.count * 8 + numbers.byteCount }

  /// The texts as values.
  var values: [EngineValue] { (0..<table.count).map { .text(Array(table[$0])) } }

  /// Only while nobody else has it.
  func insert(_ text: UnsafeBufferPointer<UInt8>) { _ = numbers.number(of: text, in: table) }

  func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool { numbers.contains(text, in: TextEntries(table)) }
}

/// The entries of a table as they lie in memory, for loops that touch no reference count. Valid while the table lives.
struct TextEntries: BitwiseCopyable, @unchecked Sendable {
  private let heap: UnsafePointer<UInt8>
  private let ends: UnsafePointer<UInt64>
  let count: Int

  init(_ table: StringTable) { self.init(table.heap, table.ends) }

  init(_ heap: RawVector<UInt8>, _ ends: RawVector<UInt64>) {
    self.heap = UnsafePointer(heap.base)
    self.ends = UnsafePointer(ends.base)
    count = ends.count
  }

  @inline(__always)
  subscript(entry: Int) -> UnsafeBufferPointer<UInt8> {
    let start = entry == 0 ? 0 : Int(ends[entry &- 1])
    return UnsafeBufferPointer(start: heap + start, count: Int(ends[entry]) &- start)
  }

  /// How two entries compare (S21).
  @inline(__always)
  func order(_ lhs: Int, _ rhs: Int) -> Int { compare(self[lhs], self[rhs]) }
}
