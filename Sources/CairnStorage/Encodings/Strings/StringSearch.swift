// Looking for a text in stored strings without a copy of each.

extension PlainStrings {
  /// Positions of the values whose spelling has the piece in it, ascending, and whether all are spelled as they are.
  static func positions(
    containing piece: TextPiece, _ reader: inout ByteReader, count: Int
  ) throws -> (positions: [UInt32], arePlain: Bool) {
    var ahead = reader
    let lengths = try IntegerEncoding.decode(&ahead, count: count)
    let styles = try decodeStyles(&ahead, count: count)
    let arePlain = styles.styles.isEmpty
    guard let finder = arePlain ? piece.finder : piece.core else {
      let table = try decode(&reader, count: count, positions: nil)
      return (table.entries(containing: piece), arePlain: false)
    }
    let range = try heapRange(&ahead, lengths)
    let positions = ahead.bytes.withUnsafeBufferPointer { bytes in
      let heap = UnsafeBufferPointer(rebasing: bytes[range])
      if arePlain {
        var found: [UInt32] = []
        visit(finder, heap, lengths) { index, _ in found.append(UInt32(index)) }
        return found
      }
      return styledPositions(piece, finder, heap, lengths, styles)
    }
    return (positions, arePlain)
  }

  /// Calls `body` with each value, without its escapes, in order.
  static func visit(
    _ reader: inout ByteReader, count: Int,
    _ body: (_ position: Int, _ value: UnsafeBufferPointer<UInt8>) -> Void
  ) throws {
    let (lengths, range) = try values(&reader, count: count)
    reader.bytes.withUnsafeBufferPointer { bytes in
      var start = range.lowerBound
      for (position, length) in lengths.enumerated() {
        let end = start + Int(length)
        body(position, UnsafeBufferPointer(rebasing: bytes[start..<end]))
        start = end
      }
    }
  }

  /// The same of those that have a text in them.
  static func visit(
    _ reader: inout ByteReader, count: Int, having finder: ByteFinder,
    _ body: (_ position: Int, _ value: UnsafeBufferPointer<UInt8>) -> Void
  ) throws {
    let (lengths, range) = try values(&reader, count: count)
    reader.bytes.withUnsafeBufferPointer { bytes in
      visit(finder, UnsafeBufferPointer(rebasing: bytes[range]), lengths, body)
    }
  }

  private static func values(
    _ reader: inout ByteReader, count: Int
  ) throws -> (lengths: [Int64], range: Range<Int>) {
    let lengths = try IntegerEncoding.decode(&reader, count: count)
    _ = try decodeStyles(&reader, count: count)
    return (lengths, try heapRange(&reader, lengths))
  }

  /// Where the bytes of the values are: all that is left, and as long as the lengths say together.
  private static func heapRange(_ reader: inout ByteReader, _ lengths: [Int64]) throws -> Range<Int> {
    let range = try reader.readRange(reader.remaining)
    var total = 0
    for length in lengths {
      guard length >= 0, length <= Int64(range.count - total) else {
        throw reader.damaged("string length \(length)")
      }
      total += Int(length)
    }
    guard total == range.count else { throw reader.damaged("string lengths fall short of their bytes") }
    return range
  }

  /// Where escapes may stand in for bytes: values that can have the piece are spelled and looked at again.
  private static func styledPositions(
    _ piece: TextPiece, _ core: ByteFinder, _ heap: UnsafeBufferPointer<UInt8>, _ lengths: [Int64],
    _ styles: Styles
  ) -> [UInt32] {
    var spelled = RawVector<UInt8>(capacity: 256)
    defer { spelled.free() }
    // The spelling of a verbatim value stands apart from it.
    var found = styles.spellings.filter { _, spelling in
      spelling.withUnsafeBufferPointer { piece.finder.find(in: $0) } != nil
    }.map { UInt32($0.key) }
    visit(core, heap, lengths) { index, value in
      if styles.spellings[index] != nil { return }
      spelled.truncate(to: 0)
      StringSpelling.append(value, style: styles.style(index), to: &spelled)
      if piece.finder.find(in: spelled.buffer) != nil { found.append(UInt32(index)) }
    }
    return found.sorted()
  }

  /// Calls `body` with each value that has the text in it, in order. The lengths add up to the heap.
  private static func visit(
    _ finder: ByteFinder, _ heap: UnsafeBufferPointer<UInt8>, _ lengths: [Int64],
    _ body: (_ index: Int, _ value: UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var from = 0
    var index = 0
    var start = 0
    while let place = finder.find(in: heap, from: from) {
      while start + Int(lengths[index]) <= place {
        start += Int(lengths[index])
        index += 1
      }
      let end = start + Int(lengths[index])
      if place + finder.text.count <= end {
        body(index, UnsafeBufferPointer(rebasing: heap[start..<end]))
        from = end
      } else {
        // It reaches into the next value.
        from = place + 1
      }
    }
  }
}
