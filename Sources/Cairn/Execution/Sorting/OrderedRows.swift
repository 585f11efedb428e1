import CairnStorage
import Glibc

/// The rows of some batches, counted over all, in the order of some keys. A key is only looked at of rows that those
/// before it do not tell apart.
struct OrderedRows {
  /// The row at each place; rows of a group stand together where groups are given, and equal ones in their order.
  private(set) var rows: [UInt32]
  /// The places of rows that are equal in all keys, where these are several.
  private(set) var ties: [Range<Int>]

  /// - Parameters:
  ///   - groups: a number for each row; rows of several groups are not compared.
  ///   - limit: rows of which the order is wanted, the first ones; others may be left out.
  init(
    _ batches: [Batch], _ keys: [SortKey], in groups: [UInt32]? = nil, limit: Int? = nil, threads: Int
  ) throws {
    let rowCount = batches.reduce(0) { $0 + $1.rowCount }
    var radix = RadixOrder(rowCount: rowCount)
    let first = try keys.first.map { try RankedRows.rank(batches, $0, threads: threads) }
    first?.withUnsafeBufferPointer { ranks in radix.sort { ranks[$0] } }
    groups?.withUnsafeBufferPointer { groups in radix.sort { Int64(groups[$0]) } }
    rows = radix.rows
    ties = Self.ties(rows, first ?? [], groups ?? [])
    for key in keys.dropFirst() {
      if let limit { cut(at: limit) }
      if !ties.isEmpty { try divide(batches, key, limit, threads: threads) }
    }
  }

  /// Leaves out rows behind those that are alike with the last wanted one.
  private mutating func cut(at limit: Int) {
    if rows.count <= limit { return }
    let last = ties.last { $0.lowerBound < limit }
    rows.removeLast(rows.count - max(limit, last?.upperBound ?? 0))
    ties.removeAll { $0.upperBound > rows.count }
  }

  /// Leaves out rows of the last tie which are behind the wanted ones; `number` has their order, if not in all detail.
  private mutating func narrow(to limit: Int?, _ number: (UInt32) -> UInt64) {
    guard let limit, let tie = ties.last, tie.upperBound > limit,
      tie.count > Self.fewRowCount, tie.count / 2 > limit - tie.lowerBound
    else { return }
    let numbers = rows[tie].map(number)
    let border = numbers.element(limit - tie.lowerBound)
    let kept = zip(rows[tie], numbers).filter { $1 <= border }.map(\.0)
    rows.replaceSubrange(tie.lowerBound..., with: kept)
    ties[ties.count - 1] = tie.lowerBound..<rows.count
    if kept.count == 1 { ties.removeLast() }
  }

  /// So few are ordered at once.
  private static let fewRowCount = 512

  /// Places of neighbours that are alike in each list that is not empty.
  private static func ties(_ rows: [UInt32], _ ranks: [Int64], _ groups: [UInt32]) -> [Range<Int>] {
    rows.withUnsafeBufferPointer { rows in
      ranks.withUnsafeBufferPointer { ranks in
        groups.withUnsafeBufferPointer { groups in
          var ties: [Range<Int>] = []
          var start = 0
          for place in rows.indices.dropFirst() {
            let (row, last) = (Int(rows[place]), Int(rows[place - 1]))
            let isAlike =
              (ranks.isEmpty || ranks[row] == ranks[last]) && (groups.isEmpty || groups[row] == groups[last])
            if isAlike { continue }
            if place - start > 1 { ties.append(start..<place) }
            start = place
          }
          if rows.count - start > 1 { ties.append(start..<rows.count) }
          return ties
        }
      }
    }
  }

  // MARK: Later keys

  /// Orders rows that are alike so far by one more key.
  private mutating func divide(_ batches: [Batch], _ key: SortKey, _ limit: Int?, threads: Int) throws {
    let values = try TiedValues(batches, key, rows, ties, threads: threads)
    let tiedCount = ties.reduce(0) { $0 + $1.count }
    if let ranks = values.ranks {
      narrow(to: limit) { UInt64(bitPattern: ranks[values.index(ofRow: $0)]) ^ 1 << 63 }
      return divide(ranks, values)
    }
    if limit == nil, tiedCount / ties.count > Self.comparedCount {
      return divide(values.textRanks(key), values)
    }
    guard let texts = values.texts else { return }
    let items = try TiedTexts(texts, key, threads: threads)
    narrow(to: limit) { items.number(values.index(ofRow: $0)) }
    if ties.isEmpty { return }
    let (old, parts) = (ties, parts)
    ties = try rows.withUnsafeMutableBufferPointer { rows in
      // Parts have places of their own.
      nonisolated(unsafe) let rows = rows
      return try parallelMap(count: parts.count, threads: threads) { part in
        var left: [Range<Int>] = []
        for tie in old[parts[part]] {
          items.order(UnsafeMutableBufferPointer(rebasing: rows[tie]), values, from: tie.lowerBound, &left)
        }
        return left
      }.flatMap { $0 }
    }
  }

