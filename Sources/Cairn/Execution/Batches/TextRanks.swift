import CairnStorage
import Glibc

/// Places of texts in their order (S21), equal ones alike: eight bytes at a time as numbers, so that most texts are
/// compared without looking at them again.
struct TextRanks {
  private static let chunk = 8
  /// Fewer texts than this are compared.
  private static let fewTexts = 64
  /// Texts that are alike for so many chunks are compared.
  private static let mostChunks = 16

  /// The ranks of the rows of some vectors, from 0; -1 for NULL.
  static func ofRows(_ vectors: [Vector.Texts]) -> [Int64] {
    let byEntry = withExtendedLifetime(vectors) { ofEntries(vectors.map(\.entries)) }
    var ranks: [Int64] = []
    ranks.reserveCapacity(vectors.reduce(0) { $0 + $1.codes.count })
    var start = 0
    for vector in vectors {
      let null = vector.null
      for code in vector.codes { ranks.append(code == null ? -1 : byEntry[start + Int(code)]) }
      start += vector.table.count
    }
    return ranks
  }

  /// Those of the entries of some tables.
  private static func ofEntries(_ tables: [TextEntries]) -> [Int64] {
    var places: [UnsafeBufferPointer<UInt8>] = []
    places.reserveCapacity(tables.reduce(0) { $0 + $1.count })
    for table in tables {
      for entry in 0..<table.count { places.append(table[entry]) }
    }
    var ranks = [Int64](repeating: 0, count: places.count)
    if places.isEmpty { return ranks }
    var order = RadixOrder(rowCount: places.count).rows
    order.withUnsafeMutableBufferPointer { order in
      places.withUnsafeBufferPointer { places in
        let texts = Texts(places: places)
        texts.sort(order, from: texts.commonPrefix(), depth: 0)
        var rank: Int64 = 0
        for (index, text) in order.enumerated() {
          if index > 0, texts.compare(order[index - 1], text, from: 0) != 0 { rank += 1 }
          ranks[Int(text)] = rank
        }
      }
    }
    return ranks
  }

  private struct Texts {
    let places: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>

    subscript(text: UInt32) -> UnsafeBufferPointer<UInt8> { places[Int(text)] }

    /// Bytes that all texts begin with.
    func commonPrefix() -> Int {
      let first = self[0]
      var common = first.count
      for text in 1..<max(1, UInt32(places.count)) {
        let text = self[text]
        var length = 0
        while length < min(common, text.count), text[length] == first[length] { length += 1 }
        common = length
        if common == 0 { break }
      }
      return common
    }

    func compare(_ lhs: UInt32, _ rhs: UInt32, from offset: Int) -> Int {
      let (left, right) = (self[lhs], self[rhs])
      let common = min(left.count, right.count)
      if offset < common, let leftBase = left.baseAddress, let rightBase = right.baseAddress {
        let order = memcmp(leftBase + offset, rightBase + offset, common - offset)
        if order != 0 { return Int(order) }
      }
      return left.count - right.count
    }

    /// Bytes from an offset on as a number in their order, zeros behind the text's end.
    private func chunk(_ text: UInt32, at offset: Int) -> UInt64 {
      let text = self[text]
      if text.count - offset >= TextRanks.chunk {
        return UInt64(
          bigEndian: UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      var value: UInt64 = 0
      for index in offset..<max(offset, text.count) {
        value |= UInt64(text[index]) << UInt64(56 - 8 * (index - offset))
      }
      return value
    }

    /// Sorts texts that are equal before an offset.
    func sort(_ all: UnsafeMutableBufferPointer<UInt32>, from offset: Int, depth: Int) {
      var texts = all
      if texts.count < TextRanks.fewTexts || depth == TextRanks.mostChunks {
        return texts.sort { compare($0, $1, from: offset) < 0 }
      }
      let keys = texts.map { chunk($0, at: offset) }
      var order = RadixOrder(rowCount: texts.count)
      order.sort(keys: keys, below: .max)
      let old = Array(texts)
      for (index, place) in order.rows.enumerated() { texts[index] = old[Int(place)] }
      var start = 0
      while start < order.rows.count {
        let key = keys[Int(order.rows[start])]
        var end = start + 1
        while end < order.rows.count, keys[Int(order.rows[end])] == key { end += 1 }
        if end - start > 1 { sortEqual(part(texts, start..<end), from: offset, depth: depth) }
        start = end
      }
    }

    /// The same of texts with the same chunk there: of those that end in it, where zeros stand for the end, the
    /// shorter ones come first.
    private func sortEqual(_ all: UnsafeMutableBufferPointer<UInt32>, from offset: Int, depth: Int) {
      var ended = 0
      for index in all.indices where self[all[index]].count <= offset + TextRanks.chunk {
        all.swapAt(index, ended)
        ended += 1
      }
      var short = part(all, 0..<ended)
      short.sort { self[$0].count < self[$1].count }
      if all.count - ended > 1 {
        sort(part(all, ended..<all.count), from: offset + TextRanks.chunk, depth: depth + 1)
      }
    }

    private func part(
      _ texts: UnsafeMutableBufferPointer<UInt32>, _ range: Range<Int>
    ) -> UnsafeMutableBufferPointer<UInt32> { UnsafeMutableBufferPointer(rebasing: texts[range]) }
  }
}
