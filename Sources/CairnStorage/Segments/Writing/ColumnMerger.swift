/// A leaf column's distinct values over all pieces of a segment.
///
/// Either a sorted dictionary and, by source, the map from the piece's numbers to dictionary ids; or, where
/// values hardly repeat, no dictionary: an id is then the piece's number plus the piece's base.
package final class ColumnMerger: @unchecked Sendable {
  enum Form {
    case dictionary(StringTable)
    case plain
    /// Integers by id.
    case integers([Int64])
  }

  /// The column in one piece.
  struct Source {
    var piece: Int
    var interner: Interner
  }

  let form: Form
  /// Pieces that have the column, ascending.
  let sources: [Source]
  /// By source: ids of the piece's numbers, until they are taken; empty for `plain`.
  private var remaps: [[UInt32]]
  /// By source: what to add to the piece's numbers; for `plain`.
  let bases: [UInt32]

  /// Of values of which this share is distinct there is no dictionary, where there are
  /// `MembershipDirectory.plainMinimumCount` and more.
  package static let plainDistinctShare = 0.6
  /// More entries of all pieces are not counted one by one.
  private static let manyEntries = 1 << 16
  /// The share for fewer values, if they are random.
  package static let randomDistinctShare = 0.75

  init(kind: ColumnKind, sources: [Source]) {
    self.sources = sources
    let values = sources.reduce(0) { $0 + $1.interner.valueCount }
    let entries = Self.distinctCount(sources, values: values)
    if Self.isPlain(kind, sources, values: values, entries: entries) {
      form = .plain
      remaps = []
      var base: UInt32 = 0
      bases = sources.map { source in
        defer { base += UInt32(source.interner.count) }
        return base
      }
      return
    }
    bases = []
    var merged = Interner()
    defer { merged.free() }
    var numbers = sources.map { merged.internAll(of: $0.interner) }
    merged.close()
    if kind == .integer {
      let integers = (0..<merged.count).map { NumberText.integer(merged[$0]) ?? 0 }
      form = .integers(integers)
      remaps = numbers
    } else {
      let (table, rank) = Self.sorted(merged, isString: kind == .string)
      form = .dictionary(table)
      for source in numbers.indices {
        numbers[source].withUnsafeMutableBufferPointer { numbers in
          for index in numbers.indices { numbers[index] = rank[Int(numbers[index])] }
        }
      }
      remaps = numbers
    }
  }

  /// Takes the ids of the pieces' numbers, by source, out of it.
  func takeRemaps() -> [[UInt32]] {
    defer { remaps = [] }
    return remaps
  }

  /// What merging them takes, about.
  static func byteCount(of sources: [Source]) -> Int { sources.reduce(0) { $0 + $1.interner.byteCount } }

  /// Distinct values. Several pieces have a value each, and one that stopped hashing has it several times: where there are
  /// many, those with some hashes are counted.
  private static func distinctCount(_ sources: [Source], values: Int) -> Int {
    let entries = sources.reduce(0) { $0 + $1.interner.count }
    guard values >= MembershipDirectory.plainMinimumCount,
      Double(entries) >= plainDistinctShare * Double(values)
    else {
      return entries
    }
    let share: UInt64 = entries > manyEntries ? 16 : 1
    var hashes: Set<UInt64> = []
    for source in sources {
      for index in 0..<source.interner.count {
        let hash = checksum(source.interner[index], seed: 0)
        if hash % share == 0 { hashes.insert(hash) }
      }
    }
    return hashes.count * Int(share)
  }

  private static func isPlain(_ kind: ColumnKind, _ sources: [Source], values: Int, entries: Int) -> Bool {
    if kind == .integer { return false }
    if values >= MembershipDirectory.plainMinimumCount {
      return Double(entries) >= plainDistinctShare * Double(values)
    }
    guard kind == .string, values >= TokenPlan.minimumCount,
      Double(entries) >= randomDistinctShare * Double(values)
    else { return false }
    let sample = StringTable()
    for source in sources {
      for index in 0..<source.interner.count where sample.count < 1024 {
        sample.append(source.interner[index])
      }
    }
    return TokenPlan(sample, ZstdCompressor(), gain: TokenPlan.randomShare) != nil
  }

  /// The dictionary table and the rank of each merged entry. An append-only interner may hold a value twice:
  /// both then get the same rank.
  private static func sorted(_ merged: Interner, isString: Bool) -> (StringTable, [UInt32]) {
    let entries = SpelledStrings(merged, isString: isString)
    let shared = entries.sharedByteCount()
    var order = (0..<UInt32(merged.count)).map { (key: UInt64(0), index: $0) }
    order.withUnsafeMutableBufferPointer { entries.sort($0, behind: shared) }
    let table = StringTable(entryCapacity: merged.count, byteCapacity: merged.heap.count)
    var rank = [UInt32](repeating: 0, count: merged.count)
    var previous: Int?
    for (_, index) in order {
      let at = Int(index)
      if let previous, !entries.precedes(previous, at) {
        rank[at] = rank[previous]
        continue
      }
      rank[at] = UInt32(table.count)
      entries.append(at, to: table)
      previous = at
    }
    return (table, rank)
  }

  /// The value of an id, where it is spelled as it is.
  func plainText(_ id: UInt32) -> UnsafeBufferPointer<UInt8>? {
    switch form {
    case .integers: return nil
    case .dictionary(let table): return table.style(Int(id)) == .plain ? table[Int(id)] : nil
    case .plain:
      let source = bases.partitioningIndex { $0 > id } - 1
      let spelling = sources[source].interner[Int(id - bases[source])]
      return StringSpelling.firstEscape(spelling) < spelling.count ? nil : spelling
    }
  }

  /// Values of a chunk of strings: a table, and by value its entry where value `i` is not entry `i`.
  func strings(
    _ ids: UnsafeBufferPointer<UInt32>
  ) -> (table: StringTable, entries: UnsafeBufferPointer<UInt32>?) {
    if case .dictionary(let table) = form { return (table, ids) }
    return (plainSource(ids, isString: true), nil)
  }

  /// Values of a plain column by id.
  func plainSource(_ ids: UnsafeBufferPointer<UInt32>, isString: Bool) -> StringTable {
    let table = StringTable(entryCapacity: ids.count)
    var source = 0
    for id in ids {
      if id < bases[source] || source + 1 < bases.count && id >= bases[source + 1] {
        source = bases.partitioningIndex { $0 > id } - 1
      }
      let spelling = sources[source].interner[Int(id - bases[source])]
      if isString, StringSpelling.firstEscape(spelling) < spelling.count {
        let value = StringSpelling.unescape(spelling)
        let style = StringSpelling.style(of: spelling, value: value)
        table.append(value, style: style, spelling: style == .verbatim ? Array(spelling) : nil)
      } else {
        table.append(spelling)
      }
    }
    return table
  }
}

