extension GivenCodes {
  /// The codes of `count` values into a list of `wordCount` words; the reader is behind the first byte.
  package static func decode(
    _ reader: inout ByteReader, wordCount: Int, count: Int, given parent: CodedWords
  ) throws -> CodedWords.Codes {
    guard parent.count == count else {
      throw reader.damaged("\(count) values given a column of \(parent.count)")
    }
    return try decode(&reader, wordCount: wordCount, count: count, given: parent, gaps: nil)
  }

  /// The same of aligned ones.
  package static func decodeAligned(
    _ reader: inout ByteReader, wordCount: Int, count: Int, given parent: CodedWords
  ) throws -> CodedWords.Codes {
    let gaps = try decodeGaps(&reader, count: count, parent)
    return try decode(&reader, wordCount: wordCount, count: count, given: parent, gaps: gaps)
  }

  /// Gaps that lead to values that the column has.
  static func decodeGaps(
    _ reader: inout ByteReader, count: Int, _ parent: CodedWords
  ) throws -> [UInt32] {
    let gaps = try IntegerEncoding.decode32(&reader, count: count)
    // No place is behind the last one.
    guard gaps.reduce(0, { $0 &+ UInt64($1) }) <= UInt64(parent.count) else {
      throw reader.damaged("a gap leads behind the column that values are given")
    }
    return gaps
  }

  /// The other column's code beside each value, or the number of its words.
  static func beside(_ gaps: [UInt32], _ parent: CodedWords) -> [UInt32] {
    let none = parent.words.count
    func codes<Code: FixedWidthInteger & BitwiseCopyable>(_ codes: [Code]) -> [UInt32] {
      codes.withUnsafeBufferPointer { codes in
        gaps.withUnsafeBufferPointer { gaps in
          var cursor = BesideCursor(parents: codes, gaps: gaps.baseAddress, none: none)
          return [UInt32](unsafeUninitializedCapacity: gaps.count) { target, written in
            for index in 0..<gaps.count { target[index] = UInt32(truncatingIfNeeded: cursor.next(index)) }
            written = gaps.count
          }
        }
      }
    }
    return switch parent.codes {
    case .constant: gaps.map { $0 == 0 ? UInt32(none) : 0 }
    case .bytes(let values): codes(values)
    case .shorts(let values): codes(values)
    case .longs(let values): codes(values)
    }
  }

  static func decode(
    _ reader: inout ByteReader, wordCount: Int, count: Int, given parent: CodedWords, gaps: [UInt32]?
  ) throws -> CodedWords.Codes {
    // Values that have none beside them follow a word of their own, behind all others.
    let otherCount = parent.words.count + (gaps == nil ? 0 : 1)
    var starts: [UInt32] = [0]
    starts.reserveCapacity(otherCount + 1)
    for number in try IntegerEncoding.decode(&reader, count: otherCount) {
      guard number >= (gaps == nil ? 1 : 0), number <= Int64(count - Int(starts[starts.count - 1])) else {
        throw reader.damaged("\(number) words follow one")
      }
      starts.append(starts[starts.count - 1] + UInt32(number))
    }
    let children = try IntegerEncoding.decode(&reader, count: Int(starts[starts.count - 1])).map { code in
      guard code >= 0, code < Int64(wordCount) else { throw reader.damaged("code beyond its word list") }
      return UInt32(code)
    }
    let width = try reader.readByte()
    guard width <= 1 else { throw reader.damaged("rank width \(width)") }
    let ranks = try reader.readRange(count * Int(width))
    try reader.expectEnd(of: "chunk")
    let table = FollowerTable(
      starts: starts, children: children, ranks: reader.bytes[ranks], count: count, gaps: gaps)
    let codes: CodedWords.Codes? =
      switch wordCount {
      case ...(1 << 8): table.codes(parent, UInt8.self).map { .bytes($0) }
      case ...(1 << 16): table.codes(parent, UInt16.self).map { .shorts($0) }
      default: table.codes(parent, UInt32.self).map { .longs($0) }
      }
    guard let codes else { throw reader.damaged("rank beyond the words that follow") }
    return codes
  }
}

/// Words that follow each word of another column, and each value's rank among them.
private struct FollowerTable {
  let starts: [UInt32]
  let children: [UInt32]
  let ranks: ArraySlice<UInt8>
  let count: Int
  /// Nil where values stand beside those of equal positions. They add up to no more than the other column has.
  let gaps: [UInt32]?