  /// Ties with so many rows that a thread orders them at a time.
  private var parts: [Range<Int>] {
    var parts: [Range<Int>] = []
    var (start, count) = (0, 0)
    for (index, tie) in ties.enumerated() {
      count += tie.count
      if count >= Self.partRowCount || index == ties.count - 1 {
        parts.append(start..<index + 1)
        (start, count) = (index + 1, 0)
      }
    }
    return parts
  }

  /// Texts of so many rows that are alike, in the middle, are not worth comparing.
  private static let comparedCount = 256
  /// Rows that a thread orders at a time.
  private static let partRowCount = 1 << 13

  /// The same by numbers.
  private mutating func divide(_ ranks: [Int64], _ values: TiedValues) {
    var places: [Int] = []
    var own: [Int64] = []
    var numbers: [UInt32] = []
    for (number, tie) in ties.enumerated() {
      for place in tie {
        places.append(place)
        own.append(ranks[values.index(ofRow: rows[place])])
        numbers.append(UInt32(truncatingIfNeeded: number))
      }
    }
    var radix = RadixOrder(rowCount: places.count)
    own.withUnsafeBufferPointer { own in radix.sort { own[$0] } }
    numbers.withUnsafeBufferPointer { numbers in radix.sort { Int64(numbers[$0]) } }
    let sorted = radix.rows.map { rows[places[Int($0)]] }
    for (index, row) in sorted.enumerated() { rows[places[index]] = row }
    // Places of a tie follow one another here too.
    ties = Self.ties(radix.rows, own, numbers).map {
      places[$0.lowerBound]..<places[$0.lowerBound] + $0.count
    }
  }
}

/// A column's values of rows that earlier keys do not tell apart: read of these alone where they are few.
private final class TiedValues: Sendable {
  /// Where each row's value is; empty where that is the row's own number.
  private let indices: [UInt32]
  /// Numbers in the order of the values; nil for texts that are not looked at yet.
  let ranks: [Int64]?
  let texts: [Vector.Texts]?

  init(_ batches: [Batch], _ key: SortKey, _ rows: [UInt32], _ ties: [Range<Int>], threads: Int) throws {
    var parts = batches.map { batch in
      Batch(rowCount: batch.rowCount, columns: batch.columns.filter { $0.key == key.column })
    }
    // Some rows may have been left out.
    let rowCount = batches.reduce(0) { $0 + $1.rowCount }
    let isFew = ties.reduce(0) { $0 + $1.count } < rowCount / 2
    if isFew {
      var isTied = [Bool](repeating: false, count: rowCount)
      for tie in ties {
        for place in tie { isTied[Int(rows[place])] = true }
      }
      var indices = [UInt32](repeating: 0, count: rowCount)
      var (start, next): (Int, UInt32) = (0, 0)
      for (number, batch) in batches.enumerated() {
        var own: [UInt32] = []
        for row in 0..<batch.rowCount where isTied[start + row] {
          own.append(UInt32(truncatingIfNeeded: row))
          indices[start + row] = next
          next += 1
        }
        parts[number] = parts[number].select(own)
        start += batch.rowCount
      }
      self.indices = indices
    } else {
      indices = []
    }
    let vectors = try RankedRows.vectors(parts, key, threads: threads)
    texts = RankedRows.plainTexts(vectors, key)
    ranks = texts == nil ? RankedRows.rank(vectors, key) : nil
  }

  @inline(__always)
  func index(ofRow row: UInt32) -> Int { indices.isEmpty ? Int(row) : Int(indices[Int(row)]) }

  func textRanks(_ key: SortKey) -> [Int64] { texts.map { RankedRows.rank($0, key) } ?? [] }
}

/// Texts of rows as they are compared: the first bytes behind what all begin with as a number, and whole where these
/// are alike.
private final class TiedTexts: Sendable {
  private let texts: [Vector.Texts]
  private let entries: [TextEntries]
  /// Where each vector's rows begin.
  private let starts: [Int]
  private let isDescending: Bool
  /// By row of the vectors.
  private let prefixes: [UInt64]
  /// By row: 1 for texts, less or more for NULL; empty where there is none.
  private let kinds: [UInt8]

