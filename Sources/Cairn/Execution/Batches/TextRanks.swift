import Glibc

/// Places of texts in their order (S21), equal ones alike: eight bytes at a time as numbers, so that most texts are
/// compared without looking at them again.
struct TextRanks {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// The ranks of the texts, from 0.
  private(set) var ranks: [Int64] = []

  private static let chunk = 8
  /// Fewer texts than this are compared.
  private static let fewTexts = 64
  /// Texts that are alike for so many chunks are compared.
  private static let mostChunks = 16

  /// Nil where a value is neither text nor NULL; NULLs get the rank -1.
  init?(_ entries: [EngineValue]) {
    var places: [Int] = []
    places.reserveCapacity(entries.count)
    for (place, entry) in entries.enumerated() {
      switch entry {
      case .text(let text), .record(.string(let text)):
        bytes += text
        ends.append(bytes.count)
        places.append(place)
      case .null: continue
      default: return nil
      }
    }
    ranks = Array(repeating: -1, count: entries.count)
    guard !places.isEmpty else { return }
    var order = RadixOrder(rowCount: places.count).rows
    order.withUnsafeMutableBufferPointer { order in
      withTexts { texts in
        texts.sort(order, from: texts.commonPrefix(), depth: 0)
        var rank: Int64 = 0
        for (index, text) in order.enumerated() {
          if index > 0, texts.compare(order[index - 1], text, from: 0) != 0 { rank += 1 }
          ranks[places[Int(text)]] = rank
        }
      }
    }
    (bytes, ends) = ([], [])
  }

  private func withTexts(_ body: (Texts) -> Void) {
    bytes.withUnsafeBufferPointer { bytes in
      ends.withUnsafeBufferPointer { body(Texts(bytes: bytes, ends: $0)) }
    }
  }

  private struct Texts {
    let bytes: UnsafeBufferPointer<UInt8>
    let ends: UnsafeBufferPointer<Int>

    subscript(text: UInt32) -> UnsafeBufferPointer<UInt8> {
      let index = Int(text)
      let start = index == 0 ? 0 : ends[index - 1]
      return UnsafeBufferPointer(rebasing: bytes[start..<ends[index]])
    }

    /// Bytes that all texts begin with.
    func commonPrefix() -> Int {
      let first = self[0]
      var common = first.count
      for text in 1..<max(1, UInt32(ends.count)) {
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