  /// Nil where a rank is beyond its words.
  func codes<Code: FixedWidthInteger & BitwiseCopyable>(_ parent: CodedWords, _: Code.Type) -> [Code]? {
    switch parent.codes {
    case .constant: codes([UInt8](repeating: 0, count: parent.count))
    case .bytes(let codes): self.codes(codes)
    case .shorts(let codes): self.codes(codes)
    case .longs(let codes): self.codes(codes)
    }
  }

  private func codes<
    Parent: FixedWidthInteger & BitwiseCopyable, Code: FixedWidthInteger & BitwiseCopyable
  >(
    _ parents: [Parent]
  ) -> [Code]? {
    var isValid = true
    let codes = [Code](unsafeUninitializedCapacity: count) { target, written in
      isValid = parents.withUnsafeBufferPointer { parents in
        gaps.map { gaps in gaps.withUnsafeBufferPointer { fill(target, parents, $0) } }
          ?? fill(target, parents, UnsafeBufferPointer(start: nil, count: 0))
      }
      written = isValid ? count : 0
    }
    return isValid ? codes : nil
  }

  private func fill<Parent: FixedWidthInteger & BitwiseCopyable, Code: FixedWidthInteger & BitwiseCopyable>(
    _ target: UnsafeMutableBufferPointer<Code>, _ parents: UnsafeBufferPointer<Parent>,
    _ gaps: UnsafeBufferPointer<UInt32>
  ) -> Bool {
    let beside = BesideCursor(parents: parents, gaps: gaps.baseAddress, none: starts.count - 2)
    return ranks.isEmpty ? fillOnly(target, beside) : fillRanked(target, beside)
  }

  /// Where one word follows each.
  private func fillOnly<Parent, Code: FixedWidthInteger & BitwiseCopyable>(
    _ target: UnsafeMutableBufferPointer<Code>, _ start: BesideCursor<Parent>
  ) -> Bool {
    let bounds = zip(starts, starts.dropFirst())
    let only = bounds.map { $0 < $1 ? Code(truncatingIfNeeded: children[Int($0)]) : 0 }
    let missing = bounds.map { $0 < $1 ? UInt8(0) : 1 }
    return only.withUnsafeBufferPointer { only in
      missing.withUnsafeBufferPointer { missing in
        var beside = start
        var isMissing: UInt8 = 0
        for index in 0..<count {
          let parent = beside.next(index)
          target[index] = only[parent]
          isMissing |= missing[parent]
        }
        return isMissing == 0
      }
    }
  }

  private func fillRanked<Parent, Code: FixedWidthInteger & BitwiseCopyable>(
    _ target: UnsafeMutableBufferPointer<Code>, _ start: BesideCursor<Parent>
  ) -> Bool {
    let children = children.map { Code(truncatingIfNeeded: $0) }
    return children.withUnsafeBufferPointer { children in
      starts.withUnsafeBufferPointer { starts in
        ranks.withUnsafeBufferPointer { ranks in
          var beside = start
          for index in 0..<count {
            let parent = beside.next(index)
            let place = Int(starts[parent]) &+ Int(ranks[index])
            if place >= Int(starts[parent &+ 1]) { return false }
            target[index] = children[place]
          }
          return true
        }
      }
    }
  }
}

/// The other column's code beside each value, asked for one after another. Codes are below the number of their words:
/// their readers have checked that.
private struct BesideCursor<Parent: FixedWidthInteger & BitwiseCopyable> {
  let parents: UnsafeBufferPointer<Parent>
  let gaps: UnsafePointer<UInt32>?
  /// What stands beside a value beside which there is none.
  let none: Int
  private var end = 0

  init(parents: UnsafeBufferPointer<Parent>, gaps: UnsafePointer<UInt32>?, none: Int) {
    (self.parents, self.gaps, self.none) = (parents, gaps, none)
  }

  @inline(__always)
  mutating func next(_ index: Int) -> Int {
    guard let gaps else { return Int(truncatingIfNeeded: parents[index]) }
    let gap = Int(gaps[index])
    end &+= gap
    return gap == 0 ? none : Int(truncatingIfNeeded: parents[end &- 1])
  }
}