  private struct Item: BitwiseCopyable {
    var prefix: UInt64
    var index: UInt32
    var row: UInt32
    var kind: UInt8
  }

  init(_ texts: [Vector.Texts], _ key: SortKey, threads: Int) throws {
    self.texts = texts
    let entries = texts.map(\.entries)
    self.entries = entries
    isDescending = key.isDescending
    var start = 0
    starts = texts.map { texts in
      defer { start += texts.codes.count }
      return start
    }
    let offset = withExtendedLifetime(texts) { Self.commonByteCount(entries) }
    // In the order of memory, which is not that of the rows.
    prefixes = try parallelMap(count: texts.count, threads: threads) { number in
      let (codes, null) = (texts[number].codes, texts[number].null)
      return withExtendedLifetime(texts) {
        codes.map { $0 == null ? 0 : Self.prefix(entries[number][Int($0)], at: offset) }
      }
    }.flatMap { $0 }
    let nullKind: UInt8 = key.nullsFirst ? 0 : 2
    let hasNull = texts.contains { texts in texts.codes.contains(texts.null) }
    kinds = hasNull ? texts.flatMap { texts in texts.codes.map { $0 == texts.null ? nullKind : 1 } } : []
  }

  /// How many bytes all texts begin with.
  private static func commonByteCount(_ tables: [TextEntries]) -> Int {
    guard let table = tables.first(where: { $0.count > 0 }) else { return 0 }
    let first = table[0]
    var common = first.count
    for table in tables {
      for entry in 0..<table.count {
        let text = table[entry]
        var length = 0
        while length < min(common, text.count), text[length] == first[length] { length += 1 }
        common = length
        if common == 0 { return 0 }
      }
    }
    return common
  }

  /// Eight bytes from an offset on as a number in their order, zeros behind the text's end.
  private static func prefix(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) -> UInt64 {
    if text.count - offset >= 8 {
      return UInt64(
        bigEndian: UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    var prefix: UInt64 = 0
    for place in offset..<max(offset, text.count) {
      prefix |= UInt64(text[place]) << UInt64(56 - 8 * (place - offset))
    }
    return prefix
  }

  private func text(_ index: UInt32) -> UnsafeBufferPointer<UInt8> {
    // The last vector that begins before.
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= Int(index) { low = middle } else { high = middle }
    }
    return entries[low][Int(texts[low].codes[Int(index) - starts[low]])]
  }

  /// A number that is no less for a text that is not before another one; NULLs have theirs.
  func number(_ index: Int) -> UInt64 {
    let kind = kinds.isEmpty ? 1 : kinds[index]
    let prefix = kind != 1 ? 0 : isDescending ? ~prefixes[index] : prefixes[index]
    return UInt64(kind) << 62 | prefix >> 2
  }

  /// Negative, zero or positive.
  @inline(__always)
  private func order(_ lhs: Item, _ rhs: Item) -> Int {
    if lhs.kind != rhs.kind { return lhs.kind < rhs.kind ? -1 : 1 }
    if lhs.prefix != rhs.prefix { return (lhs.prefix < rhs.prefix) != isDescending ? -1 : 1 }
    return lhs.kind == 1 ? orderOfWhole(lhs.index, rhs.index) : 0
  }

  @inline(never)
  private func orderOfWhole(_ lhs: UInt32, _ rhs: UInt32) -> Int {
    let order = compare(text(lhs), text(rhs))
    return isDescending ? -order : order
  }

  /// Orders rows that are alike so far, and adds the places of those that still are; the first row's place is `start`.
  func order(
    _ rows: UnsafeMutableBufferPointer<UInt32>, _ values: TiedValues, from start: Int,
    _ ties: inout [Range<Int>]
  ) {
    withExtendedLifetime(texts) {
      var items = [Item](unsafeUninitializedCapacity: rows.count) { items, count in
        for (place, row) in rows.enumerated() {
          let index = values.index(ofRow: row)
          items[place] = Item(
            prefix: prefixes[index], index: UInt32(truncatingIfNeeded: index), row: row,
            kind: kinds.isEmpty ? 1 : kinds[index])
        }
        count = rows.count
      }
      items.sort { lhs, rhs in
        let order = order(lhs, rhs)
        return order != 0 ? order < 0 : lhs.row < rhs.row
      }
      var first = 0
      for place in items.indices {
        rows[place] = items[place].row
        if place + 1 == items.count || order(items[place], items[place + 1]) != 0 {
          if place > first { ties.append(start + first..<start + place + 1) }
          first = place + 1
        }
      }
    }
  }
}
