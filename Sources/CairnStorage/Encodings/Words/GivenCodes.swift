/// Codes of a column given those of another: which of the words that follow a word of the other column a value has, the
/// most frequent first. Most values are then 0. Values stand beside those of equal positions, or are aligned: gaps lead
/// from one value of the other column to the next that has one beside it.
///
/// ```
/// given := 0:u8 counts:integers children:integers width:u8 (0 or 1) then count ranks of width bytes
///        | 3:u8 gaps:integers and the same
///        | 5:u8 gaps:integers gaps:integers and the same, of pairs of words (GivenCodes+Pairs)
/// ```
package enum GivenCodes {
  /// Words that follow one word, at most.
  private static let childLimit = 256
  /// Distinct pairs of words are at most one in so many values: else their table is large.
  package static let minimumMeanUse = 4

  /// Whether codes of one size are stored in place of those that are given none. By row they take longer to read.
  package static func isWorthIt(_ byteCount: Int, inPlaceOf own: Int, isByRow: Bool) -> Bool {
    byteCount * 10 < own * (isByRow ? 7 : 9) - 320
  }

  /// The codes, in place of `WordEncoding.encodeCodes`; nil where the columns have too little to do with each other.
  package static func encode(
    _ words: UnsafeBufferPointer<UInt32>, given parent: UnsafeBufferPointer<UInt32>,
    minimumMeanUse: Int = GivenCodes.minimumMeanUse
  ) -> [UInt8]? {
    guard words.count == parent.count else { return nil }
    let other = WordEncoding.codes(of: parent)
    var writer = ByteWriter()
    writer.writeByte(WordEncoding.givenTag)
    return encode(words, other.codes, otherCount: other.list.count, minimumMeanUse, &writer)
  }

  /// The same of columns whose values belong to rows, of which each has one at most.
  package static func encode(
    _ words: UnsafeBufferPointer<UInt32>, rows: UnsafeBufferPointer<UInt32>,
    given parent: UnsafeBufferPointer<UInt32>, rows parentRows: UnsafeBufferPointer<UInt32>,
    minimumMeanUse: Int = GivenCodes.minimumMeanUse
  ) -> [UInt8]? {
    guard words.count == rows.count, let beside = Beside(rows, Sided(parent, rows: parentRows)) else {
      return nil
    }
    var writer = ByteWriter()
    writer.writeByte(WordEncoding.alignedTag)
    IntegerEncoding.encode(beside.gaps, into: &writer)
    return encode(words, beside.codes, otherCount: beside.codeCount, minimumMeanUse, &writer)
  }

  /// A column of which rows have at most one value.
  package struct Sided {
    let words: UnsafeBufferPointer<UInt32>
    let rows: UnsafeBufferPointer<UInt32>

    package init(_ words: UnsafeBufferPointer<UInt32>, rows: UnsafeBufferPointer<UInt32>) {
      (self.words, self.rows) = (words, rows)
    }
  }

  /// What of another column stands beside each value of one.
  struct Beside {
    private(set) var gaps: [Int64] = []
    private(set) var codes: [UInt32] = []
    /// Codes of the other column, and that of none, which is the last.
    let codeCount: Int

    /// Nil where a row has two values.
    init?(_ rows: UnsafeBufferPointer<UInt32>, _ parent: Sided) {
      guard parent.words.count == parent.rows.count else { return nil }
      let other = WordEncoding.codes(of: parent.words)
      codeCount = other.list.count + 1
      gaps.reserveCapacity(rows.count)
      codes.reserveCapacity(rows.count)
      var (at, last) = (0, -1)
      for row in rows {
        while at < parent.rows.count, parent.rows[at] < row { at += 1 }
        if at < parent.rows.count, parent.rows[at] == row {
          // A second value of the row would have the gap of none.
          guard at > last else { return nil }
          gaps.append(Int64(at - last))
          codes.append(other.codes[at])
          last = at
        } else {
          gaps.append(0)
          codes.append(UInt32(codeCount - 1))
        }
      }
    }
  }

  static func encode(
    _ words: UnsafeBufferPointer<UInt32>, _ others: [UInt32], otherCount: Int, _ minimumMeanUse: Int,
    _ writer: inout ByteWriter
  ) -> [UInt8]? {
    let child = WordEncoding.codes(of: words)
    guard child.list.count > 1 else { return nil }
    var pairs = PairCounts(otherCount: otherCount, valueCount: words.count)
    defer { pairs.free() }
    guard pairs.count(child.codes, others, limit: words.count / minimumMeanUse, childLimit) else {
      return nil
    }
    let lists = pairs.rank()
    IntegerEncoding.encode(lists.counts, into: &writer)
    IntegerEncoding.encode(lists.codes, into: &writer)
    let isFunction = lists.counts.allSatisfy { $0 <= 1 }
    writer.writeByte(isFunction ? 0 : 1)
    if isFunction { return writer.bytes }
    writer.bytes.reserveCapacity(writer.bytes.count + words.count)
    for pair in pairs.ofValue.buffer { writer.bytes.append(pairs.ranks[Int(pair)]) }
    return writer.bytes
  }
}

