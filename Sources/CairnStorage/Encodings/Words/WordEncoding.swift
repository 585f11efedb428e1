import Glibc

/// Encoding of 32-bit words that repeat: dictionary ids and shape words.
///
/// A chunk's distinct words, sorted, are its word list: the value set that pruning asks, kept apart from the
/// values so that it can be read without them. Each value is a narrow code into the list, since narrow codes
/// scan many times faster than wide words.
///
/// ```
/// list  := distinct:varint words:integers       ascending
/// codes := (nothing where distinct ≤ 1) | width:u8 (1, 2 or 4) then count codes of that many bytes | 0:u8 given
///        | 3:u8 given, aligned | 5:u8 given pairs
/// ```
package enum WordEncoding {
  /// In place of a width.
  static let givenTag: UInt8 = 0
  static let alignedTag: UInt8 = 3
  static let pairedTag: UInt8 = 5

  /// Writes the codes and gives the word list that they refer to.
  package static func encodeCodes(
    _ words: UnsafeBufferPointer<UInt32>, into writer: inout ByteWriter
  ) -> [UInt32] {
    let list = distinctSorted(words)
    if list.count <= 1 { return list }
    let width = list.count <= 1 << 8 ? 1 : list.count <= 1 << 16 ? 2 : 4
    writer.writeByte(UInt8(width))
    let lookup = CodeLookup(list)
    defer { lookup.free() }
    let start = writer.bytes.count
    writer.bytes.append(contentsOf: repeatElement(0, count: words.count * width))
    writer.bytes.withUnsafeMutableBytes { bytes in
      for (index, word) in words.enumerated() {
        let code = lookup.code(of: word)
        let offset = start + index * width
        switch width {
        case 1: bytes[offset] = UInt8(truncatingIfNeeded: code)
        case 2:
          bytes.storeBytes(
            of: UInt16(truncatingIfNeeded: code).littleEndian, toByteOffset: offset, as: UInt16.self)
        default: bytes.storeBytes(of: code.littleEndian, toByteOffset: offset, as: UInt32.self)
        }
      }
    }
    return list
  }

  /// The distinct words, ascending, and the code of each word.
  static func codes(of words: UnsafeBufferPointer<UInt32>) -> (list: [UInt32], codes: [UInt32]) {
    let list = distinctSorted(words)
    let lookup = CodeLookup(list)
    defer { lookup.free() }
    return (list, words.map { lookup.code(of: $0) })
  }

  package static func encodeList(_ list: [UInt32], into writer: inout ByteWriter) {
    writer.writeVarint(list.count)
    IntegerEncoding.encodeAscending(list.map { Int64($0) }, into: &writer)
  }

  private static func distinctSorted(_ words: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    guard let greatest = words.max() else { return [] }
    // A bitmap over the words' range where that is smaller than sorting them all.
    if Int(greatest) <= words.count * 32 + 4096 {
      var seen = [UInt64](repeating: 0, count: Int(greatest) / 64 + 1)
      for word in words { seen[Int(word >> 6)] |= 1 << UInt64(word & 63) }
      var list: [UInt32] = []
      for (index, bits) in seen.enumerated() {
        var rest = bits
        while rest != 0 {
          list.append(UInt32(index * 64 + rest.trailingZeroBitCount))
          rest &= rest - 1
        }
      }
      return list
    }
    var sorted = Array(words)
    sorted.sort()
    var list: [UInt32] = []
    for word in sorted where list.last != word { list.append(word) }
    return list
  }

  /// A word list; `limit` is the number of values that refer to it.
  package static func decodeList(_ reader: inout ByteReader, limit: Int) throws -> [UInt32] {
    let distinct = try reader.readCount(limit: limit, of: "distinct word count")
    var words: [UInt32] = []
    words.reserveCapacity(distinct)
    for value in try IntegerEncoding.decode(&reader, count: distinct) {
      guard let word = UInt32(exactly: value), words.last.map({ $0 < word }) ?? true else {
        throw reader.damaged("word list is not ascending")
      }
      words.append(word)
    }
    return words
  }

  private static let isLittleEndian = 1.littleEndian == 1

  /// `count` codes into the list `words`, to the end of the part. `parent` and `second` give the columns that they may be
  /// given.
  package static func decodeCodes(
    _ reader: inout ByteReader, words: [UInt32], count: Int, parent: () throws -> CodedWords? = { nil },
    second: () throws -> CodedWords? = { nil }
  ) throws -> CodedWords {
    if words.count <= 1 {
      guard words.count == 1 || count == 0 else { throw reader.damaged("values without a word list") }
      try reader.expectEnd(of: "chunk")
      return CodedWords(words: words, count: count, codes: .constant)
    }
    let width = Int(try reader.readByte())
    if width == Int(givenTag) || width == Int(alignedTag), let parent = try parent() {
      let codes =
        width == Int(givenTag)
        ? try GivenCodes.decode(&reader, wordCount: words.count, count: count, given: parent)
        : try GivenCodes.decodeAligned(&reader, wordCount: words.count, count: count, given: parent)
      return CodedWords(words: words, count: count, codes: codes)
    }
    if width == Int(pairedTag), let parent = try parent(), let second = try second() {
      let codes = try GivenCodes.decodePaired(
        &reader, wordCount: words.count, count: count, given: parent, second)
      return CodedWords(words: words, count: count, codes: codes)
    }
    guard width == 1 || width == 2 || width == 4 else { throw reader.damaged("code width \(width)") }
    let range = try reader.readRange(count * width)
    let codes: CodedWords.Codes = reader.bytes.withUnsafeBytes { bytes in
      let base = bytes.baseAddress.map { $0 + range.lowerBound }
      func read<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) -> [T] {
        [T](unsafeUninitializedCapacity: count) { target, written in
          if let base, let to = target.baseAddress { memcpy(to, base, count * width) }
          written = count
        }
      }
      return switch width {
      case 1: .bytes(read(UInt8.self))
      case 2: .shorts(isLittleEndian ? read(UInt16.self) : read(UInt16.self).map { UInt16(littleEndian: $0) })
      default: .longs(isLittleEndian ? read(UInt32.self) : read(UInt32.self).map { UInt32(littleEndian: $0) })
      }
    }
    try reader.expectEnd(of: "chunk")
    let decoded = CodedWords(words: words, count: count, codes: codes)
    guard decoded.greatestCode < words.count else { throw reader.damaged("code beyond its word list") }
    return decoded
  }
}

