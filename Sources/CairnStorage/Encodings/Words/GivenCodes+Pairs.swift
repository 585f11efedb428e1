// Codes of a column given those of two others: what follows each pair of words that stand in one record.

extension GivenCodes {
  /// Pairs of the words of two columns, and of none, that there may be: a place for each is kept.
  package static let pairLimit = 1 << 22

  /// The codes, in place of `WordEncoding.encodeCodes`; nil where the columns have too little to do with each other.
  package static func encode(
    _ own: Sided, given first: Sided, _ second: Sided, minimumMeanUse: Int = GivenCodes.minimumMeanUse
  ) -> [UInt8]? {
    guard own.words.count == own.rows.count, let one = Beside(own.rows, first),
      let other = Beside(own.rows, second), one.codeCount * other.codeCount <= pairLimit
    else { return nil }
    var writer = ByteWriter()
    writer.writeByte(WordEncoding.pairedTag)
    IntegerEncoding.encode(one.gaps, into: &writer)
    IntegerEncoding.encode(other.gaps, into: &writer)
    let pairs = CodePairs(one.codes, other.codes, one.codeCount, other.codeCount)
    return encode(
      own.words, pairs.numbers, otherCount: pairs.count, minimumMeanUse, &writer)
  }

  /// The codes of `count` values into a list of `wordCount` words; the reader is behind the first byte.
  package static func decodePaired(
    _ reader: inout ByteReader, wordCount: Int, count: Int, given first: CodedWords, _ second: CodedWords
  ) throws -> CodedWords.Codes {
    let (firstCount, secondCount) = (first.words.count + 1, second.words.count + 1)
    guard firstCount * secondCount <= pairLimit else {
      throw reader.damaged("pairs of \(firstCount) words and \(secondCount)")
    }
    let one = beside(try decodeGaps(&reader, count: count, first), first)
    let other = beside(try decodeGaps(&reader, count: count, second), second)
    let pairs = CodePairs(one, other, firstCount, secondCount)
    let coded = CodedWords(
      words: [UInt32](repeating: 0, count: pairs.count), count: count, codes: .longs(pairs.numbers))
    return try decode(&reader, wordCount: wordCount, count: count, given: coded, gaps: nil)
  }
}

/// Pairs of codes, numbered as they come first.
private struct CodePairs {
  /// By place.
  let numbers: [UInt32]
  let count: Int

  /// - Parameter firstCount: what all first codes are below; the product of both is within `GivenCodes.pairLimit`.
  init(_ first: [UInt32], _ second: [UInt32], _ firstCount: Int, _ secondCount: Int) {
    precondition(first.count == second.count)
    var known = RawVector<UInt32>(capacity: firstCount * secondCount)
    defer { known.free() }
    let places = known.appendUninitialized(count: firstCount * secondCount)
    places.update(repeating: 0, count: firstCount * secondCount)
    var last: UInt32 = 0
    numbers = [UInt32](unsafeUninitializedCapacity: first.count) { target, written in
      first.withUnsafeBufferPointer { first in
        second.withUnsafeBufferPointer { second in
          for index in 0..<first.count {
            let place = Int(first[index]) &* secondCount &+ Int(second[index])
            if places[place] == 0 {
              last &+= 1
              places[place] = last
            }
            target[index] = places[place] &- 1
          }
        }
      }
      written = first.count
    }
    count = Int(last)
  }
}