/// How often each code stands beside each of the other column.
private struct PairCounts {
  private struct Pair: BitwiseCopyable {
    var code: UInt32
    var count: UInt32
    /// Of the same other code; `none` where there is no more.
    var next: UInt32
  }

  private static let none = UInt32.max

  private var pairs = RawVector<Pair>()
  /// By other code: the pair that was met last, then how many there are.
  private var heads: RawVector<UInt32>
  private var childCounts: RawVector<UInt32>
  /// The pair of each value.
  private(set) var ofValue: RawVector<UInt32>
  /// By pair: which one it is of those with its other code, the most frequent first.
  private(set) var ranks = RawVector<UInt8>()

  init(otherCount: Int, valueCount: Int) {
    heads = RawVector(capacity: otherCount)
    heads.appendUninitialized(count: otherCount).update(repeating: Self.none, count: otherCount)
    childCounts = RawVector(capacity: otherCount)
    childCounts.appendUninitialized(count: otherCount).update(repeating: 0, count: otherCount)
    ofValue = RawVector(capacity: valueCount)
  }

  func free() {
    pairs.free()
    heads.free()
    childCounts.free()
    ofValue.free()
    ranks.free()
  }

  /// False where there are more pairs than `limit`, or more of one other code than `childLimit`.
  mutating func count(_ codes: [UInt32], _ others: [UInt32], limit: Int, _ childLimit: Int) -> Bool {
    for (code, other) in zip(codes, others) {
      let head = heads[Int(other)]
      var (at, before) = (head, Self.none)
      while at != Self.none, pairs[Int(at)].code != code { (before, at) = (at, pairs[Int(at)].next) }
      if at == Self.none {
        guard pairs.count < limit, Int(childCounts[Int(other)]) < childLimit else { return false }
        childCounts[Int(other)] += 1
        at = UInt32(pairs.count)
        pairs.append(Pair(code: code, count: 1, next: head))
        heads[Int(other)] = at
      } else {
        pairs.base[Int(at)].count += 1
        if before != Self.none {
          // To the front: what was met last is often met next.
          pairs.base[Int(before)].next = pairs[Int(at)].next
          pairs.base[Int(at)].next = head
          heads[Int(other)] = at
        }
      }
      ofValue.append(at)
    }
    return true
  }

  /// Ranks all pairs; gives how many each other code has, and the codes of all.
  mutating func rank() -> (counts: [Int64], codes: [Int64]) {
    ranks.appendUninitialized(count: pairs.count).update(repeating: 0, count: pairs.count)
    var codes: [Int64] = []
    codes.reserveCapacity(pairs.count)
    var list: [UInt32] = []
    for head in heads.buffer {
      list.removeAll(keepingCapacity: true)
      var at = head
      while at != Self.none {
        list.append(at)
        at = pairs[Int(at)].next
      }
      list.sort { a, b in
        let (x, y) = (pairs[Int(a)], pairs[Int(b)])
        return x.count != y.count ? x.count > y.count : x.code < y.code
      }
      for (rank, pair) in list.enumerated() {
        ranks[Int(pair)] = UInt8(rank)
        codes.append(Int64(pairs[Int(pair)].code))
      }
    }
    return (childCounts.buffer.map { Int64($0) }, codes)
  }
}
