/// Codes of a column given those of another with as many values: which of the words that follow a word of the other
/// column a value has, the most frequent first. Most values are then 0.
///
/// ```
/// given := 0:u8 counts:integers children:integers width:u8 (0 or 1) then count ranks of width bytes
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
    let child = WordEncoding.codes(of: words)
    let other = WordEncoding.codes(of: parent)
    guard child.list.count > 1 else { return nil }
    var pairs = [[(code: UInt32, count: Int)]](repeating: [], count: other.list.count)
    var left = words.count / minimumMeanUse
    for (code, of) in zip(child.codes, other.codes) {
      if let at = pairs[Int(of)].firstIndex(where: { $0.code == code }) {
        pairs[Int(of)][at].count += 1
      } else {
        left -= 1
        guard left >= 0, pairs[Int(of)].count < childLimit else { return nil }
        pairs[Int(of)].append((code, 1))
      }
    }
    for index in pairs.indices { pairs[index].sort { ($1.count, $0.code) < ($0.count, $1.code) } }
    var writer = ByteWriter()
    writer.writeByte(0)
    IntegerEncoding.encode(pairs.map { Int64($0.count) }, into: &writer)
    IntegerEncoding.encode(pairs.joined().map { Int64($0.code) }, into: &writer)
    let isFunction = pairs.allSatisfy { $0.count == 1 }
    writer.writeByte(isFunction ? 0 : 1)
    if isFunction { return writer.bytes }
    for (code, of) in zip(child.codes, other.codes) {
      writer.writeByte(UInt8(pairs[Int(of)].firstIndex { $0.code == code } ?? 0))
    }
    return writer.bytes
  }

  /// The codes of `count` values into a list of `wordCount` words; the reader is behind the first byte.
  package static func decode(
    _ reader: inout ByteReader, wordCount: Int, count: Int, given parent: CodedWords
  ) throws -> CodedWords.Codes {
    guard parent.count == count else {
      throw reader.damaged("\(count) values given a column of \(parent.count)")
    }
    var starts: [UInt32] = [0]
    for number in try IntegerEncoding.decode(&reader, count: parent.words.count) {
      guard number > 0, number <= Int64(count - Int(starts[starts.count - 1])) else {
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
    let table = Table(starts: starts, children: children, ranks: reader.bytes[ranks])
    let codes: CodedWords.Codes? =
      switch wordCount {
      case ...(1 << 8): table.codes(parent, UInt8.self).map { .bytes($0) }
      case ...(1 << 16): table.codes(parent, UInt16.self).map { .shorts($0) }
      default: table.codes(parent, UInt32.self).map { .longs($0) }
      }
    guard let codes else { throw reader.damaged("rank beyond the words that follow") }
    return codes
  }

  /// Words that follow each word of the other column, and each value's rank among them.
  private struct Table {
    let starts: [UInt32]
    let children: [UInt32]
    let ranks: ArraySlice<UInt8>

    /// Nil where a rank is beyond its words.
    func codes<Code: FixedWidthInteger & BitwiseCopyable>(_ parent: CodedWords, _: Code.Type) -> [Code]? {
      switch parent.codes {
      case .constant: codes(repeatElement(UInt8(0), count: parent.count).map { $0 })
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
      let codes = [Code](unsafeUninitializedCapacity: parents.count) { target, written in
        isValid = fill(target, parents)
        written = isValid ? parents.count : 0
      }
      return isValid ? codes : nil
    }

    private func fill<Parent: FixedWidthInteger & BitwiseCopyable, Code: FixedWidthInteger & BitwiseCopyable>(
      _ target: UnsafeMutableBufferPointer<Code>, _ parents: [Parent]
    ) -> Bool {
      let children = children.map { Code(truncatingIfNeeded: $0) }
      // Parents are codes below the number of their words: their readers have checked that.
      return children.withUnsafeBufferPointer { children in
        starts.withUnsafeBufferPointer { starts in
          parents.withUnsafeBufferPointer { parents in
            guard !ranks.isEmpty else {
              for index in 0..<parents.count {
                target[index] = children[Int(starts[Int(truncatingIfNeeded: parents[index])])]
              }
              return true
            }
            return ranks.withUnsafeBufferPointer { ranks in
              for index in 0..<parents.count {
                let parent = Int(truncatingIfNeeded: parents[index])
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
  }
}