/// Spellings with their values: unescaped once, only where there are escapes.
private struct SpelledStrings {
  private struct Escaped {
    var value: [UInt8]
    var style: StringStyle
  }

  private let merged: Interner
  private var escaped: [Escaped] = []
  /// By entry: its place in `escaped`, or -1; empty where none has an escape.
  private var places: [Int32] = []

  init(_ merged: Interner, isString: Bool) {
    self.merged = merged
    guard isString else { return }
    for index in 0..<merged.count {
      let spelling = merged[index]
      guard StringSpelling.firstEscape(spelling) < spelling.count else { continue }
      if places.isEmpty { places = Array(repeating: -1, count: merged.count) }
      places[index] = Int32(escaped.count)
      let value = StringSpelling.unescape(spelling)
      escaped.append(Escaped(value: value, style: StringSpelling.style(of: spelling, value: value)))
    }
  }

  @inline(__always)
  private func place(_ index: Int) -> Int { places.isEmpty ? -1 : Int(places[index]) }

  func style(_ index: Int) -> StringStyle {
    let place = place(index)
    return place < 0 ? .plain : escaped[place].style
  }

  /// Appends the entry to a table.
  func append(_ index: Int, to table: StringTable) {
    let place = place(index)
    if place < 0 { return table.append(merged[index]) }
    let style = escaped[place].style
    table.append(
      escaped[place].value, style: style, spelling: style == .verbatim ? Array(merged[index]) : nil)
  }

  @inline(__always)
  private func withValue<R>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    let place = place(index)
    if place >= 0 { return escaped[place].value.withUnsafeBufferPointer(body) }
    return body(merged[index])
  }

  /// Bytes that all values begin with.
  func sharedByteCount() -> Int {
    guard merged.count > 0 else { return 0 }
    return withValue(0) { first in
      var count = first.count
      for index in 1..<merged.count where count > 0 {
        count = withValue(index) { value in
          let limit = min(count, value.count)
          var at = 0
          while at < limit, value[at] == first[at] { at += 1 }
          return at
        }
      }
      return count
    }
  }

  /// Eight bytes from a place on, most significant first, zeros behind the end; and whether all are the value's.
  private func key(_ index: Int, at place: Int) -> (key: UInt64, isWhole: Bool) {
    withValue(index) { bytes in
      if bytes.count >= place + 8, let base = bytes.baseAddress {
        return (UInt64(bigEndian: UnsafeRawPointer(base + place).loadUnaligned(as: UInt64.self)), true)
      }
      var key: UInt64 = 0
      for at in place..<(place + 8) { key = key << 8 | (at < bytes.count ? UInt64(bytes[at]) : 0) }
      return (key, false)
    }
  }

  /// Sorts entries that are alike up to a place: by the eight bytes there, those that are alike in them by the next
  /// eight, and so on, so that hardly any bytes are looked at twice.
  func sort(_ entries: UnsafeMutableBufferPointer<(key: UInt64, index: UInt32)>, behind shared: Int) {
    var left = [(range: entries.indices, place: shared)]
    while let (range, place) = left.popLast() {
      var part = UnsafeMutableBufferPointer(rebasing: entries[range])
      if range.count <= Self.fewEntries {
        part.sort { precedes(Int($0.index), Int($1.index)) }
        continue
      }
      var areWhole = true
      for at in part.indices {
        let (key, isWhole) = key(Int(part[at].index), at: place)
        part[at].key = key
        areWhole = areWhole && isWhole
      }
      part.sort { $0.key < $1.key }
      var start = 0
      for end in 1...part.count where end == part.count || part[end].key != part[start].key {
        if end - start > 1 {
          // A value that ends there may be what another begins with.
          var same = UnsafeMutableBufferPointer(rebasing: part[start..<end])
          if areWhole || same.allSatisfy({ key(Int($0.index), at: place).isWhole }) {
            left.append((range.lowerBound + start..<range.lowerBound + end, place + 8))
          } else {
            same.sort { precedes(Int($0.index), Int($1.index)) }
          }
        }
        start = end
      }
    }
  }

  /// So many are sorted by comparing them as a whole.
  private static let fewEntries = 6

  func precedes(_ a: Int, _ b: Int) -> Bool {
    let order = withValue(a) { x in withValue(b) { y in compare(x, y) } }
    if order != 0 { return order < 0 }
    let (x, y) = (style(a), style(b))
    if x != y { return x.rawValue < y.rawValue }
    return x == .verbatim && CairnStorage.precedes(merged[a], merged[b])
  }
}