/// A decoded chunk of words: distinct words ascending, and a code per value.
package struct CodedWords: Sendable {
  /// A closed set of code widths: one switch per batch, then a plain loop.
  package enum Codes: Sendable {
    case constant
    case bytes([UInt8])
    case shorts([UInt16])
    case longs([UInt32])
  }

  package var words: [UInt32]
  package var count: Int
  package var codes: Codes

  package init(words: [UInt32], count: Int, codes: Codes) {
    self.words = words
    self.count = count
    self.codes = codes
  }

  package var greatestCode: Int {
    switch codes {
    case .constant: 0
    case .bytes(let codes): Self.greatest(codes)
    case .shorts(let codes): Self.greatest(codes)
    case .longs(let codes): Self.greatest(codes)
    }
  }

  /// Without a branch, so that it is compiled to comparisons of many codes at once.
  private static func greatest<Code: FixedWidthInteger & BitwiseCopyable>(_ codes: [Code]) -> Int {
    codes.withUnsafeBufferPointer { codes in
      var greatest: Code = 0
      for index in 0..<codes.count { greatest = codes[index] > greatest ? codes[index] : greatest }
      return Int(greatest)
    }
  }

  /// Memory that it takes, for the buffer pool.
  package var byteCount: Int {
    switch codes {
    case .constant: words.count * 4
    case .bytes(let codes): words.count * 4 + codes.count
    case .shorts(let codes): words.count * 4 + codes.count * 2
    case .longs(let codes): words.count * 4 + codes.count * 4
    }
  }

  /// Codes of all values, widened.
  package func allCodes() -> [UInt32] {
    switch codes {
    case .constant: [UInt32](repeating: 0, count: count)
    case .bytes(let codes): codes.map { UInt32($0) }
    case .shorts(let codes): codes.map { UInt32($0) }
    case .longs(let codes): codes
    }
  }

  /// Codes at `positions`, each of which must be below `count`.
  package func take(_ positions: [UInt32]) -> [UInt32] {
    switch codes {
    case .constant: [UInt32](repeating: 0, count: positions.count)
    case .bytes(let codes): positions.map { UInt32(codes[Int($0)]) }
    case .shorts(let codes): positions.map { UInt32(codes[Int($0)]) }
    case .longs(let codes): positions.map { codes[Int($0)] }
    }
  }
}

/// Word → code: a table over the range where the range is small, else binary search.
private struct CodeLookup {
  private let list: [UInt32]
  private let table: UnsafeMutablePointer<UInt32>?

  init(_ list: [UInt32]) {
    self.list = list
    guard let greatest = list.last, Int(greatest) < 1 << 22 else {
      table = nil
      return
    }
    let table = UnsafeMutablePointer<UInt32>.allocate(capacity: Int(greatest) + 1)
    for (code, word) in list.enumerated() { table[Int(word)] = UInt32(code) }
    self.table = table
  }

  func free() { table?.deallocate() }

  @inline(__always)
  func code(of word: UInt32) -> UInt32 {
    if let table { return table[Int(word)] }
    return UInt32(list.partitioningIndex { $0 >= word })
  }
}
