/// Codes of a column given those of another: which of the words that follow a word of the other column a value has, the
/// most frequent first. Most values are then 0. Values stand beside those of equal positions, or are aligned: gaps lead
/// from one value of the other column to the next that has one beside it.
///
/// ```
/// given := 0:u8 counts:integers children:integers width:u8 (0 or 1) then count ranks of width bytes
///        | 3:u8 gaps:integers and the same
/// ```
package enum GivenCodes {
  /// Words that follow one word, at most.
  private static let childLimit = 256
  /// Distinct pairs of words are at most one in so many values: else their table is large.
  package static let minimumMeanUse = 4

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
    guard words.count == rows.count, parent.count == parentRows.count else { return nil }
    let other = WordEncoding.codes(of: parent)
    let none = UInt32(other.list.count)
    var gaps: [Int64] = []
    var others: [UInt32] = []
    gaps.reserveCapacity(rows.count)
    others.reserveCapacity(rows.count)
    var (at, last) = (0, -1)
    for row in rows {
      while at < parentRows.count, parentRows[at] < row { at += 1 }
      if at < parentRows.count, parentRows[at] == row {
        // A second value of the row would have the gap of none.
        guard at > last else { return nil }
        gaps.append(Int64(at - last))
        others.append(other.codes[at])
        last = at
      } else {
        gaps.append(0)
        others.append(none)
      }
    }
    var writer = ByteWriter()
    writer.writeByte(WordEncoding.alignedTag)
    IntegerEncoding.encode(gaps, into: &writer)
    return encode(words, others, otherCount: Int(none) + 1, minimumMeanUse, &writer)
  }

  private static func encode(
    _ words: UnsafeBufferPointer<UInt32>, _ others: [UInt32], otherCount: Int, _ minimumMeanUse: Int,
    _ writer: inout ByteWriter
  ) -> [UInt8]? {
    let child = WordEncoding.codes(of: words)
    guard child.list.count > 1 else { return nil }
    var pairs = [[(code: UInt32, count: Int)]](repeating: [], count: otherCount)
    var left = words.count / minimumMeanUse
    for (code, of) in zip(child.codes, others) {
      if let at = pairs[Int(of)].firstIndex(where: { $0.code == code }) {
        pairs[Int(of)][at].count += 1
      } else {
        left -= 1
        guard left >= 0, pairs[Int(of)].count < childLimit else { return nil }
        pairs[Int(of)].append((code, 1))
      }
    }
    for index in pairs.indices { pairs[index].sort { ($1.count, $0.code) < ($0.count, $1.code) } }
    IntegerEncoding.encode(pairs.map { Int64($0.count) }, into: &writer)
    IntegerEncoding.encode(pairs.joined().map { Int64($0.code) }, into: &writer)
    let isFunction = pairs.allSatisfy { $0.count <= 1 }
    writer.writeByte(isFunction ? 0 : 1)
    if isFunction { return writer.bytes }
    for (code, of) in zip(child.codes, others) {
      writer.writeByte(UInt8(pairs[Int(of)].firstIndex { $0.code == code } ?? 0))
    }
    return writer.bytes
  }
}
